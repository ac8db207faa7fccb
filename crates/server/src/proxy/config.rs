//! Where calls may go.

use axum::http::Uri;
use protocol::provider_name;
use std::{collections::BTreeMap, str::FromStr};

/// Upstreams by name, and what recording may take.
#[derive(Debug, Clone)]
pub struct ProxyConfig {
    upstreams: BTreeMap<String, Upstream>,
    /// Most bytes that recordings under way may hold together. Beyond it content is left out of recordings; calls go on.
    pub max_recording_bytes: usize,
}

/// One provider, by the address that paths are appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The provider in records, by which prices are found.
    pub(super) provider: String,
    pub(super) host: String,
    /// Without a slash at its end.
    pub(super) base: String,
}

/// A setting: `NAME=URL`, or `NAME=off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUpstream {
    name: String,
    upstream: Option<Upstream>,
}

const BUILT_IN: [&str; 3] =
    ["openai=https://api.openai.com", "anthropic=https://api.anthropic.com", "gemini=https://generativelanguage.googleapis.com"];
const MAX_RECORDING_BYTES: usize = 128 << 20;
/// In `/proxy/k/{key}/…` it says that a key follows.
const RESERVED_NAME: &str = "k";
const MAX_NAME_CHARS: usize = 32;

impl Default for ProxyConfig {
    fn default() -> Self {
        let mut config = Self { upstreams: BTreeMap::new(), max_recording_bytes: MAX_RECORDING_BYTES };
        BUILT_IN.iter().filter_map(|setting| setting.parse().ok()).for_each(|upstream| config.set(upstream));
        config
    }
}

impl ProxyConfig {
    /// Adds an upstream, in place of the one of that name; or removes it.
    pub fn set(&mut self, setting: ProxyUpstream) {
        match setting.upstream {
            Some(upstream) => self.upstreams.insert(setting.name, upstream),
            None => self.upstreams.remove(&setting.name),
        };
    }

    pub(super) fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.get(name)
    }

    pub(super) fn names(&self) -> String {
        self.upstreams.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for ProxyUpstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, address) = text.trim().split_once('=').ok_or("expected NAME=URL, such as groq=https://api.groq.com/openai")?;
        let name_char = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > MAX_NAME_CHARS || !name.bytes().all(name_char) || name == RESERVED_NAME {
            return Err(format!(
                "expected a name of at most {MAX_NAME_CHARS} lower-case letters, digits, - and _ (and not {RESERVED_NAME})"
            ));
        }
        let upstream = if address == "off" { None } else { Some(Upstream::new(name, address)?) };
        Ok(Self { name: name.to_owned(), upstream })
    }
}

impl Upstream {
    fn new(name: &str, address: &str) -> Result<Self, String> {
        let uri: Uri = address.parse().map_err(|_| format!("{address:?} is no URL"))?;
        let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("expected a URL that begins with http:// or https://".to_owned());
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err("expected a URL without user, password and query: keys are sent by the callers".to_owned());
        }
        Ok(Self { provider: provider_name(name), host: authority.host().to_owned(), base: address.trim_end_matches('/').to_owned() })
    }

    /// The address of a call: the configured one with the caller's path and query behind it.
    pub(super) fn uri(&self, path: &str, query: Option<&str>) -> Option<Uri> {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{path}{query}", self.base).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_add_replace_and_remove() {
        let mut config = ProxyConfig::default();
        assert_eq!(config.names(), "anthropic, gemini, openai");
        for setting in ["openai=http://127.0.0.1:9/", "groq=https://api.groq.com/openai/v1", "gemini=off"] {
            config.set(setting.parse().unwrap());
        }
        assert_eq!(config.names(), "anthropic, groq, openai");
        let uri = |name: &str, path: &str| config.upstream(name).unwrap().uri(path, Some("a=1")).unwrap().to_string();
        assert_eq!(uri("openai", "/v1/chat/completions"), "http://127.0.0.1:9/v1/chat/completions?a=1");
        assert_eq!(uri("groq", "/chat/completions"), "https://api.groq.com/openai/v1/chat/completions?a=1");
        assert_eq!(config.upstream("groq").unwrap().host, "api.groq.com");
    }

    #[test]
    fn what_is_no_upstream_is_refused() {
        for text in [
            "openai",
            "=http://a",
            "k=http://a",
            "A=http://a",
            "a/b=http://a",
            "a=ftp://a",
            "a=/path",
            "a=http://u:p@h",
            "a=http://h?key=1",
            "a=",
        ] {
            assert!(text.parse::<ProxyUpstream>().is_err(), "{text}");
        }
    }
}
