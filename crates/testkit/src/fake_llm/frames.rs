//! Streamed bodies. Each event is a frame of its own, as providers send them.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use serde_json::Value;
use std::convert::Infallible;

/// Server-sent events that are data only (OpenAI's chat completions).
pub(super) fn data_events(events: Vec<String>) -> Response {
    event_stream(events.into_iter().map(|event| format!("data: {event}\n\n")))
}

/// Server-sent events that are named by the `type` in their data (OpenAI's responses, Anthropic).
pub(super) fn named_events(events: Vec<Value>) -> Response {
    event_stream(events.into_iter().map(|event| {
        let name = event["type"].as_str().unwrap_or_default().to_owned();
        format!("event: {name}\ndata: {event}\n\n")
    }))
}

/// Server-sent events with the line ends that Gemini uses.
pub(super) fn crlf_events(events: Vec<Value>) -> Response {
    event_stream(events.into_iter().map(|event| format!("data: {event}\r\n\r\n")))
}

/// One JSON list whose items come one after the other: Gemini's streams where `alt=sse` is not asked for.
pub(super) fn json_list(items: Vec<Value>) -> Response {
    let mut frames = Vec::with_capacity(items.len() + 1);
    for (index, item) in items.iter().enumerate() {
        let opening = if index == 0 { "[" } else { ",\r\n" };
        frames.push(format!("{opening}{item:#}"));
    }
    frames.push("]".to_owned());
    body("application/json; charset=UTF-8", frames.into_iter())
}

fn event_stream(frames: impl Iterator<Item = String> + Send + 'static) -> Response {
    body("text/event-stream", frames)
}

fn body(content_type: &'static str, frames: impl Iterator<Item = String> + Send + 'static) -> Response {
    let frames = stream::iter(frames.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(frames)).into_response()
}
