//! Model calls of Claude Code, from `api_request`, `api_error` and the records of what was said; and the ids of their spans.

use super::{CONVENTION, LLM_REQUEST, Memory, Place, span_of_request, trace_of_session};
use crate::{
    agents::{recent::Recent, record::Record},
    messages::text_message,
    native::SpanReport,
    native_span_id,
    numbers::usd,
    provider,
    usage::{ReportedUsage, Stands},
};
use model::{
    ProjectId, SpanId, TraceId,
    telemetry::{Span, SpanKind, Status},
};
use serde_json::Value;

/// The ids under which both sides know a request, best first.
const REQUEST_IDS: [&str; 2] = ["request_id", "client_request_id"];
/// What a call says about itself beside what has a field.
const ATTRIBUTES: [&str; 10] = [
    "prompt.id",
    "event.sequence",
    "query_source",
    "speed",
    "effort",
    "agent_id",
    "attempt",
    "client_request_id",
    "skill.name",
    "plugin.name",
];

/// The call of a session that was told of last: what was said in it follows, in older versions without its id.
#[derive(Default)]
pub(super) struct LastCall(Option<(u64, TraceId, SpanId)>);

impl Memory {
    /// `api_request`: a call that was answered. It counts exclusively, with both lifetimes of what it wrote to the cache.
    pub(super) fn answered(&mut self, project: ProjectId, record: &Record<'_>, place: &Place) -> Option<SpanReport> {
        let mut span = call(record, place);
        let split = ReportedUsage {
            input: record.count("input_tokens"),
            output: record.count("output_tokens"),
            cache_read: record.count("cache_read_tokens"),
            cache_write: record.count("cache_creation_tokens"),
            cache_write_5m: record.count("cache_creation_5m_tokens"),
            cache_write_1h: record.count("cache_creation_1h_tokens"),
            ..ReportedUsage::default()
        }
        .split_known(Stands::Beside, Stands::Inside);
        span.usage = split.usage;
        split.notes.iter().for_each(|note| span.note(note));
        span.cost.reported_usd = record.value("cost_usd").and_then(usd);
        span.time_to_first_token_ms = record.number("ttft_ms");
        span.status = Status::Ok;
        Some(self.identified(project, record, span))
    }

    /// `api_error`: a call that failed.
    pub(super) fn failed(&mut self, project: ProjectId, record: &Record<'_>, place: &Place) -> Option<SpanReport> {
        let mut span = call(record, place);
        span.status = Status::Error;
        span.error_type = record.scalar("status_code");
        span.error_message = record.owned("error");
        Some(self.identified(project, record, span))
    }

    fn identified(&mut self, project: ProjectId, record: &Record<'_>, mut span: Span) -> SpanReport {
        let request = record.first(&REQUEST_IDS);
        let told = record.scalar("event.sequence").unwrap_or_else(|| record.log.timestamp.to_string());
        self.identify(project, Side::Log, request, &told, &mut span);
        if let (Some(session), Some(sequence)) = (&record.log.session_id, record.count("event.sequence")) {
            self.sessions.entry((project, session.clone())).0 = Some((sequence, span.trace_id, span.span_id));
        }
        SpanReport::elsewhere(span, LLM_REQUEST)
    }

    /// `assistant_response`: the text of an answer.
    pub(super) fn said(&mut self, project: ProjectId, record: &Record<'_>, place: &Place) -> Option<SpanReport> {
        let text = record.owned("response")?;
        let (trace, id) = match record.first(&REQUEST_IDS) {
            Some(request) => (place.trace, span_of_request(request)),
            // Told right after its call.
            None => {
                let session = record.log.session_id.clone()?;
                let (sequence, trace, id) = self.sessions.entry((project, session)).0?;
                (record.count("event.sequence")? == sequence + 1).then_some((trace, id))?
            }
        };
        let mut span = record.span(CONVENTION, trace, id, record.log.timestamp);
        span.payload.output = Some(vec![text_message("assistant", text)]);
        Some(SpanReport::elsewhere(span, LLM_REQUEST).with_unknown_start())
    }

    /// The span of a traced call gets the id of its request, which its log records know too; its own stays beside it. A call beside any
    /// prompt is a trace by itself: it goes to those of its session.
    pub(super) fn rename(&mut self, project: ProjectId, span: &mut Span) {
        let own = span.span_id.to_hex();
        span.payload.attributes.insert("otel.span_id".to_owned(), Value::String(own.clone()));
        if span.parent_span_id.is_none()
            && let Some(session) = &span.session_id
        {
            let own = std::mem::replace(&mut span.trace_id, trace_of_session(session));
            span.payload.attributes.insert("otel.trace_id".to_owned(), Value::String(own.to_hex()));
        }
        let attributes = &span.payload.attributes;
        let request = REQUEST_IDS.iter().find_map(|name| attributes.get(*name)?.as_str()).map(str::to_owned);
        self.identify(project, Side::Trace, request.as_deref(), &own, span);
    }

    /// `told` tells this report of the call from other reports of the same side.
    fn identify(&mut self, project: ProjectId, side: Side, request: Option<&str>, told: &str, span: &mut Span) {
        let made = match request {
            Some(request) => {
                span.native_id = Some(request.to_owned());
                return span.span_id = span_of_request(request);
            }
            None => outcome(span),
        };
        let number = self.numbers.of(project, side, span.trace_id, &made, told);
        span.note("joined_by_counts");
        span.span_id = native_span_id(CONVENTION, &format!("{}/{made}/{number}", span.trace_id));
    }
}

fn call(record: &Record<'_>, place: &Place) -> Span {
    // Its id is found out last.
    let id = native_span_id(CONVENTION, "");
    let mut span = record.span(CONVENTION, place.trace, id, record.began("duration_ms"));
    span.end_at(record.log.timestamp);
    span.name = LLM_REQUEST.to_owned();
    span.kind = SpanKind::Llm;
    span.operation = Some("chat".to_owned());
    span.parent_span_id = place.parent;
    span.provider = Some(provider_of(record.text("anthropic.provider")));
    span.request_model = record.owned("model");
    span.response_id = record.owned("request_id");
    span.agent = record.owned("agent.name");
    record.copy(&ATTRIBUTES, &mut span);
    span
}

/// Who sells the model, in the words of Claude Code.
pub(crate) fn provider_of(told: Option<&str>) -> String {
    match told {
        Some("bedrock") => "aws.bedrock",
        Some("vertex") => "gcp.vertex_ai",
        Some("foundry") => "azure.ai.inference",
        _ => "anthropic",
    }
    .to_owned()
}

/// `api_response_body`: the answer as the API gave it.
pub(super) fn whole_answer(record: &Record<'_>, place: &Place) -> Option<SpanReport> {
    let request = record.text("request_id")?;
    let answer = provider::response(record.json("body")?)?;
    let mut span = record.span(CONVENTION, place.trace, span_of_request(request), record.log.timestamp);
    span.payload.output = Some(answer.output).filter(|output| !output.is_empty());
    span.response_model = answer.model;
    span.finish_reasons = answer.finish_reasons;
    Some(SpanReport::elsewhere(span, LLM_REQUEST).with_unknown_start())
}

/// What tells calls without an id apart, alike on both sides.
fn outcome(span: &Span) -> String {
    if span.status == Status::Error {
        return format!("error:{}", span.error_message.as_deref().unwrap_or_default());
    }
    let buckets = span.usage.buckets;
    let written = [buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown].into_iter().flatten().sum::<u64>();
    let counts = [buckets.input_uncached, buckets.cache_read, Some(written), buckets.output_total()];
    counts.map(|count| count.unwrap_or(0).to_string()).join("/")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Log,
    Trace,
}

/// Most calls of one trace with the same outcome that are told apart.
const MAX_ALIKE: usize = 1_000;

/// Which of several calls of a trace with the same outcome one is, by the order in which each side tells of them.
pub(super) struct Numbers(Recent<(ProjectId, Side, TraceId, String), Vec<String>>);

impl Numbers {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Recent::new(capacity))
    }

    /// A report that comes again gets its number again.
    fn of(&mut self, project: ProjectId, side: Side, trace: TraceId, outcome: &str, told: &str) -> usize {
        let alike = self.0.entry((project, side, trace, outcome.to_owned()));
        alike.iter().position(|known| known == told).unwrap_or_else(|| {
            if alike.len() < MAX_ALIKE {
                alike.push(told.to_owned());
            }
            alike.len() - 1
        })
    }
}
