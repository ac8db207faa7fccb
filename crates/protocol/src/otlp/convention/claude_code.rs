//! Claude Code's spans: `span.type` says what each is, counts stand beside each other (cached input is not inside the input), and the
//! names of GenAI came later and only in part. What its log records say of the same calls is in `agents::claude_code`.

use super::{
    Convention, Draft,
    counts::{count, drop_repeated, written},
    payload::said,
};
use crate::{
    agents::{USER_NAMES, claude_code as agent},
    messages::text_message,
    numbers::non_negative,
    otlp::resource::ResourceFacts,
    usage::{ReportedUsage, Stands},
};
use model::{
    Timestamp,
    telemetry::{Attributes, Part, SpanKind, Status},
};
use serde_json::Value;

pub(super) struct ClaudeCode;

impl Convention for ClaudeCode {
    fn name(&self) -> &'static str {
        agent::CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.has_scope(agent::TRACING)
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        let attributes = &mut draft.attributes;
        let user = USER_NAMES.iter().find_map(|name| attributes.text(name));
        draft.span.user_id = draft.span.user_id.take().or(user);
        attributes.fill_text(&mut draft.span.session_id, &["session.id", "gen_ai.conversation.id"]);
        match attributes.text("span.type").as_deref() {
            Some("llm_request") => read_call(draft),
            Some("tool") => read_tool(draft),
            Some("interaction") => read_interaction(draft),
            _ => {}
        }
    }
}

fn read_call(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    span.kind = SpanKind::Llm;
    span.operation = span.operation.take().or(Some("chat".to_owned()));
    span.provider = Some(agent::provider_of(attributes.text("anthropic.provider").as_deref()));
    let repeated = span.provider.as_deref().unwrap_or_default();
    for name in ["gen_ai.provider.name", "gen_ai.system"] {
        if attributes.text(name).as_deref() == Some(repeated) {
            attributes.take(name);
        }
    }
    attributes.fill_text(&mut span.request_model, &["gen_ai.request.model", "model"]);
    if let Ok(Some(ttft)) = attributes.take_checked("ttft_ms", non_negative) {
        span.time_to_first_token_ms = Some(ttft);
    }
    if let Ok(Some(success)) = attributes.take_checked("success", Value::as_bool) {
        span.status = if success { Status::Ok } else { Status::Error };
    }
    attributes.fill_text(&mut span.error_type, &["status_code"]);
    attributes.fill_text(&mut span.error_message, &["error"]);
    begin_with_last_attempt(draft);
    read_usage(draft);
}

/// A request that was tried again began with its last attempt: the wait before it is not the model's. The record of the call knows
/// nothing else, and both must begin alike to be one.
fn begin_with_last_attempt(draft: &mut Draft) {
    let attempts: Vec<Timestamp> =
        draft.events.iter().filter(|event| event.name == "gen_ai.request.attempt").map(|event| event.time).collect();
    if let (2.., Some(last)) = (attempts.len(), attempts.iter().max()) {
        let first = draft.span.start_time.to_string();
        draft.span.payload.attributes.insert("first_attempt_time".to_owned(), Value::String(first));
        draft.span.start_time = *last;
        if let Some(end) = draft.span.end_time {
            draft.span.end_at(end);
        }
    }
}

fn read_usage(draft: &mut Draft) {
    if !draft.span.usage.is_unknown() {
        return;
    }
    let reported = ReportedUsage {
        input: count(draft, &["input_tokens"]),
        output: count(draft, &["output_tokens"]),
        cache_read: count(draft, &["cache_read_tokens"]),
        cache_write: count(draft, &["cache_creation_tokens"]),
        ..ReportedUsage::default()
    };
    if reported == ReportedUsage::default() {
        return;
    }
    let split = reported.split_known(Stands::Beside, Stands::Inside);
    let usage = split.usage;
    draft.span.usage = usage;
    split.notes.iter().for_each(|note| draft.span.note(note));
    // Newer versions say it again by the rules of GenAI.
    drop_repeated(
        draft,
        &[
            (&["gen_ai.usage.input_tokens"], usage.input_tokens),
            (&["gen_ai.usage.output_tokens"], usage.output_tokens),
            (&["gen_ai.usage.cache_read.input_tokens"], usage.buckets.cache_read),
            (&["gen_ai.usage.cache_write.input_tokens"], written(&usage)),
        ],
    );
}

/// What a tool was given in attributes, what it gave in an event.
fn read_tool(draft: &mut Draft) {
    let Draft { span, attributes, events, .. } = draft;
    span.kind = SpanKind::Tool;
    attributes.fill_text(&mut span.tool, &["gen_ai.tool.name", "tool_name"]);
    let id = attributes.take_first_text(&["gen_ai.tool.call.id", "tool_use_id"]);
    let mut arguments = Attributes::new();
    for name in ["full_command", "file_path", "pattern", "url", "query", "subagent_type"] {
        arguments.extend(attributes.take_json(name).map(|value| (name.to_owned(), value)));
    }
    if !arguments.is_empty() && span.payload.input.is_none() {
        let name = span.tool.clone().unwrap_or_default();
        span.payload.input =
            said("assistant", Part::ToolCall { id: id.clone(), name, arguments: Value::Object(arguments.into_iter().collect()) });
    } else if let Some(id) = &id {
        span.payload.attributes.insert("gen_ai.tool.call.id".to_owned(), Value::String(id.clone()));
    }
    if let Some(event) = events.iter_mut().find(|event| event.name == "tool.output")
        && span.payload.output.is_none()
        && let Some(result) = ["output", "content", "result"].iter().find_map(|name| event.attributes.take_json(name))
    {
        span.payload.output = said("tool", Part::ToolResult { id, result });
    }
}

fn read_interaction(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    span.kind = SpanKind::Agent;
    span.agent = span.agent.take().or(Some("claude-code".to_owned()));
    // Without leave to send prompts there is only their length.
    let prompt = attributes.text("user_prompt").filter(|prompt| prompt != "<REDACTED>");
    if let Some(prompt) = prompt.filter(|_| span.payload.input.is_none()) {
        attributes.take("user_prompt");
        span.payload.input = Some(vec![text_message("user", prompt)]);
    }
}
