//! Prompts of Claude Code that no span tells of: each is an agent's span, from the prompt to the last that was told of it.

use super::{CONVENTION, INTERACTION, Place};
use crate::{agents::record::Record, messages::text_message, native::SpanReport};
use model::telemetry::{Span, SpanKind};

/// `user_prompt`.
pub(super) fn asked(record: &Record<'_>, place: &Place) -> Option<SpanReport> {
    let mut span = prompt_span(record, place)?;
    span.name = INTERACTION.to_owned();
    span.payload.input = record.first(&["prompt", "prompt_text"]).map(|prompt| vec![text_message("user", prompt.to_owned())]);
    record.copy(&["prompt.id", "prompt_length", "command_name", "command_source"], &mut span);
    Some(SpanReport::new(span))
}

/// Whatever else is told of a prompt: it lasted until then, and the last answer is its own.
pub(super) fn went_on(record: &Record<'_>, place: &Place) -> Option<SpanReport> {
    if record.event() == "user_prompt" {
        return None;
    }
    let mut span = prompt_span(record, place)?;
    span.end_at(record.log.timestamp);
    let by_subagent = record.text("query_source").is_some_and(|source| source.starts_with("agent:"));
    if record.event() == "assistant_response" && !by_subagent {
        span.payload.output = record.owned("response").map(|text| vec![text_message("assistant", text)]);
    }
    Some(SpanReport::elsewhere(span, INTERACTION).with_unknown_start())
}

fn prompt_span(record: &Record<'_>, place: &Place) -> Option<Span> {
    let id = place.parent.filter(|_| !place.traced)?;
    let mut span = record.span(CONVENTION, place.trace, id, record.log.timestamp);
    span.kind = SpanKind::Agent;
    span.operation = Some("invoke_agent".to_owned());
    span.agent = Some("claude-code".to_owned());
    Some(span)
}
