//! The bodies of our own ingest API, one JSON object per row. Types are strict: an error names the field and what was expected.
//! Fields that the API does not know are kept as attributes.

mod app;
mod fields;
mod llm;
mod metric;
mod score;

pub use app::app_log;
pub use llm::llm_call;
pub use metric::metric;
pub use score::score;

/// The convention of these rows in `source.convention`, and the one that native ids are hashed under.
pub const CONVENTION: &str = "ingest_api";
