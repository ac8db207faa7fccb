//! What a list shows of a span: everything small, and previews of what was said.

use super::{Cost, Source, Span, SpanKind, Status, TokenUsage, preview};
use crate::{SpanId, Timestamp, TraceId};
use serde::{Deserialize, Serialize};

/// Length of previews, in characters.
pub const PREVIEW_CHARS: usize = 200;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SpanSummary {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub name: String,
    pub kind: SpanKind,
    pub start_time: Timestamp,
    /// The client has reported the start and will report the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    pub end_time: Option<Timestamp>,
    pub duration_ms: Option<f64>,
    pub time_to_first_token_ms: Option<f64>,
    pub status: Status,
    pub error_type: Option<String>,
    pub error_message: Option<String>,
    pub provider: Option<String>,
    pub request_model: Option<String>,
    pub response_model: Option<String>,
    pub operation: Option<String>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub environment: Option<String>,
    pub release: Option<String>,
    pub service: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    pub prompt_name: Option<String>,
    pub prompt_version: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub usage: TokenUsage,
    pub cost: Cost,
    pub billed: bool,
    pub source: Source,
    #[serde(default)]
    pub quality: Vec<String>,
    /// The newest message of the prompt, shortened.
    pub input_preview: Option<String>,
    /// The answer, shortened.
    pub output_preview: Option<String>,
}

impl From<&Span> for SpanSummary {
    fn from(span: &Span) -> Self {
        Self {
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent_span_id: span.parent_span_id,
            name: span.name.clone(),
            kind: span.kind,
            start_time: span.start_time,
            running: span.running,
            end_time: span.end_time,
            duration_ms: span.duration_ms,
            time_to_first_token_ms: span.time_to_first_token_ms,
            status: span.status,
            error_type: span.error_type.clone(),
            error_message: span.error_message.clone(),
            provider: span.provider.clone(),
            request_model: span.request_model.clone(),
            response_model: span.response_model.clone(),
            operation: span.operation.clone(),
            session_id: span.session_id.clone(),
            user_id: span.user_id.clone(),
            environment: span.environment.clone(),
            release: span.release.clone(),
            service: span.service.clone(),
            agent: span.agent.clone(),
            tool: span.tool.clone(),
            prompt_name: span.prompt_name.clone(),
            prompt_version: span.prompt_version.clone(),
            tags: span.tags.clone(),
            usage: span.usage,
            cost: span.cost.clone(),
            billed: span.billed,
            source: span.source.clone(),
            quality: span.quality.clone(),
            input_preview: span.payload.input.as_deref().and_then(|messages| preview(messages, PREVIEW_CHARS)),
            output_preview: span.payload.output.as_deref().and_then(|messages| preview(messages, PREVIEW_CHARS)),
        }
    }
}
