//! A `Library` in memory: what the port says, in the plainest way.

mod datasets;
mod experiments;
mod media;
mod page;
mod prompts;

use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{Dataset, DatasetItem, Experiment, ExperimentResult, Media, PromptVersion},
};
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// Cheap to clone; clones share what is stored. Any project is there until it is deleted.
#[derive(Clone, Default)]
pub struct MemoryLibrary(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    projects: HashMap<ProjectId, Shelf>,
    deleted: HashSet<ProjectId>,
    last_time: i64,
}

/// What one project has.
#[derive(Default, Clone)]
struct Shelf {
    prompts: BTreeMap<String, StoredPrompt>,
    datasets: BTreeMap<String, Dataset>,
    items: BTreeMap<String, DatasetItem>,
    experiments: BTreeMap<String, Experiment>,
    results: BTreeMap<(String, String), ExperimentResult>,
    media: BTreeMap<String, (Media, bytes::Bytes)>,
}

#[derive(Default, Clone)]
struct StoredPrompt {
    last_version: u32,
    versions: BTreeMap<u32, PromptVersion>,
    labels: BTreeMap<String, u32>,
}

impl MemoryLibrary {
    pub fn new() -> Self {
        Self::default()
    }

    /// What deleting a project does to a library.
    pub fn delete_project(&self, project: ProjectId) {
        let mut state = self.0.lock();
        state.projects.remove(&project);
        state.deleted.insert(project);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    /// Reads what the project has.
    fn read<T>(&self, project: ProjectId, read: impl FnOnce(&Shelf) -> T) -> T {
        let state = self.state();
        read(state.projects.get(&project).unwrap_or(&Shelf::default()))
    }

    /// Changes it as a whole or, on an error, not at all.
    fn write<T>(&self, project: ProjectId, write: impl FnOnce(&mut Shelf, Timestamp) -> StoreResult<T>) -> StoreResult<T> {
        let mut state = self.state();
        if state.deleted.contains(&project) {
            return Err(StoreError::NotFound("project"));
        }
        // Never the same time twice, so that "newest" is told.
        state.last_time = (state.last_time + 1).max(Timestamp::now().as_nanos());
        let now = Timestamp::from_nanos(state.last_time);
        let shelf = state.projects.entry(project).or_default();
        let mut changed = shelf.clone();
        let outcome = write(&mut changed, now)?;
        *shelf = changed;
        Ok(outcome)
    }
}
