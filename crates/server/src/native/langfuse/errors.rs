//! `{"message": …, "error": …}`: errors in the form that Langfuse's SDKs show to their users.

use crate::http::Problem;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Middleware: puts problems into that form.
pub(super) async fn of_problem(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let error = problem.status.canonical_reason().unwrap_or("Error");
    let mut answer = (problem.status, Json(json!({"message": problem.detail, "error": error}))).into_response();
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// What Langfuse's API has and this server has not.
pub(super) async fn unsupported() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "this part of Langfuse's API is not there; docs/integrations/langfuse.md lists what is")
}
