//! Gemini's API: `models/{model}:generateContent`, `:streamGenerateContent`, embeddings.

mod answers;

use super::{
    failure::{self, ApiStyle, Key},
    frames::{crlf_events, json_list},
};
use axum::{
    Json, Router,
    extract::{Path, Query},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use std::collections::HashMap;

pub(super) fn routes() -> Router {
    Router::new().route("/v1beta/models/{model_and_method}", post(call)).route("/v1/models/{model_and_method}", post(call))
}

async fn call(
    Path(model_and_method): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    let (model, method) = model_and_method.rsplit_once(':').unwrap_or((&model_and_method, ""));
    let key = if query.contains_key("key") { Key::Sent } else { Key::in_header(&headers, &["x-goog-api-key", "authorization"]) };
    if let Some(failure) = failure::of(ApiStyle::Gemini, key, Some(model)) {
        return failure.into_response();
    }
    match method {
        "generateContent" => Json(answers::whole(model, &request)).into_response(),
        "streamGenerateContent" if query.get("alt").is_some_and(|alt| alt == "sse") => crlf_events(answers::chunks(model, &request)),
        "streamGenerateContent" => json_list(answers::chunks(model, &request)),
        "embedContent" => Json(json!({"embedding": answers::EMBEDDING.to_vec()})).into_response(),
        "batchEmbedContents" => Json(answers::embeddings(&request)).into_response(),
        "countTokens" => Json(json!({"totalTokens": answers::PROMPT_TOKENS})).into_response(),
        _ => (StatusCode::NOT_FOUND, Json(json!({"error": {"code": 404, "status": "NOT_FOUND", "message": method}}))).into_response(),
    }
}

#[cfg(test)]
mod tests;
