//! Wire formats → the record of `model`. This crate owns what clients send: OTLP (protobuf and JSON) with the conventions that
//! ride on it, and the JSON bodies of our own ingest API. It decides what is a good row and what is not, reads every client's
//! words into the record's words, and converts every client's token counting into the disjoint buckets exactly once.
//!
//! Pure functions: bytes or JSON in, rows and named rejections out. No I/O, no clock (the time of arrival is an argument),
//! no HTTP. One file per concern; a client family's convention is one implementation of `otlp::convention::Convention`.

pub mod agents;
pub mod billing;
mod ids;
pub mod ingest_api;
mod json_bounds;
pub mod langfuse;
mod messages;
pub mod multipart;
pub mod native;
mod numbers;
pub mod otlp;
pub mod provider;
mod provider_name;
mod rules;
mod secrets;
pub mod trace_facts;
mod usage;

pub use ids::{ID_CONVENTIONS, native_span_id, native_trace_id, uuid_text, uuid_time};
pub use json_bounds::{check_json_values, count_json_values, is_too_deep};
pub use messages::regenerate::{RegenerateError, regenerate, regenerate_value};
pub use provider_name::provider_name;
pub use rules::check_time;

use model::{Timestamp, telemetry::Incoming};

/// What a row is judged against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IngestContext {
    /// When the request arrived: the record's `ingest_time`, and what "ahead" is measured from.
    pub received_at: Timestamp,
    /// Rows that start earlier are rejected, because the project's retention would delete them at once.
    pub retention_floor: Option<Timestamp>,
}

/// Why one row was not taken: the field, and what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct RowError {
    pub field: String,
    pub message: String,
}

impl RowError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    pub(crate) fn too_many_values(limit: usize) -> Self {
        Self::new("attributes", format!("expected at most {limit} attributes, list items, events and links in one row"))
    }
}

/// The rows of one request: the good ones, and the bad ones by their place in arrival order.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalised<T> {
    pub rows: Vec<Incoming<T>>,
    pub rejected: Vec<(usize, RowError)>,
}

impl<T> Default for Normalised<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), rejected: Vec::new() }
    }
}

impl<T> Normalised<T> {
    fn push(&mut self, index: usize, outcome: Result<Incoming<T>, RowError>) {
        match outcome {
            Ok(row) => self.rows.push(row),
            Err(error) => self.rejected.push((index, error)),
        }
    }
}

/// Why a whole body could not be read: answered 400 or 413, and not to be retried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    pub message: String,
    /// The innermost field that was being read, where the format tells.
    pub field: Option<String>,
    /// The body could be read but is more than one request may hold (HTTP: 413 in place of 400).
    pub too_large: bool,
}

impl DecodeError {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self { message: message.into(), field: None, too_large: false }
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self { message: message.into(), field: None, too_large: true }
    }
}
