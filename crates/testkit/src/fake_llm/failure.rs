//! Requests that the fake refuses, in the provider's words.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

pub(super) struct Failure {
    status: StatusCode,
    error_type: &'static str,
    code: Option<&'static str>,
    message: String,
}

/// `None` when the request is to be answered.
pub(super) fn failure_of(headers: &HeaderMap, request: &Value) -> Option<Failure> {
    let failure = |status, error_type, code, message: String| Some(Failure { status, error_type, code, message });
    if !headers.contains_key(header::AUTHORIZATION) {
        return failure(StatusCode::UNAUTHORIZED, "invalid_request_error", Some("invalid_api_key"), "no API key was sent".into());
    }
    let Some(model) = request["model"].as_str() else {
        return failure(StatusCode::BAD_REQUEST, "invalid_request_error", None, "you must provide a model parameter".into());
    };
    if model.contains("err429") {
        return failure(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_error",
            Some("rate_limit_exceeded"),
            format!("Rate limit reached for {model}"),
        );
    }
    if model.contains("err400") {
        return failure(StatusCode::BAD_REQUEST, "invalid_request_error", Some("context_length_exceeded"), "the prompt is too long".into());
    }
    if model.contains("err404") {
        return failure(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            Some("model_not_found"),
            format!("the model {model} does not exist"),
        );
    }
    if model.contains("err500") {
        return failure(StatusCode::INTERNAL_SERVER_ERROR, "server_error", None, "the server had an error".into());
    }
    None
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({"error": {"message": self.message, "type": self.error_type, "param": null, "code": self.code}});
        // Client libraries retry 429 and 500 on their own unless told not to; tests want one request, one answer.
        (self.status, [("x-should-retry", "false")], Json(body)).into_response()
    }
}
