//! Model calls of Gemini CLI, from `api_request`, `api_response`, `api_error` and the GenAI details that come with them.

use super::{CONVENTION, Call, LLM_CALL, Session, tools::prompt_ids};
use crate::{
    agents::{content, record::Record},
    json_bounds::is_too_deep,
    native::SpanReport,
    native_span_id,
    provider::{StreamReader, gemini_contents},
    usage::{ReportedUsage, Stands},
};
use model::telemetry::{Message, Span, SpanKind, Status};

/// Most requests of one session that wait for their answers.
const MAX_OPEN: usize = 64;

impl Session {
    /// `api_request`: a call began. With traces what was said is also on the span and in the details; without, only here.
    pub(super) fn requested(&mut self, record: &Record<'_>, session: &str) -> SpanReport {
        let call = self.new_call(record, session);
        if self.open.len() == MAX_OPEN {
            self.open.remove(0);
        }
        self.open.push(call.clone());
        let mut span = call_span(record, &call);
        span.running = true;
        span.request_model = record.owned("model");
        let contents = record.json("request_text").filter(|contents| !is_too_deep(contents));
        span.payload.input = contents.map(|contents| gemini_contents(contents, "user"));
        self.last = Some(call);
        SpanReport::content_of_elsewhere(span, LLM_CALL)
    }

    /// `api_response`: what was answered, and what it counted. Cached input is inside the input, thoughts are beside the output, and so is what tools were given.
    pub(super) fn answered(&mut self, record: &Record<'_>, session: &str) -> SpanReport {
        let call = self.take_open(record, session);
        let mut span = call_span(record, &call);
        span.end_at(record.log.timestamp);
        span.response_model = record.owned("model");
        let tools = record.count("tool_token_count").unwrap_or(0);
        let split = ReportedUsage {
            input: record.count("input_token_count").map(|input| input.saturating_add(tools)),
            output: record.count("output_token_count"),
            total: record.count("total_token_count"),
            cache_read: record.count("cached_content_token_count"),
            reasoning: record.count("thoughts_token_count"),
            ..ReportedUsage::default()
        }
        .split_known(Stands::Inside, Stands::Beside);
        span.usage = split.usage;
        split.notes.iter().for_each(|note| span.note(note));
        span.finish_reasons = record.value("finish_reasons").and_then(|value| value.as_array()).map_or_else(Vec::new, |reasons| {
            let mut reasons: Vec<String> = reasons.iter().filter_map(|reason| reason.as_str().map(str::to_owned)).collect();
            // Each piece of a stream repeats it.
            reasons.dedup();
            reasons
        });
        span.payload.output = record.text("response_text").and_then(said);
        span.status = Status::Ok;
        self.last = Some(call);
        SpanReport::content_of_elsewhere(span, LLM_CALL)
    }

    /// `api_error`.
    pub(super) fn failed(&mut self, record: &Record<'_>, session: &str) -> SpanReport {
        let call = self.take_open(record, session);
        let mut span = call_span(record, &call);
        span.end_at(record.log.timestamp);
        span.request_model = record.owned("model");
        span.status = Status::Error;
        span.error_type = record.first(&["error_type", "error.type"]).map(str::to_owned);
        span.error_message = record.first(&["error_message", "error", "error.message"]).map(str::to_owned);
        record.copy(&["status_code"], &mut span);
        self.last = Some(call);
        SpanReport::elsewhere(span, LLM_CALL)
    }

    /// The GenAI details of the call that was told of just before: what was said.
    pub(super) fn details(&mut self, record: &Record<'_>) -> Option<SpanReport> {
        let call = self.last.as_ref()?;
        let mut span = call_span(record, call);
        content::read_details(record.log, &mut span);
        // Answers come with the role of instructions.
        let answers = span.payload.output.iter_mut().flatten().filter(|message| message.role == "system");
        answers.for_each(|message| message.role = "assistant".to_owned());
        span.response_id = record.owned("gen_ai.response.id");
        Some(SpanReport::content_of_elsewhere(span, LLM_CALL))
    }

    fn new_call(&self, record: &Record<'_>, session: &str) -> Call {
        let (prompt, role) = (record.owned("prompt_id"), record.owned("role"));
        let start = record.began("duration_ms");
        if let (Some(trace), Some(span)) = (record.log.trace_id, record.log.span_id) {
            return Call { prompt, role, trace, span, parent: None, start };
        }
        let (trace, parent) = prompt_ids(session, prompt.as_deref());
        let native =
            format!("{session}/{}/{}/{}", prompt.as_deref().unwrap_or_default(), role.as_deref().unwrap_or_default(), record.log.timestamp);
        Call { prompt, role, trace, span: native_span_id(CONVENTION, &native), parent: Some(parent), start }
    }

    /// The oldest request of this prompt and role. An answer to none that is remembered is a call of its own.
    fn take_open(&mut self, record: &Record<'_>, session: &str) -> Call {
        let (prompt, role) = (record.text("prompt_id"), record.text("role"));
        let is_answered = |call: &Call| call.prompt.as_deref() == prompt && call.role.as_deref() == role;
        match self.open.iter().position(is_answered) {
            Some(place) => self.open.remove(place),
            None => self.new_call(record, session),
        }
    }
}

/// The pieces of a streamed answer, as a list in text.
fn said(text: &str) -> Option<Vec<Message>> {
    let mut reader = StreamReader::of_json_list();
    reader.feed(text.as_bytes());
    reader.finish().response.map(|answer| answer.output).filter(|output| !output.is_empty())
}

fn call_span(record: &Record<'_>, call: &Call) -> Span {
    let mut span = record.span(CONVENTION, call.trace, call.span, call.start);
    span.kind = SpanKind::Llm;
    span.parent_span_id = call.parent;
    let is_vertex = record.text("auth_type").is_some_and(|auth| auth.contains("vertex"));
    span.provider = Some(if is_vertex { "gcp.vertex_ai" } else { "gcp.gemini" }.to_owned());
    span.agent = Some(super::SCOPE.to_owned());
    record.copy(&["prompt_id", "role"], &mut span);
    span
}
