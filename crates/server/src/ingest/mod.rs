//! Telemetry in. Every route does the same: receive the body within its bounds, read it with `protocol`, and hand the rows to
//! the one pipeline (price → commit → tell). It answers only when the rows are durable and visible.

mod agent_calls;
mod answers;
mod api;
mod body;
mod decode;
mod elsewhere;
mod import;
mod inflate;
mod json_rows;
mod large_json;
mod otlp;
mod pipeline;
mod recent_calls;
pub(crate) mod reports;
mod trace_memory;
mod unknown_starts;

pub(crate) use agent_calls::{AgentCalls, as_second_report, join as join_agent_calls};
pub(crate) use api::context;
pub(crate) use body::{Received, receive};
pub(crate) use decode::decode;
pub(crate) use json_rows::single;
pub(crate) use large_json::LargeJson;
pub(crate) use otlp::http::{json_traces as otlp_json_traces, traces as otlp_traces};
pub(crate) use pipeline::store;
pub(crate) use recent_calls::RecentCalls;
pub(crate) use trace_memory::TraceMemory;
pub(crate) use unknown_starts::UnknownStarts;

pub use answers::{BulkAnswer, LlmAnswer, RejectedRow};
pub use import::{ImportReport, RejectedLine};

use crate::AppState;
use axum::{Router, routing::post};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Our own JSON API. Bodies are bounded by [`body`], not by a layer: the bound holds after decompression.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::llm))
        .routes(routes!(api::llm_bulk))
        .routes(routes!(api::app))
        .routes(routes!(api::metrics))
        .routes(routes!(api::scores))
        .routes(routes!(import::import))
}

/// OTLP over HTTP below an address of a client's own.
pub(crate) fn plain_otlp_routes() -> Router<AppState> {
    use otlp::http::{logs, metrics, traces};
    Router::new().route("/v1/traces", post(traces)).route("/v1/logs", post(logs)).route("/v1/metrics", post(metrics))
}

/// OTLP over HTTP, for the main port and for port 4318.
pub(crate) fn otlp_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(otlp::http::traces)).routes(routes!(otlp::http::logs)).routes(routes!(otlp::http::metrics))
}

/// OTLP over gRPC, and the signal that is refused: on every port that takes OTLP, but no part of the documented API.
pub(crate) fn undocumented_otlp_routes() -> Router<AppState> {
    otlp::grpc_routes().route("/v1development/profiles", post(otlp::http::profiles))
}

/// OTLP over gRPC alone, for port 4317.
pub(crate) fn otlp_grpc_routes() -> Router<AppState> {
    otlp::grpc_routes()
}
