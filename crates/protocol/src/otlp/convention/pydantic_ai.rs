//! pydantic-ai, with or without Logfire. It writes OpenTelemetry's GenAI conventions; an agent's run carries the whole conversation and
//! what all its calls used together.

use super::{Convention, Draft, counts::count, payload::take_value_text};
use crate::{
    messages::{conversation, regenerate, text_message},
    otlp::resource::ResourceFacts,
    usage::ReportedUsage,
};
use model::telemetry::{Message, SpanKind};

const NAME: &str = "pydantic_ai";
const ALL_MESSAGES: &str = "pydantic_ai.all_messages";

pub(super) struct PydanticAi;

impl Convention for PydanticAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.has_scope("pydantic-ai") || draft.attributes.any_key(|name| name.starts_with(b"pydantic_ai."))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        read_conversation(draft);
        read_aggregate(draft);
        let Draft { span, attributes, .. } = draft;
        attributes.fill_text(&mut span.request_model, &["model_name"]);
        attributes.fill_text(&mut span.agent, &["agent_name", "gen_ai.agent.name"]);
    }
}

/// The last thing the model said is the answer, what came before it the question.
fn read_conversation(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    if span.payload.input.is_none()
        && span.payload.output.is_none()
        && let Some(text) = attributes.take_text(ALL_MESSAGES)
    {
        let mut messages = conversation(&text, "user");
        span.payload.originals.insert(ALL_MESSAGES.to_owned(), regenerate::original_of_messages(&messages, &text));
        let is_answered = messages.last().is_some_and(|message| message.role == "assistant");
        span.payload.output = messages.pop_if(|_| is_answered).map(|answer| vec![answer]);
        span.payload.input = (!messages.is_empty()).then_some(messages);
    }
    if let Some(result) = attributes.text("final_result") {
        let is_repeated = span.payload.output.as_deref().is_some_and(|output| is_text(output, &result));
        if is_repeated {
            attributes.take("final_result");
        } else if span.payload.output.is_none() {
            let text = take_value_text(attributes, "final_result").unwrap_or(result);
            span.payload.output = Some(vec![text_message("assistant", text)]);
        }
    }
}

fn is_text(messages: &[Message], text: &str) -> bool {
    matches!(messages, [message] if message.parts == text_message("", text.to_owned()).parts)
}

fn read_aggregate(draft: &mut Draft) {
    const INPUT: &str = "gen_ai.aggregated_usage.input_tokens";
    if !draft.span.usage.is_unknown() || !draft.attributes.contains(INPUT) {
        return;
    }
    let reported = ReportedUsage {
        input: count(draft, &[INPUT]),
        output: count(draft, &["gen_ai.aggregated_usage.output_tokens"]),
        cache_read: count(
            draft,
            &[
                "gen_ai.aggregated_usage.cache_read.input_tokens",
                "gen_ai.aggregated_usage.details.cache_read_tokens",
                "gen_ai.aggregated_usage.details.cache_read_input_tokens",
            ],
        ),
        cache_write: count(
            draft,
            &[
                "gen_ai.aggregated_usage.cache_creation.input_tokens",
                "gen_ai.aggregated_usage.details.cache_write_tokens",
                "gen_ai.aggregated_usage.details.cache_creation_input_tokens",
            ],
        ),
        cache_write_1h: count(draft, &["gen_ai.aggregated_usage.details.ephemeral_1h_input_tokens"]),
        reasoning: count(draft, &["gen_ai.aggregated_usage.details.reasoning_tokens"]),
        web_searches: count(draft, &["gen_ai.aggregated_usage.details.web_search_requests"]),
        ..ReportedUsage::default()
    };
    let split = reported.split_inclusive();
    draft.span.usage = split.usage;
    split.notes.iter().for_each(|note| draft.span.note(note));
    if draft.span.kind == SpanKind::Other {
        draft.span.kind = SpanKind::Agent;
    }
}
