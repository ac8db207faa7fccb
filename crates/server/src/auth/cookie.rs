//! The session cookie of browsers.

use axum::http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

const NAME: &str = "telltale_session";

/// The token of the session cookie, if the browser sent one.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == NAME && !value.is_empty()).map(|(_, value)| value)
}

/// `Set-Cookie` for a new session. `Secure` when the browser came over TLS, here or at a proxy.
pub(crate) fn session_cookie(token: &str, lifetime: Duration, request: &HeaderMap) -> Option<HeaderValue> {
    set_cookie(token, lifetime.as_secs(), request)
}

/// `Set-Cookie` that makes the browser forget.
pub(crate) fn cleared_session_cookie(request: &HeaderMap) -> Option<HeaderValue> {
    set_cookie("", 0, request)
}

fn set_cookie(token: &str, max_age: u64, request: &HeaderMap) -> Option<HeaderValue> {
    let secure = if came_over_tls(request) { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{NAME}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}")).ok()
}

/// We speak plain HTTP; a proxy that ends TLS says so. A forged header can only make the cookie stricter.
fn came_over_tls(request: &HeaderMap) -> bool {
    let says = |name: &str, text: &str| {
        request.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.to_ascii_lowercase().contains(text))
    };
    says("x-forwarded-proto", "https") || says("forwarded", "proto=https") || says("origin", "https://")
}
