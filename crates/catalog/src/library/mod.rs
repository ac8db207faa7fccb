//! What clients store beyond telemetry: prompts, datasets, experiments, media (`docs/adr/0009`).
//!
//! Reads name a project that is there by [`live!`]; writes lock the row that the others of their kind lock too (a prompt, a dataset, an
//! experiment) by changing it first, so that they come one after the other on both databases.

mod datasets;
mod erase;
mod experiments;
mod items;
mod labels;
mod media;
mod page;
mod project;
mod prompts;
mod results;
mod summaries;

pub(crate) use erase::erase_project;

use model::{StoreError, StoreResult};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::any::AnyRow;

/// The project whose id is the first parameter, unless it is deleted.
macro_rules! live {
    () => {
        "(SELECT id FROM project WHERE id = $1 AND deleted_at IS NULL)"
    };
}
use live;

fn to_json<T: Serialize + ?Sized>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(StoreError::internal)
}

/// A column that holds JSON of ours.
fn json_column<T: DeserializeOwned>(row: &AnyRow, name: &'static str) -> StoreResult<T> {
    crate::sql::parsed(row, name, |text| serde_json::from_str(text).ok())
}

/// An optional parameter of a filter: ids are never empty.
fn or_empty(word: &Option<String>) -> &str {
    word.as_deref().unwrap_or_default()
}
