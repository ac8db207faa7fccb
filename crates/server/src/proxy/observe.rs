//! Around every proxied request: its line in the log and its time in the metrics. What the provider answers is not touched.

use crate::{
    AppState,
    http::{Problem, RequestId},
};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use std::time::Instant;

/// Middleware. Logs the route and not the path, which may hold a key.
pub(super) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("/proxy/", |path| path.as_str()).to_owned();
    let mut response = next.run(request).await;
    // Only our own refusals are problems.
    if let Some(problem) = response.extensions().get::<Problem>() {
        response = problem.clone().render(&id.0);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    state.metrics.request(method.as_str(), &route, status, took);
    tracing::info!(request_id = id.0, %method, route, status, duration_ms = took.as_secs_f64() * 1e3, "proxied request");
    response
}
