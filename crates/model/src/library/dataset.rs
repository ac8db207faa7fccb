//! Datasets and their items.

use super::limits::{check_json, check_name, check_optional_id, check_text};
use crate::{StoreError, StoreResult, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Dataset {
    pub id: String,
    /// One dataset of a project has it.
    pub name: String,
    pub description: Option<String>,
    pub metadata: Value,
    pub created_at: Timestamp,
    /// When it or one of its items was last written.
    pub updated_at: Timestamp,
    pub item_count: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewDataset {
    /// The client's own; made when there is none.
    pub id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub metadata: Value,
}

/// What is told replaces what was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DatasetChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub metadata: Option<Value>,
}

impl NewDataset {
    pub fn check(&self) -> StoreResult<()> {
        check_optional_id("id", self.id.as_deref())?;
        check_name("name", &self.name)?;
        check_text("description", self.description.as_deref())?;
        check_json("metadata", &self.metadata)
    }
}

impl DatasetChange {
    pub fn check(&self) -> StoreResult<()> {
        self.name.as_deref().map_or(Ok(()), |name| check_name("name", name))?;
        check_text("description", self.description.as_deref())?;
        self.metadata.as_ref().map_or(Ok(()), |metadata| check_json("metadata", metadata))
    }
}

/// How a dataset is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasetRef {
    Id(String),
    Name(String),
}

/// Archived items are kept, and left out by those who run experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    #[default]
    Active,
    Archived,
}

impl ItemStatus {
    pub const ALL: [Self; 2] = [Self::Active, Self::Archived];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A case to try. A JSON field that nobody told is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DatasetItem {
    /// One item of a project has it.
    pub id: String,
    pub dataset_id: String,
    pub status: ItemStatus,
    pub input: Value,
    pub expected_output: Value,
    /// What else belongs to the case: retrieved texts, tools, turns, under the client's names.
    pub context: Value,
    pub metadata: Value,
    /// Where it was taken from, as the client wrote it.
    pub source_trace_id: Option<String>,
    pub source_span_id: Option<String>,
    /// Its place in the dataset: items are listed in the order in which they came.
    pub position: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An item to write. It takes the place of the one with its id as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewDatasetItem {
    /// The client's own; made when there is none.
    pub id: Option<String>,
    pub status: ItemStatus,
    pub input: Value,
    pub expected_output: Value,
    pub context: Value,
    pub metadata: Value,
    pub source_trace_id: Option<String>,
    pub source_span_id: Option<String>,
}

impl NewDatasetItem {
    pub fn check(&self) -> StoreResult<()> {
        check_optional_id("id", self.id.as_deref())?;
        check_json("input", &self.input)?;
        check_json("expected_output", &self.expected_output)?;
        check_json("context", &self.context)?;
        check_json("metadata", &self.metadata)?;
        check_optional_id("source_trace_id", self.source_trace_id.as_deref())?;
        check_optional_id("source_span_id", self.source_span_id.as_deref())
    }

    /// The item as it is stored.
    pub fn into_item(self, id: String, dataset_id: String, position: u64, created_at: Timestamp, updated_at: Timestamp) -> DatasetItem {
        DatasetItem {
            id,
            dataset_id,
            status: self.status,
            input: self.input,
            expected_output: self.expected_output,
            context: self.context,
            metadata: self.metadata,
            source_trace_id: self.source_trace_id,
            source_span_id: self.source_span_id,
            position,
            created_at,
            updated_at,
        }
    }
}

/// Which items. What is told must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    pub dataset_id: Option<String>,
    pub status: Option<ItemStatus>,
    pub source_trace_id: Option<String>,
    pub source_span_id: Option<String>,
}

/// Checks a bulk of items: each by itself, its fields named `items[3].input`, and no id twice.
pub fn check_items(items: &[NewDatasetItem]) -> StoreResult<()> {
    super::limits::check_count("items", items.len(), super::MAX_BATCH)?;
    let mut ids = std::collections::BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        item.check().map_err(|error| within(&format!("items[{index}]"), error))?;
        if let Some(id) = &item.id
            && !ids.insert(id)
        {
            return Err(StoreError::invalid(format!("items[{index}].id"), "is there twice"));
        }
    }
    Ok(())
}

/// Says where in a list the field is.
pub(super) fn within(place: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Invalid { field, message } => StoreError::Invalid { field: format!("{place}.{field}"), message },
        other => other,
    }
}
