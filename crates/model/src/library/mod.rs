//! What clients store beyond telemetry: prompts, datasets, experiments and media. Kept in the catalog (`docs/adr/0009`), behind the port
//! [`crate::ports::Library`]. Whatever a client's protocol calls these things, here they have one word each.

mod dataset;
mod experiment;
mod limits;
mod media;
mod page;
mod prompt;
mod summary;

pub use dataset::{Dataset, DatasetChange, DatasetItem, DatasetRef, ItemFilter, ItemStatus, NewDataset, NewDatasetItem, check_items};
pub use experiment::{Experiment, ExperimentFilter, ExperimentResult, NewExperiment, NewResult, ResultFilter, Verdict, check_results};
pub use limits::{
    MAX_BATCH, MAX_ID_CHARS, MAX_JSON_BYTES, MAX_LABELS, MAX_MEDIA_BYTES, MAX_NAME_CHARS, MAX_TAGS, MAX_TEXT_BYTES, MAX_VERDICTS, check_id,
    check_name,
};
pub use media::{Media, NewMedia};
pub use page::{ListCursor, Listed, PageRequest};
pub use prompt::{LATEST, NewPromptVersion, PromptBody, PromptLabel, PromptSelector, PromptSummary, PromptVersion, check_labels};
pub use summary::{ExperimentSummary, SummaryBuilder, VerdictSummary, pass_rate};

/// A new id for what a client did not name.
pub fn generate_id() -> String {
    crate::id::time_ordered_hex()
}
