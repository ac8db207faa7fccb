//! OpenTelemetry's GenAI conventions, all generations in the field: (a) up to 1.36 with `gen_ai.system` and message events,
//! (b) 1.37 to 1.41 with `gen_ai.input.messages` and `gen_ai.provider.name`, (c) the conventions' own releases from v0.1.0 on.
//! MCP spans carry the same names for tools.

mod content;
mod events;
mod identity;
mod kinds;
mod timing;
mod usage;

pub(super) use kinds::by_operation;

use super::{Convention, Draft};
use crate::otlp::resource::ResourceFacts;

const NAME: &str = "otel_genai";

pub(super) struct GenAi;

impl Convention for GenAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        let is_ours = |name: &[u8]| name.starts_with(b"gen_ai.") || name == b"mcp.method.name";
        draft.attributes.any_key(is_ours) || draft.events.iter().any(|event| is_ours(event.name.as_bytes()))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        identity::read(draft);
        kinds::read(draft);
        timing::read(draft);
        usage::read(draft);
        content::read(draft);
        events::read(draft);
        // Last, so that what has a field of its own is not a parameter.
        draft.attributes.take_prefixed("gen_ai.request.", &mut draft.span.payload.model_parameters);
    }
}
