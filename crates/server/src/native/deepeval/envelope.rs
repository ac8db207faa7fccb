//! `{"success": …, "data": …, "error": …, "link": …}`: DeepEval takes an answer without it for a success, whatever its status.

use crate::{http::Problem, native::links::Link};
use axum::{
    Json,
    http::{HeaderValue, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub(super) struct Envelope {
    success: bool,
    data: Value,
    /// Shown to the user, who opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Envelope {
    pub(super) fn new(data: Value) -> Self {
        Self { success: true, data, link: None, error: None }
    }

    pub(super) fn with_link(data: Value, link: Link) -> Self {
        Self { link: Some(link.0), ..Self::new(data) }
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// Middleware: problems in the form that the SDK shows to its user.
pub(super) async fn of_problem(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let envelope = Envelope { success: false, data: Value::Null, link: None, error: Some(problem.detail.clone()) };
    let mut answer = (problem.status, envelope).into_response();
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
