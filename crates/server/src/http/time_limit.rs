//! How long a request may take before its answer starts.

use super::Problem;
use crate::AppState;
use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Takes a body of any size and answers at its end; bounds each wait by itself.
const ENDLESS_BODY: &str = "/api/v1/import";

/// Middleware. Ends the work of requests that take too long; answers that have started stream on.
pub(crate) async fn time_limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.extensions().get::<MatchedPath>().is_some_and(|path| path.as_str() == ENDLESS_BODY) {
        return next.run(request).await;
    }
    match tokio::time::timeout(state.config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::GATEWAY_TIMEOUT, "the request took longer than the server allows").into_response(),
    }
}
