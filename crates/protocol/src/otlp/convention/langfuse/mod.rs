//! Attributes of Langfuse's SDKs (Python from version 3, JavaScript from version 4) and of LiteLLM's `langfuse_otel` callback. They come in two
//! layers: what the SDK says about its own observations, and what it puts on every span that passes through it, whoever wrote the span.

mod content;
mod identity;
mod numbers;

use super::{Convention, Draft};
use crate::{langfuse, otlp::resource::ResourceFacts};

/// Spans that Langfuse's SDKs write themselves.
pub(super) struct Observation;

impl Convention for Observation {
    fn name(&self) -> &'static str {
        langfuse::CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.attributes.any_key(|name| name.starts_with(b"langfuse.observation."))
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        identity::read_kind(draft);
        identity::read_model(draft);
        identity::read_level(draft);
        content::read(draft);
        content::read_metadata(draft, "langfuse.observation.metadata", facts);
        numbers::read(draft);
        content::read_finish_reason(draft);
    }
}

/// What Langfuse's exporters put on all spans: the trace's name, session, user, tags, metadata, environment, release. To be read after the
/// conventions that the spans are written in.
pub(super) struct Propagated;

impl Convention for Propagated {
    fn name(&self) -> &'static str {
        langfuse::CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.attributes.any_key(|name| name.starts_with(b"langfuse."))
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        identity::read_trace(draft, facts);
        content::read_trace_io(draft);
        content::read_metadata(draft, "langfuse.trace.metadata", facts);
    }
}
