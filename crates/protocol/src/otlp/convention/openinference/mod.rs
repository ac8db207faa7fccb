//! OpenInference, the conventions of Arize Phoenix and its instrumentations: lists flattened into attribute names, the raw request
//! and answer of the provider in `input.value` and `output.value`, and token counts that include what was cached.

mod answer;
mod documents;
mod embedding;
mod identity;
mod kinds;
mod messages;
mod timing;
mod tool;
mod usage;
mod values;

pub(super) use embedding::keep_vectors;

use super::{Convention, Draft, metadata};
use crate::otlp::{flattened::Flattened, resource::ResourceFacts};
use model::telemetry::SpanKind;

const NAME: &str = "openinference";

pub(super) struct OpenInference;

impl Convention for OpenInference {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        const PREFIXES: [&[u8]; 3] = [b"llm.input_messages.", b"llm.output_messages.", b"llm.token_count."];
        draft.attributes.any_key(|name| name == kinds::KIND.as_bytes() || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        kinds::read(draft);
        let mut lists = Flattened::new(&LISTS, &WRAPPERS, &OPAQUE).take_from(&mut draft.attributes);
        if lists.is_truncated() {
            draft.span.note("flattened_lists_truncated");
        }
        let answer = answer::read(draft);
        metadata::read(draft);
        identity::read(draft, answer.as_ref());
        usage::read(draft, answer.as_ref());
        timing::read(draft);
        messages::read(draft, &mut lists);
        match draft.span.kind {
            SpanKind::Tool => tool::read(draft),
            SpanKind::Retrieval | SpanKind::Reranker => documents::read(draft, &mut lists),
            SpanKind::Embedding => embedding::read(draft, &mut lists),
            _ => {}
        }
        values::read(draft, answer);
        kinds::mark_containers(draft, facts);
    }
}

const LISTS: [&str; 9] = [
    messages::INPUT,
    messages::OUTPUT,
    messages::TOOLS,
    messages::PROMPTS,
    messages::CHOICES,
    documents::RETRIEVED,
    documents::RERANKER_INPUT,
    documents::RERANKER_OUTPUT,
    embedding::EMBEDDINGS,
];
/// What repeats below each index: `llm.input_messages.0.message.role`.
const WRAPPERS: [&str; 8] = ["message", "message_content", "tool_call", "tool", "document", "embedding", "prompt", "completion"];
/// Tokens of providers that mean nothing to a reader. They stay attributes.
const OPAQUE: [&str; 4] = [".signature", ".reasoning_signature", ".encrypted_content", ".message_content.id"];
