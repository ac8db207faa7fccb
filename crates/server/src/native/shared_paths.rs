//! Addresses that several clients use for different things, and the one place that tells their requests apart: `/v1/traces` and
//! `/v1/metrics` are OTLP's and DeepEval's, `/v1/prompts` and `/v1/datasets` Phoenix's and DeepEval's. DeepEval's requests carry its key
//! header; a trace of its that comes without one is known by its body (`ingest::otlp`).

use super::deepeval;
use crate::AppState;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    middleware::Next,
    response::Response,
};
use tower::ServiceExt;

/// How the Python and the TypeScript SDK name it.
const DEEPEVAL_KEY_HEADERS: [&str; 2] = ["confident-api-key", "confident_api_key"];

/// What DeepEval shares with others.
const DEEPEVAL_SHARED: [&str; 4] = ["/v1/traces", "/v1/metrics", "/v1/prompts", "/v1/datasets"];

/// The routes behind [`tell_apart`].
pub(crate) fn deepeval_routes(state: AppState) -> Router {
    deepeval::shared_routes().with_state(state)
}

/// Middleware, inside all others: leads DeepEval's requests to its own routes.
pub(crate) async fn tell_apart(State(deepeval): State<Router>, request: Request, next: Next) -> Response {
    if !is_deepeval(request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    match deepeval.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn is_deepeval(path: &str, headers: &HeaderMap) -> bool {
    let has_key = || DEEPEVAL_KEY_HEADERS.iter().any(|name| headers.contains_key(*name));
    // An exporter of OpenTelemetry may carry the same key.
    let is_protobuf = || headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/x-protobuf"));
    let is_shared =
        || DEEPEVAL_SHARED.iter().any(|shared| path.strip_prefix(shared).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    has_key() && is_shared() && !is_protobuf()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_key_header_tells_on_shared_paths_only() {
        let key = || HeaderMap::from_iter([("confident-api-key".parse().unwrap(), HeaderValue::from_static("k"))]);
        for path in ["/v1/traces", "/v1/prompts/a/versions/1", "/v1/datasets/x"] {
            assert!(is_deepeval(path, &key()) && !is_deepeval(path, &HeaderMap::new()), "{path}");
        }
        for path in ["/v1/logs", "/v1/tracesque", "/api/v1/traces", "/"] {
            assert!(!is_deepeval(path, &key()), "{path}");
        }
        let mut protobuf = key();
        protobuf.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        assert!(!is_deepeval("/v1/traces", &protobuf));
    }
}
