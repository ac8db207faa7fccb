//! DeepEval (Confident AI): whole traces as one JSON object with a list of spans per kind, metrics that were measured on the client, and
//! annotations by people. Prompts, datasets and test runs are documents of their own.

mod annotation;
mod dataset;
mod fields;
mod ids;
mod llm;
mod media;
mod messages;
mod metric;
mod prompt;
mod span;
mod test_case;
mod test_run;
mod trace;

pub use annotation::{annotation, span_without_trace};
pub use dataset::{Goldens, golden, golden_item, goldens, is_conversation, is_finalized};
pub use ids::{span_id, trace_id};
pub(crate) use messages::read as read_messages;
pub use prompt::{commit_hash, new_prompt_version, prompt, version_number, version_of_hash};
pub use test_case::Case;
pub use test_run::{Cases, TestRun, comparison, further_cases, test_run};
pub use trace::{TraceRows, is_trace, trace};

/// The convention of these rows in `source.convention`, and the one that native ids are hashed under.
pub const CONVENTION: &str = "deepeval";

/// A name as lists show it: one line, cut where the library's names end.
fn short_name(text: &str) -> String {
    let plain: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(model::library::MAX_NAME_CHARS).collect();
    plain.trim().to_owned()
}
