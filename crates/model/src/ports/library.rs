//! What clients store beyond telemetry. Every method takes the project: it MUST neither show nor touch what belongs to another one, and
//! for a project that does not exist (any more) reads MUST find nothing and writes MUST answer `NotFound("project")`.
//!
//! Of all that is written: the words' own `check`s decide what is `Invalid`; an acknowledged write is durable; a call is done as a whole
//! or not at all. Lists MUST be in the order that their method names, with `total` and `next_cursor` as [`Listed`] says.

use crate::{
    ProjectId, StoreResult,
    library::{
        Dataset, DatasetChange, DatasetItem, DatasetRef, Experiment, ExperimentFilter, ExperimentResult, ItemFilter, Listed, Media,
        NewDataset, NewDatasetItem, NewExperiment, NewMedia, NewPromptVersion, NewResult, PageRequest, PromptSelector, PromptSummary,
        PromptVersion, ResultFilter,
    },
};
use async_trait::async_trait;
use bytes::Bytes;

/// Everything that a server is given.
pub trait Library: Prompts + Datasets + Experiments + MediaStore {}
impl<T: Prompts + Datasets + Experiments + MediaStore + ?Sized> Library for T {}

#[async_trait]
pub trait Prompts: Send + Sync {
    /// Makes version 1 of a new name, or the one after the newest ever made: numbers MUST NOT be used twice while the name is there,
    /// however many calls come at once. Labels move to the new version; `latest` among them is not stored.
    async fn create_prompt_version(&self, project: ProjectId, new: NewPromptVersion) -> StoreResult<PromptVersion>;

    async fn prompt(&self, project: ProjectId, name: &str, selector: &PromptSelector) -> StoreResult<Option<PromptVersion>>;

    /// Newest version first; ties by name, descending.
    async fn list_prompts(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<PromptSummary>>;

    /// Newest first. Of a name that is not there: none.
    async fn list_prompt_versions(&self, project: ProjectId, name: &str, page: PageRequest) -> StoreResult<Listed<PromptVersion>>;

    /// Afterwards the version has these labels and no others; those that pointed at other versions have moved. `latest` is `Invalid`
    /// for a version that is not the newest. `NotFound("prompt")` when there is no such version.
    async fn set_prompt_labels(&self, project: ProjectId, name: &str, version: u32, labels: &[String]) -> StoreResult<PromptVersion>;

    /// With its last version a name goes too. `NotFound("prompt")` when there is no such version.
    async fn delete_prompt_version(&self, project: ProjectId, name: &str, version: u32) -> StoreResult<()>;

    /// With all versions and labels. `NotFound("prompt")` when there is no such name.
    async fn delete_prompt(&self, project: ProjectId, name: &str) -> StoreResult<()>;
}

#[async_trait]
pub trait Datasets: Send + Sync {
    /// `Conflict` when the name or the id is taken.
    async fn create_dataset(&self, project: ProjectId, new: NewDataset) -> StoreResult<Dataset>;

    async fn dataset(&self, project: ProjectId, dataset: &DatasetRef) -> StoreResult<Option<Dataset>>;

    /// Newest first (by creation); ties by id, descending.
    async fn list_datasets(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<Dataset>>;

    /// `Conflict` when the new name is taken, `NotFound("dataset")` when there is no such dataset.
    async fn update_dataset(&self, project: ProjectId, id: &str, change: DatasetChange) -> StoreResult<Dataset>;

    /// With its items. Experiments stay. `NotFound("dataset")` when there is none.
    async fn delete_dataset(&self, project: ProjectId, id: &str) -> StoreResult<()>;

    /// Each takes the place of the item with its id as a whole (keeping its position and `created_at`), or is new behind all others, in
    /// the order given. At most [`crate::library::MAX_BATCH`]. `Conflict` when an id is an item's of another dataset;
    /// `NotFound("dataset")` when there is no such dataset. Answers the items as stored, in the order given.
    async fn put_dataset_items(&self, project: ProjectId, dataset_id: &str, items: Vec<NewDatasetItem>) -> StoreResult<Vec<DatasetItem>>;

    async fn dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<Option<DatasetItem>>;

    /// By position; ties (of several datasets) by id.
    async fn list_dataset_items(&self, project: ProjectId, filter: &ItemFilter, page: PageRequest) -> StoreResult<Listed<DatasetItem>>;

    /// `NotFound("dataset item")` when there is none.
    async fn delete_dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<()>;
}

#[async_trait]
pub trait Experiments: Send + Sync {
    /// A new one, or a further report of the one with this id: what it tells replaces what was.
    async fn put_experiment(&self, project: ProjectId, report: NewExperiment) -> StoreResult<Experiment>;

    async fn experiment(&self, project: ProjectId, id: &str) -> StoreResult<Option<Experiment>>;

    /// Newest first (by creation); ties by id, descending. With summaries.
    async fn list_experiments(&self, project: ProjectId, filter: &ExperimentFilter, page: PageRequest) -> StoreResult<Listed<Experiment>>;

    /// With its results. `NotFound("experiment")` when there is none.
    async fn delete_experiment(&self, project: ProjectId, id: &str) -> StoreResult<()>;

    /// New results, or further reports of those with these ids: `ExperimentResult::amend` says how. However many calls come at once, all
    /// that they tell MUST be there afterwards. At most [`crate::library::MAX_BATCH`]. `NotFound("experiment")` when there is none.
    /// Answers the results as stored, in the order given.
    async fn put_results(&self, project: ProjectId, experiment_id: &str, results: Vec<NewResult>) -> StoreResult<Vec<ExperimentResult>>;

    /// By position; ties by id. Of an experiment that is not there: none.
    async fn list_results(
        &self,
        project: ProjectId,
        experiment_id: &str,
        filter: &ResultFilter,
        page: PageRequest,
    ) -> StoreResult<Listed<ExperimentResult>>;
}

#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Takes the place of the medium with its id.
    async fn put_media(&self, project: ProjectId, new: NewMedia) -> StoreResult<Media>;

    /// Without the content: whether it is there, and what it is.
    async fn media(&self, project: ProjectId, id: &str) -> StoreResult<Option<Media>>;

    async fn media_content(&self, project: ProjectId, id: &str) -> StoreResult<Option<(Media, Bytes)>>;

    /// `NotFound("media")` when there is none.
    async fn delete_media(&self, project: ProjectId, id: &str) -> StoreResult<()>;
}
