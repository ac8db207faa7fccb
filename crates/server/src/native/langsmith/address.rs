//! Which requests are LangSmith's. Its paths (`/info`, `/runs/multipart`, `/datasets`, `/sessions` …) stand at the root, behind `/api` or
//! behind `/api/v1`; some of them are paths of our API or pages of the dashboard.

use super::TREE;
use axum::http::{HeaderMap, Method, Request, Uri, header::USER_AGENT, uri::PathAndQuery};

/// Endpoints that users give, the longest first.
const PREFIXES: [&str; 3] = ["/api/v1", "/api", ""];
/// How its SDKs name themselves.
const AGENTS: [&str; 2] = ["langsmith-py/", "langsmith-js/"];

/// Leads a request of LangSmith to its own tree of routes; leaves others alone.
pub(in crate::native) fn to_own_tree<B>(mut request: Request<B>) -> Request<B> {
    if let Some(uri) = own_uri(request.method(), request.uri(), request.headers()) {
        *request.uri_mut() = uri;
    }
    request
}

fn own_uri(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let rest = PREFIXES.iter().find_map(|prefix| uri.path().strip_prefix(prefix).filter(|rest| rest.starts_with('/')))?;
    if !is_sdk(headers) && !is_unmistakable(method, rest) {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{TREE}{rest}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

fn is_sdk(headers: &HeaderMap) -> bool {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    AGENTS.iter().any(|name| agent.starts_with(name))
}

/// Paths that nothing else of ours has: other programs (proxies, exporters) send to them under names of their own.
fn is_unmistakable(method: &Method, rest: &str) -> bool {
    match rest {
        "/info" => method == Method::GET,
        "/runs" | "/runs/batch" | "/runs/multipart" | "/feedback" | "/otel/v1/traces" => method == Method::POST,
        // The Python SDK fetches files without saying who it is.
        _ if rest.starts_with("/attachments/") => method == Method::GET,
        _ => method == Method::PATCH && (rest.starts_with("/runs/") || rest.starts_with("/feedback/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led_to(method: &str, path: &str, agent: &str) -> String {
        let request = Request::builder().method(method).uri(path).header(USER_AGENT, agent).body(()).unwrap();
        to_own_tree(request).uri().to_string()
    }

    #[test]
    fn the_sdk_is_led_to_its_tree_from_every_endpoint() {
        for prefix in ["", "/api", "/api/v1"] {
            let path = format!("{prefix}/sessions?name=a%20b&limit=1");
            assert_eq!(led_to("GET", &path, "langsmith-py/0.15.1-httpx2"), "/clients/langsmith/sessions?name=a%20b&limit=1");
            assert_eq!(led_to("POST", &format!("{prefix}/runs/multipart"), "curl/8"), "/clients/langsmith/runs/multipart");
        }
    }

    #[test]
    fn other_requests_stay_where_they_are() {
        for (method, path) in [
            ("GET", "/sessions"),
            ("GET", "/api/v1/sessions"),
            ("GET", "/runs/1"),
            ("POST", "/api/v1/datasets"),
            ("GET", "/"),
            ("GET", "/apix"),
        ] {
            assert_eq!(led_to(method, path, "Mozilla/5.0"), path);
        }
    }
}
