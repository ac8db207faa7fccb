//! A provider of models on loopback that real client libraries talk to. It speaks OpenAI's HTTP API: chat completions (whole and
//! streamed), responses, embeddings. What it answers is told by the request alone, and the usage is always the same, so that a test
//! knows every token and every cent in advance:
//!
//! - prompt 100 tokens (64 of them cached), answer 20 (8 of them reasoning), 120 in all;
//! - a request with tools is answered with a call of the first one, until the last message is a tool's result;
//! - a model named `…err429…`, `…err400…`, `…err404…` or `…err500…` fails with that status.

mod answers;
mod failure;
mod stream;

use axum::{
    Json, Router,
    body::Body,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use failure::failure_of;
use futures::stream as futures_stream;
use serde_json::{Value, json};
use std::{convert::Infallible, net::SocketAddr};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running fake; it stops when dropped.
pub struct FakeLlm {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl FakeLlm {
    /// Listens on this port of the loopback interface; 0 takes a free one.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // Serving ends only with the task: accept errors are retried inside.
            let _ = axum::serve(listener, router()).await;
        });
        Ok(Self { address, server })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients take as `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Waits until the server stops, which it does only with the process.
    pub async fn serve_forever(mut self) {
        let _ = (&mut self.server).await;
    }
}

impl Drop for FakeLlm {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router() -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/responses", post(responses))
        .route("/v1/embeddings", post(embeddings))
        .route("/v1/models", get(async || Json(json!({"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model"}]}))))
}

async fn chat(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(failure) = failure_of(&headers, &request) {
        return failure.into_response();
    }
    if request["stream"].as_bool().unwrap_or(false) {
        return event_stream(stream::chat_events(&request));
    }
    Json(answers::chat(&request)).into_response()
}

async fn responses(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    match failure_of(&headers, &request) {
        Some(failure) => failure.into_response(),
        None => Json(answers::response(&request)).into_response(),
    }
}

async fn embeddings(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    match failure_of(&headers, &request) {
        Some(failure) => failure.into_response(),
        None => Json(answers::embeddings(&request)).into_response(),
    }
}

/// Server-sent events, each in a frame of its own, as a provider sends them.
fn event_stream(events: Vec<String>) -> Response {
    let frames = futures_stream::iter(events.into_iter().map(|event| Ok::<_, Infallible>(format!("data: {event}\n\n"))));
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(frames)).into_response()
}

#[cfg(test)]
mod tests;
