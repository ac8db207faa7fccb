//! OpenLLMetry, by Traceloop: the GenAI conventions with names of its own around them. Current versions write message attributes;
//! those up to 0.45 flattened them into `gen_ai.prompt.0.role` and wrote older names beside, which become the ones that [`super::genai`] reads.

mod entity;
mod legacy;

use super::{Convention, Draft};
use crate::otlp::resource::ResourceFacts;
use serde_json::Value;

const NAME: &str = "openllmetry";

pub(super) struct Traceloop;

impl Convention for Traceloop {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        const PREFIXES: [&[u8]; 4] = [b"traceloop.", b"llm.request.functions.", b"llm.request.type", b"llm.usage.total_tokens"];
        const INDEXED: [&[u8]; 2] = [b"gen_ai.prompt.", b"gen_ai.completion."];
        let is_indexed =
            |name: &[u8], prefix: &[u8]| name.strip_prefix(prefix).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit));
        draft
            .attributes
            .any_key(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || INDEXED.iter().any(|prefix| is_indexed(name, prefix)))
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        legacy::rename(draft);
        legacy::read_lists(draft);
        entity::read(draft);
        note_what_is_known_to_be_wrong(draft, facts);
    }
}

/// What these instrumentations get wrong and nothing in the span can set right.
fn note_what_is_known_to_be_wrong(draft: &mut Draft, facts: &ResourceFacts) {
    let scope = facts.scope_name.as_deref().unwrap_or_default();
    // The first count of a stream is added to the last one, which includes it.
    let is_stream = draft.attributes.take_checked("gen_ai.request.stream", Value::as_bool).ok().flatten();
    if let Some(is_stream) = is_stream {
        draft.span.payload.model_parameters.insert("stream".to_owned(), Value::Bool(is_stream));
    }
    if is_stream == Some(true) && scope == "opentelemetry.instrumentation.anthropic" {
        draft.span.note("output_tokens_overcounted_by_client");
    }
    // Calls in the responses API have an id of their item and one to answer to; the former is told.
    let has_item_ids = |text: String| text.contains("\"id\": \"fc_") || text.contains("\"id\":\"fc_");
    if scope.starts_with("opentelemetry.instrumentation.openai")
        && draft.attributes.text("gen_ai.output.messages").is_some_and(has_item_ids)
    {
        draft.span.note("tool_call_ids_are_item_ids");
    }
}
