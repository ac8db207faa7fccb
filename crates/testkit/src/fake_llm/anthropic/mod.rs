//! Anthropic's API: messages.

mod answers;
mod stream;

use super::{
    failure::{self, ApiStyle, Key},
    frames::named_events,
    said::new_id,
};
use axum::{
    Json, Router,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

pub(super) fn routes() -> Router {
    Router::new().route("/v1/messages", post(messages)).route("/v1/messages/count_tokens", post(count_tokens))
}

fn refusal(headers: &HeaderMap, request: &Value) -> Option<Response> {
    let key = Key::in_header(headers, &["x-api-key", "authorization"]);
    failure::of(ApiStyle::Anthropic, key, request["model"].as_str()).map(IntoResponse::into_response)
}

async fn messages(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let answer = match refusal(&headers, &request) {
        Some(refusal) => refusal,
        None if request["stream"].as_bool().unwrap_or(false) => named_events(stream::events(&request)),
        None => Json(answers::message(&request)).into_response(),
    };
    ([("request-id", new_id("req_"))], answer).into_response()
}

async fn count_tokens(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    refusal(&headers, &request).unwrap_or_else(|| Json(json!({"input_tokens": answers::INPUT_TOKENS})).into_response())
}

#[cfg(test)]
mod tests;
