//! A score: a late fact about a span, a trace or a session. A row of its own, never a rewrite.

use crate::{SpanId, Timestamp, TraceId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScoreTarget {
    Span { trace_id: TraceId, span_id: SpanId },
    Trace { trace_id: TraceId },
    Session { session_id: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreSource {
    Human,
    Judge,
    Code,
    User,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreValue {
    Value(f64),
    Label(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Score {
    pub target: ScoreTarget,
    pub name: String,
    #[serde(flatten)]
    pub value: ScoreValue,
    pub source: ScoreSource,
    pub comment: Option<String>,
    pub author: Option<String>,
    pub timestamp: Timestamp,
    pub ingest_time: Timestamp,
}
