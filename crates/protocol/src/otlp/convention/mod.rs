//! What the attributes of a span mean. Each client family's convention is one adapter in [`CONVENTIONS`]; the first that
//! recognises a span reads it, then the keys that nearly all clients share are read from what is left.

mod common;
mod genai;

use super::{attributes::AttributeSet, resource::ResourceFacts};
use model::{Timestamp, telemetry::Span};

/// A span half read. Adapters move what they understand from `attributes` and `events` into `span`.
#[derive(Debug)]
pub(crate) struct Draft {
    pub span: Span,
    pub attributes: AttributeSet,
    pub events: Vec<DraftEvent>,
    /// The text of the OTLP status.
    pub status_message: Option<String>,
}

#[derive(Debug)]
pub(crate) struct DraftEvent {
    pub time: Timestamp,
    pub name: String,
    pub attributes: AttributeSet,
}

/// One client family's way to describe model calls.
trait Convention: Sync {
    /// Its name in `source.convention`.
    fn name(&self) -> &'static str;

    /// Whether this span is written in it. Cheap: it looks at names only.
    fn recognises(&self, draft: &Draft) -> bool;

    /// MUST leave what it does not understand where it is, and MUST convert token counts to disjoint buckets exactly once.
    fn read(&self, draft: &mut Draft);
}

/// In order of precedence.
const CONVENTIONS: [&dyn Convention; 1] = [&genai::GenAi];

/// The convention of spans that no adapter recognises.
const PLAIN: &str = "otlp";

pub(super) fn read(draft: &mut Draft, facts: &ResourceFacts) {
    match CONVENTIONS.iter().find(|convention| convention.recognises(draft)) {
        Some(convention) => {
            draft.span.source.convention = convention.name().to_owned();
            convention.read(draft);
        }
        None => draft.span.source.convention = PLAIN.to_owned(),
    }
    common::read(draft, facts);
}
