//! What the attributes of a span mean. Each client family's convention is one adapter in [`CONVENTIONS`]. Clients mix them, so every
//! adapter that recognises a span reads it, in order, and fills in only what those before it left unknown; then the keys that nearly
//! all clients share are read from what is left.

mod claude_code;
mod codex;
mod common;
mod counts;
mod deepeval;
mod gemini_cli;
mod genai;
mod langfuse;
mod langsmith;
mod litellm;
mod logfire;
mod metadata;
mod mlflow;
mod openai_agents;
mod openinference;
mod payload;
mod pydantic_ai;
mod timing;
mod traceloop;
mod vercel_ai;

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

impl Draft {
    /// Whether the span is of this instrumentation scope.
    fn has_scope(&self, name: &str) -> bool {
        self.span.payload.attributes.get("otel.scope.name").is_some_and(|scope| scope == name)
    }
}

#[derive(Debug)]
pub(crate) struct DraftEvent {
    pub time: Timestamp,
    pub name: String,
    pub attributes: AttributeSet,
}

/// One client family's way to describe model calls. It provides its name, how its spans are known, and how they are read, and has its
/// place in [`CONVENTIONS`]. It holds no state: all it knows of a span is in the [`Draft`], as far as those before it left it there.
trait Convention: Sync {
    /// Its name in `source.convention`, where it is the first that recognises the span.
    fn name(&self) -> &'static str;

    /// Whether this span is written in it. Every span is asked, whoever wrote it: it looks at the scope and at names of attributes and
    /// events only, never into values.
    fn recognises(&self, draft: &Draft) -> bool;

    /// MUST fill in only what is still unknown, MUST leave what it does not understand where it is, and MUST convert token counts to
    /// disjoint buckets exactly once: never when `usage` is known already.
    fn read(&self, draft: &mut Draft, facts: &ResourceFacts);
}

/// In order of precedence: the more a convention knows of its client, the earlier. The first that recognises a span names its source.
const CONVENTIONS: &[&dyn Convention] = &[
    &deepeval::DeepEval,
    &claude_code::ClaudeCode,
    &codex::Codex,
    &gemini_cli::GeminiCli,
    &vercel_ai::VercelAi,
    &openai_agents::OpenAiAgents,
    &mlflow::Mlflow,
    &pydantic_ai::PydanticAi,
    &logfire::Logfire,
    &langsmith::LangSmith,
    &litellm::LiteLlm,
    &langfuse::Observation,
    &openinference::OpenInference,
    &traceloop::Traceloop,
    &genai::GenAi,
    &langfuse::Propagated,
    &deepeval::Repeated,
];

/// The convention of spans that no adapter recognises.
const PLAIN: &str = "otlp";

pub(super) fn read(draft: &mut Draft, facts: &ResourceFacts) {
    let mut first = None;
    for convention in CONVENTIONS {
        if convention.recognises(draft) {
            first = first.or(Some(convention.name()));
            convention.read(draft, facts);
        }
    }
    draft.span.source.convention = first.unwrap_or(PLAIN).to_owned();
    common::read(draft, facts);
}
