//! `{"error_code", "message"}`: how MLflow's client reads what went wrong.

use crate::http::Problem;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Runs, models and what else the tracking server does beside tracing.
pub(super) async fn unknown() -> Response {
    let body = json!({"error_code": "ENDPOINT_NOT_FOUND", "message": "of MLflow's API, only what tracing needs is served here"});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// Middleware: problems in MLflow's form.
pub(super) async fn of_problem(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let code = match problem.status {
        StatusCode::NOT_FOUND => "RESOURCE_DOES_NOT_EXIST",
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => "INVALID_PARAMETER_VALUE",
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::FORBIDDEN => "PERMISSION_DENIED",
        StatusCode::TOO_MANY_REQUESTS => "REQUEST_LIMIT_EXCEEDED",
        StatusCode::SERVICE_UNAVAILABLE => "TEMPORARILY_UNAVAILABLE",
        StatusCode::NOT_IMPLEMENTED => "NOT_IMPLEMENTED",
        _ => "INTERNAL_ERROR",
    };
    let mut answer = (problem.status, Json(json!({"error_code": code, "message": problem.detail}))).into_response();
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
