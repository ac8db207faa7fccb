//! Which headers pass, and which of them are recorded.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use model::telemetry::Attributes;
use serde_json::Value;

/// Ours begin so; they are for us alone.
pub(super) const OWN_PREFIX: &str = "x-telltale-";
/// Where the trace of a recorded call is found.
const TRACE_ID: HeaderName = HeaderName::from_static("x-telltale-trace-id");
const SPAN_ID: HeaderName = HeaderName::from_static("x-telltale-span-id");

/// About one connection, not about the call.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Those of the dashboard's session, and what this server has answered already.
const NOT_FOR_PROVIDERS: [HeaderName; 3] = [header::HOST, header::COOKIE, header::EXPECT];
/// What would hold for everything at our address, not only for this answer.
const NOT_FROM_PROVIDERS: [HeaderName; 3] = [header::SET_COOKIE, header::STRICT_TRANSPORT_SECURITY, header::ALT_SVC];

/// None of these holds a secret or content.
const RECORDED_OF_REQUESTS: [&str; 5] =
    ["anthropic-version", "anthropic-beta", "openai-beta", "x-stainless-retry-count", "x-goog-api-client"];
const RECORDED_OF_ANSWERS: [&str; 2] = ["openai-processing-ms", "retry-after"];
const REQUEST_IDS: [&str; 4] = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"];
/// Longer values are not worth keeping.
const MAX_RECORDED_BYTES: usize = 1_024;

/// The caller's headers for the provider, its key among them.
pub(super) fn for_provider(headers: &HeaderMap) -> HeaderMap {
    passing(headers, |name| !NOT_FOR_PROVIDERS.contains(name) && !name.as_str().starts_with(OWN_PREFIX))
}

/// The provider's headers for the caller. Whatever the body is, a browser takes nothing in it for a page of ours.
pub(super) fn for_caller(headers: &HeaderMap) -> HeaderMap {
    let mut passed = passing(headers, |name| !NOT_FROM_PROVIDERS.contains(name));
    passed.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    passed.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    passed
}

fn passing(headers: &HeaderMap, may_pass: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let is_of_connection = |name: &str| HOP_BY_HOP.contains(&name) || named.iter().any(|named| named == name);
    let passed = headers.iter().filter(|(name, _)| !is_of_connection(name.as_str()) && may_pass(name));
    passed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub(super) fn add_ids(headers: &mut HeaderMap, trace: &str, span: &str) {
    for (name, id) in [(TRACE_ID, trace), (SPAN_ID, span)] {
        if let Ok(value) = HeaderValue::from_str(id) {
            headers.insert(name, value);
        }
    }
}

/// A header as text. `None` when it is missing, empty or no text.
pub(super) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn recorded_of_request(headers: &HeaderMap) -> Attributes {
    recorded(headers, &RECORDED_OF_REQUESTS, "http.request.header.")
}

pub(super) fn recorded_of_answer(headers: &HeaderMap) -> Attributes {
    let mut recorded = recorded(headers, &RECORDED_OF_ANSWERS, "http.response.header.");
    if let Some(id) = REQUEST_IDS.iter().find_map(|name| short_text(headers, name)) {
        recorded.insert("provider_request_id".to_owned(), Value::String(id));
    }
    recorded
}

fn recorded(headers: &HeaderMap, names: &[&str], prefix: &str) -> Attributes {
    names.iter().filter_map(|name| Some((format!("{prefix}{name}"), Value::String(short_text(headers, name)?)))).collect()
}

fn short_text(headers: &HeaderMap, name: &str) -> Option<String> {
    text(headers, name).filter(|text| text.len() <= MAX_RECORDED_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn keys_pass_and_what_is_ours_or_the_connections_does_not() {
        let sent = headers(&[
            ("authorization", "Bearer sk"),
            ("accept-encoding", "gzip"),
            ("host", "localhost"),
            ("cookie", "session"),
            ("connection", "keep-alive, x-hop"),
            ("x-hop", "1"),
            ("x-telltale-key", "tt"),
            ("content-length", "3"),
        ]);
        let passed = for_provider(&sent);
        let mut names: Vec<&str> = passed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept-encoding", "authorization", "content-length"]);
    }

    #[test]
    fn answers_set_nothing_at_our_address() {
        let answered = headers(&[("set-cookie", "a=b"), ("alt-svc", "h3"), ("x-request-id", "req_1"), ("content-encoding", "br")]);
        let passed = for_caller(&answered);
        assert!(!passed.contains_key("set-cookie") && !passed.contains_key("alt-svc"));
        for (name, value) in [("x-request-id", "req_1"), ("content-encoding", "br"), ("x-content-type-options", "nosniff")] {
            assert_eq!(passed[name], value);
        }
        assert_eq!(recorded_of_answer(&answered)["provider_request_id"], "req_1");
    }

    #[test]
    fn keys_are_not_recorded() {
        let sent =
            headers(&[("authorization", "Bearer sk"), ("x-api-key", "sk"), ("x-goog-api-key", "sk"), ("anthropic-version", "2023-06-01")]);
        assert_eq!(
            serde_json::json!(recorded_of_request(&sent)),
            serde_json::json!({"http.request.header.anthropic-version": "2023-06-01"})
        );
    }
}
