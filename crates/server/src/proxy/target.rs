//! What a path asks for: which upstream, which address there, and which API that is.

use axum::http::Method;
use protocol::provider::Api;

/// A path taken apart, as it was sent: nothing in it is decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// Telltale's own key, where the path has it.
    pub key: Option<&'a str>,
    pub upstream: &'a str,
    /// What follows, with the slash it begins with.
    pub path: &'a str,
}

impl<'a> Target<'a> {
    /// `None`: the path would leave the upstream's own, or has no such form.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/proxy/")?;
        let (key, rest) = match rest.strip_prefix("k/") {
            Some(rest) => {
                let (key, rest) = rest.split_once('/')?;
                (Some(key), rest)
            }
            None => (None, rest),
        };
        let slash = rest.find('/')?;
        let (upstream, path) = rest.split_at(slash);
        (!path.split('/').any(is_dots)).then_some(Self { key, upstream, path })
    }
}

/// `.` and `..`, written in whatever way.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
}

/// What is called, as far as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    pub api: Api,
    /// Where the path names it.
    pub model: Option<String>,
    /// The answer is a JSON list that comes item by item, unless it is said to be events.
    pub answers_in_list: bool,
}

impl Called {
    /// `None`: passed on without a record.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        if method != Method::POST {
            return None;
        }
        let path = path.trim_end_matches('/');
        let (before, last) = path.rsplit_once('/')?;
        let of = |api: Api| Some(Self { api, model: deployment(before), answers_in_list: false });
        match last {
            "completions" if before.ends_with("/chat") => of(Api::Chat),
            "completions" => of(Api::Completions),
            "messages" => of(Api::Chat),
            "responses" => of(Api::Responses),
            "embeddings" => of(Api::Embeddings),
            _ => {
                // A colon may come as `%3A`.
                let (model, method) = last.rsplit_once(':').or_else(|| last.rsplit_once("%3A"))?;
                let api = match method {
                    "generateContent" | "streamGenerateContent" => Api::GenerateContent,
                    "embedContent" | "batchEmbedContents" => Api::EmbedContent,
                    _ => return None,
                };
                Some(Self { api, model: Some(model.to_owned()), answers_in_list: method == "streamGenerateContent" })
            }
        }
    }
}

/// Azure names the deployment in the path: `…/deployments/{name}/chat/completions`.
fn deployment(before: &str) -> Option<String> {
    let (_, after) = before.split_once("/deployments/")?;
    after.split('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_upstream_address_and_maybe_a_key() {
        let target = |path| Target::of(path).map(|target| (target.key, target.upstream, target.path));
        assert_eq!(target("/proxy/openai/v1/models"), Some((None, "openai", "/v1/models")));
        assert_eq!(target("/proxy/k/tt_1/gemini/v1beta/models/g%3Ax"), Some((Some("tt_1"), "gemini", "/v1beta/models/g%3Ax")));
        for path in [
            "/proxy/openai",
            "/proxy/k/tt_1/openai",
            "/proxy/openai/v1/../x",
            "/proxy/openai/%2E%2e/x",
            "/proxy/openai/./x",
            "/other/openai/x",
        ] {
            assert_eq!(target(path), None, "{path}");
        }
    }

    #[test]
    fn calls_are_told_from_everything_else() {
        let called = |path: &str| Called::of(&Method::POST, path).map(|called| (called.api, called.model));
        assert_eq!(called("/v1/chat/completions"), Some((Api::Chat, None)));
        assert_eq!(called("/v1/completions"), Some((Api::Completions, None)));
        assert_eq!(called("/v1/messages"), Some((Api::Chat, None)));
        assert_eq!(called("/v1/responses/"), Some((Api::Responses, None)));
        assert_eq!(called("/embeddings"), Some((Api::Embeddings, None)));
        assert_eq!(called("/openai/deployments/mine/chat/completions"), Some((Api::Chat, Some("mine".into()))));
        assert_eq!(called("/v1beta/models/g-2:generateContent"), Some((Api::GenerateContent, Some("g-2".into()))));
        assert_eq!(called("/v1beta/models/e:batchEmbedContents"), Some((Api::EmbedContent, Some("e".into()))));
        for path in ["/v1/messages/count_tokens", "/v1/models", "/v1/files", "/v1beta/models/g:countTokens", "/v1/responses/resp_1"] {
            assert_eq!(called(path), None, "{path}");
        }
        assert_eq!(Called::of(&Method::GET, "/v1/responses"), None);
    }
}
