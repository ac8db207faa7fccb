//! OpenAI's API: chat completions, text completions, responses, embeddings.

mod answers;
mod chat_stream;
mod responses;

use super::{
    failure::{self, ApiStyle, Key},
    frames::{data_events, named_events},
};
use axum::{
    Json, Router,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

/// The last data of a stream of chat completions.
const DONE: &str = "[DONE]";

pub(super) fn routes() -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/completions", post(completions))
        .route("/v1/responses", post(respond))
        .route("/v1/embeddings", post(embeddings))
        .route("/v1/models", get(async || Json(json!({"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model"}]}))))
}

fn refusal(headers: &HeaderMap, request: &Value) -> Option<Response> {
    let key = Key::in_header(headers, &["authorization"]);
    failure::of(ApiStyle::OpenAi, key, request["model"].as_str()).map(IntoResponse::into_response)
}

fn is_streamed(request: &Value) -> bool {
    request["stream"].as_bool().unwrap_or(false)
}

async fn chat(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(refusal) = refusal(&headers, &request) {
        return refusal;
    }
    if is_streamed(&request) {
        return data_events(chat_stream::events(&request));
    }
    Json(answers::chat(&request)).into_response()
}

async fn completions(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    refusal(&headers, &request).unwrap_or_else(|| Json(answers::completion(&request)).into_response())
}

async fn respond(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(refusal) = refusal(&headers, &request) {
        return refusal;
    }
    if is_streamed(&request) {
        return named_events(responses::events(&request));
    }
    Json(responses::whole(&request)).into_response()
}

async fn embeddings(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    refusal(&headers, &request).unwrap_or_else(|| Json(answers::embeddings(&request)).into_response())
}

#[cfg(test)]
mod tests;
