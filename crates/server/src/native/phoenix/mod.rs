//! Phoenix' server, as far as its client annotates what OTLP brought: annotations of spans, their documents, traces and sessions are
//! scores, notes are comments. Any project name of its addresses means the project of the key.

mod annotations;

use crate::AppState;
use annotations::{list_of_spans, note, of_documents, of_sessions, of_spans, of_traces};
use axum::{
    Router,
    routing::{get, post},
};

/// Annotations of sessions are asked for from 12.0 on.
const VERSION: &str = "12.0.0";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/arize_phoenix_version", get(|| async { VERSION }))
        .route("/v1/span_annotations", post(of_spans))
        .route("/v1/document_annotations", post(of_documents))
        .route("/v1/trace_annotations", post(of_traces))
        .route("/v1/session_annotations", post(of_sessions))
        .route("/v1/span_notes", post(note))
        .route("/v1/projects/{project}/span_annotations", get(list_of_spans))
}
