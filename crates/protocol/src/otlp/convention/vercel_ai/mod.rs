//! The Vercel AI SDK. Versions 5 and 6 describe calls by `ai.*` attributes and repeat some as `gen_ai.*`; version 7 writes OpenTelemetry's
//! GenAI conventions, and `ai.*` for what those have no name for.

mod content;
mod context;
mod messages;
mod operation;
mod usage;

use super::{Convention, Draft};
use crate::otlp::resource::ResourceFacts;

const NAME: &str = "vercel_ai";

pub(super) struct VercelAi;

impl Convention for VercelAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        // Version 7's scope; its spans may carry `gen_ai.*` alone.
        draft.has_scope("gen_ai") || draft.attributes.contains("ai.operationId") || draft.attributes.contains("ai.telemetry.functionId")
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        operation::read(draft);
        context::read(draft);
        usage::read(draft);
        content::read(draft);
        // Last, so that what has a field of its own is not a parameter.
        draft.attributes.take_prefixed("ai.settings.", &mut draft.span.payload.model_parameters);
    }
}
