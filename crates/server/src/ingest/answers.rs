//! What the ingest API answers.

use model::{
    Money, SpanId, TraceId,
    telemetry::{CostSource, Span},
};
use protocol::RowError;
use serde::Serialize;

/// One stored call.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LlmAnswer {
    /// The caller's own id, or the span's when it sent none.
    pub id: String,
    pub trace_id: TraceId,
    pub span_id: SpanId,
    /// `null` when it cannot be known.
    pub cost_usd: Option<Money>,
    pub cost_source: CostSource,
}

impl LlmAnswer {
    /// `id` is the caller's own, if it sent one.
    pub(super) fn new(span: &Span, id: Option<&str>) -> Self {
        Self {
            id: id.map_or_else(|| span.span_id.to_hex(), str::to_owned),
            trace_id: span.trace_id,
            span_id: span.span_id,
            cost_usd: span.cost.total_usd,
            cost_source: span.cost.source,
        }
    }
}

/// What became of a list of rows. Resends of stored rows count as accepted.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BulkAnswer {
    pub accepted: usize,
    pub rejected: Vec<RejectedRow>,
}

/// A row that was not stored, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RejectedRow {
    /// Its place in the request, from 0.
    pub index: usize,
    pub field: String,
    pub error: String,
}

impl BulkAnswer {
    pub(crate) fn new(accepted: usize, rejected: Vec<(usize, RowError)>) -> Self {
        let rejected = rejected.into_iter().map(|(index, error)| RejectedRow { index, field: error.field, error: error.message });
        Self { accepted, rejected: rejected.collect() }
    }
}
