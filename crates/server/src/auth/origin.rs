//! Which web page a request comes from, as far as browsers tell. Guards everything that is allowed without a key.

use crate::http::{ApiResult, Problem};
use axum::http::{HeaderMap, Method, header, request::Parts};

/// The `Host` header (HTTP/2: the authority). `None` when it is missing or given twice.
pub(crate) fn host_of(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(header::HOST).iter();
    match (values.next(), values.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => parts.uri.authority().map(|authority| authority.as_str()),
        _ => None,
    }
}

/// What the headers say about the page that sent the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageOrigin {
    /// The page is one of ours.
    Same,
    /// The browser says that it is another's.
    Foreign,
    /// Nothing is said: no browser, or a plain GET of an old one.
    Unsaid,
}

pub(super) fn page_origin(parts: &Parts) -> PageOrigin {
    let fetch_site = parts.headers.get("sec-fetch-site").map(|value| value.as_bytes());
    match (origin_matches_host(parts), fetch_site) {
        (Some(false), _) => PageOrigin::Foreign,
        // `none`: typed into the address bar.
        (_, Some(site)) if site != b"same-origin" && site != b"none" => PageOrigin::Foreign,
        (Some(true), _) | (None, Some(_)) => PageOrigin::Same,
        (None, None) => PageOrigin::Unsaid,
    }
}

/// `None` without an `Origin`. The scheme is not compared: a proxy may have ended TLS.
fn origin_matches_host(parts: &Parts) -> Option<bool> {
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let origin = origins.next()?;
    let authority = origin.to_str().ok().and_then(|text| text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")));
    let is_same = matches!((authority, host_of(parts)), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host));
    Some(is_same && origins.next().is_none())
}

/// 403 when another site's page sends this.
pub(crate) fn refuse_foreign_origin(parts: &Parts) -> ApiResult<()> {
    match page_origin(parts) {
        PageOrigin::Foreign => Err(Problem::forbidden("requests from pages of other origins need a key")),
        PageOrigin::Same | PageOrigin::Unsaid => Ok(()),
    }
}

/// 415 for content types that a page may send anywhere without asking: a form, or JSON dressed up as text.
pub(crate) fn refuse_form_bodies(method: &Method, headers: &HeaderMap) -> ApiResult<()> {
    const SIMPLE_TYPES: [&str; 3] = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if !method.is_safe() && SIMPLE_TYPES.iter().any(|simple| essence.eq_ignore_ascii_case(simple)) {
        return Err(Problem::unsupported_media_type(format!("expected application/json, not {essence}")));
    }
    Ok(())
}
