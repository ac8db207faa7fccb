//! A call that is over → its span.

use super::{
    capture::{Captured, CapturedAnswer},
    claude_code,
    headers::{recorded_of_answer, recorded_of_request},
    hints::Hints,
    recorder::Ending,
    target::Called,
};
use crate::ingest::as_second_report;
use axum::http::{HeaderMap, StatusCode};
use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{Span, SpanKind, Status},
};
use protocol::{
    native::SpanReport,
    provider::{self, Api, PROXY_CONVENTION, ProviderResponse},
};
use serde_json::{Value, json};
use std::time::Instant;

/// What is known of a call when it begins.
pub(super) struct Call {
    pub project: ProjectId,
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub called: Called,
    pub provider: String,
    pub upstream: String,
    pub host: String,
    /// At the upstream, without the query, which may hold a key.
    pub path: String,
    pub request_headers: HeaderMap,
    pub hints: Hints,
    pub began: Timestamp,
    pub began_at: Instant,
}

/// Of an error that is no JSON, such as a gateway's page.
const MAX_ERROR_TEXT_CHARS: usize = 500;

impl Call {
    /// The report of its span, and the room its content still takes.
    pub(super) fn report(self, captured: Captured) -> (SpanReport, Vec<crate::http::Permit>) {
        let told = captured.head.as_ref().and_then(|(_, headers)| claude_code::told(&self.request_headers, headers));
        let (mut span, room) = self.span(captured);
        let Some(told) = told else { return (SpanReport::new(span), room) };
        span.span_id = told.span;
        span.native_id = span.native_id.or(Some(told.request));
        span.trace_id = told.trace.unwrap_or(span.trace_id);
        if told.is_its_own_parent || told.trace.is_some() {
            span.parent_span_id = told.parent;
        }
        // As the agent calls it.
        span.name.clear();
        (as_second_report(span), room)
    }

    fn span(self, captured: Captured) -> (Span, Vec<crate::http::Permit>) {
        let Called { api, model, .. } = self.called;
        let mut span = Span::new(self.trace_id, self.span_id, "", self.began);
        span.kind = if matches!(api, Api::Embeddings | Api::EmbedContent) { SpanKind::Embedding } else { SpanKind::Llm };
        span.provider = Some(self.provider);
        span.source.convention = PROXY_CONVENTION.to_owned();
        self.hints.fill(&mut span);
        let nanos_since_began = |at: Instant| i64::try_from(at.saturating_duration_since(self.began_at).as_nanos()).unwrap_or(i64::MAX);
        span.end_at(self.began.saturating_add_nanos(nanos_since_began(captured.ended)));
        span.time_to_first_token_ms = captured.first_content.map(|at| nanos_since_began(at) as f64 / 1e6);

        let attributes = &mut span.payload.attributes;
        attributes.insert("proxy.upstream".to_owned(), Value::String(self.upstream));
        attributes.insert("server.address".to_owned(), Value::String(self.host));
        attributes.insert("url.path".to_owned(), Value::String(self.path));
        attributes.extend(recorded_of_request(&self.request_headers));
        if let Some((status, headers)) = &captured.head {
            attributes.insert("http.response.status_code".to_owned(), json!(status.as_u16()));
            attributes.extend(recorded_of_answer(headers));
        }

        read_request(&mut span, api, &captured);
        // Gemini's model, or a deployment's name.
        span.request_model = span.request_model.take().or(model);
        read_answer(&mut span, &captured);
        read_ending(&mut span, &captured);
        if captured.is_truncated {
            span.note("recording_truncated");
        }
        if span.name.is_empty() {
            let operation = span.operation.as_deref().unwrap_or_default();
            span.name = span.model().map_or_else(|| operation.to_owned(), |model| format!("{operation} {model}"));
        }
        (span, captured.room)
    }
}

fn read_request(span: &mut Span, api: Api, captured: &Captured) {
    span.operation = Some(api.operation().to_owned());
    match captured.request.whole().and_then(parsed) {
        Some(body) => provider::request_of(api, body).fill(span),
        None => span.note("request_not_read"),
    }
}

/// `None` for what is no JSON, or would take too much memory as such.
fn parsed(bytes: &[u8]) -> Option<Value> {
    /// Each takes 32 to 72 bytes once it is parsed.
    const MAX_VALUES: usize = 500_000;
    (protocol::count_json_values(bytes) <= MAX_VALUES).then(|| serde_json::from_slice(bytes).ok()).flatten()
}

fn read_answer(span: &mut Span, captured: &Captured) {
    let (response, is_complete) = match &captured.answer {
        CapturedAnswer::Stream(streamed) => (streamed.response.clone(), streamed.is_complete),
        CapturedAnswer::Whole(body) => (whole_answer(body), true),
    };
    let status = captured.head.as_ref().map(|(status, _)| *status);
    let is_understood = response.is_some();
    if let Some(response) = response {
        response.fill(span);
    }
    let is_refusal = status.is_some_and(|status| !status.is_success());
    if is_refusal {
        span.status = Status::Error;
    }
    if let (Some(status), true) = (status, is_refusal) {
        name_refusal(span, status, captured);
    } else if captured.ending == Ending::Complete {
        if !is_understood && status.is_some() {
            span.note("response_not_read");
        } else if !is_complete {
            span.note("stream_ended_early");
        }
        if is_understood && span.usage.is_unknown() && span.status != Status::Error {
            span.note("usage_not_reported");
        }
    }
}

fn whole_answer(body: &super::collected::Collected) -> Option<ProviderResponse> {
    match body.whole() {
        Some(bytes) => match parsed(bytes)? {
            // Gemini wraps the error of a streamed call in a list.
            Value::Array(mut items) if items.len() == 1 => provider::response(items.remove(0)),
            answer => provider::response(answer),
        },
        // The counts stand at the end.
        None => provider::usage_in_tail(body.tail()).map(ProviderResponse::of_usage),
    }
}

/// What the provider did not say itself about its refusal.
fn name_refusal(span: &mut Span, status: StatusCode, captured: &Captured) {
    span.error_type.get_or_insert_with(|| format!("http_{}", status.as_u16()));
    if span.error_message.is_none() {
        let text = match &captured.answer {
            CapturedAnswer::Whole(body) => body.whole().map(String::from_utf8_lossy),
            CapturedAnswer::Stream(_) => None,
        };
        let text = text.map(|text| text.trim().chars().take(MAX_ERROR_TEXT_CHARS).collect::<String>()).filter(|text| !text.is_empty());
        span.error_message = text.or_else(|| status.canonical_reason().map(str::to_owned));
    }
}

fn read_ending(span: &mut Span, captured: &Captured) {
    let failed = |span: &mut Span, kind: &str, message: &str| {
        span.status = Status::Error;
        span.error_type.get_or_insert_with(|| kind.to_owned());
        span.error_message.get_or_insert_with(|| message.to_owned());
    };
    match &captured.ending {
        Ending::Complete if span.status == Status::Unset => span.status = Status::Ok,
        Ending::Complete => {}
        Ending::BrokenOff(reason) => failed(span, "upstream_broke_off", reason),
        Ending::Unreachable(reason) => failed(span, "upstream_unreachable", reason),
        Ending::TimedOut => failed(span, "upstream_timeout", "the provider did not begin to answer in time"),
        // Whoever breaks off has what it wanted: no failure of the call.
        Ending::Cancelled => {
            span.note("cancelled");
            if span.finish_reasons.is_empty() {
                span.finish_reasons.push("cancelled".to_owned());
            }
        }
    }
    let is_partial = !matches!(captured.ending, Ending::Complete);
    if is_partial && !span.usage.is_unknown() {
        span.note("usage_incomplete");
    }
}
