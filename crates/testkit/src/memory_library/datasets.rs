//! Datasets and items.

use super::{
    MemoryLibrary, Shelf,
    page::{ascending, descending},
};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{
        Dataset, DatasetChange, DatasetItem, DatasetRef, ItemFilter, ListCursor, Listed, NewDataset, NewDatasetItem, PageRequest,
        check_items, generate_id,
    },
    ports::Datasets,
};

const NOT_FOUND: StoreError = StoreError::NotFound("dataset");

impl Shelf {
    /// With its number of items.
    fn dataset(&self, id: &str) -> Option<Dataset> {
        let item_count = self.items.values().filter(|item| item.dataset_id == id).count() as u64;
        Some(Dataset { item_count, ..self.datasets.get(id)?.clone() })
    }

    fn name_is_free(&self, name: &str) -> StoreResult<()> {
        let taken = self.datasets.values().any(|dataset| dataset.name == name);
        if taken { Err(StoreError::Conflict(format!("a dataset named {name:?} exists already"))) } else { Ok(()) }
    }

    fn touch(&mut self, id: &str, now: Timestamp) -> StoreResult<()> {
        self.datasets.get_mut(id).map(|dataset| dataset.updated_at = now).ok_or(NOT_FOUND)
    }

    fn put_item(&mut self, dataset_id: &str, new: NewDatasetItem, now: Timestamp) -> StoreResult<DatasetItem> {
        let id = new.id.clone().unwrap_or_else(generate_id);
        let (position, created_at) = match self.items.get(&id) {
            Some(known) if known.dataset_id != dataset_id => {
                return Err(StoreError::Conflict(format!("the item {id:?} belongs to another dataset")));
            }
            Some(known) => (known.position, known.created_at),
            None => {
                let last = self.items.values().filter(|item| item.dataset_id == dataset_id).map(|item| item.position + 1).max();
                (last.unwrap_or(0), now)
            }
        };
        let item = new.into_item(id.clone(), dataset_id.to_owned(), position, created_at, now);
        self.items.insert(id, item.clone());
        Ok(item)
    }
}

#[async_trait]
impl Datasets for MemoryLibrary {
    async fn create_dataset(&self, project: ProjectId, new: NewDataset) -> StoreResult<Dataset> {
        new.check()?;
        self.write(project, |shelf, now| {
            shelf.name_is_free(&new.name)?;
            let id = new.id.unwrap_or_else(generate_id);
            if shelf.datasets.contains_key(&id) {
                return Err(StoreError::Conflict(format!("a dataset with the id {id:?} exists already")));
            }
            let (name, description, metadata) = (new.name, new.description, new.metadata);
            let dataset = Dataset { id: id.clone(), name, description, metadata, created_at: now, updated_at: now, item_count: 0 };
            shelf.datasets.insert(id, dataset.clone());
            Ok(dataset)
        })
    }

    async fn dataset(&self, project: ProjectId, dataset: &DatasetRef) -> StoreResult<Option<Dataset>> {
        Ok(self.read(project, |shelf| match dataset {
            DatasetRef::Id(id) => shelf.dataset(id),
            DatasetRef::Name(name) => shelf.dataset(&shelf.datasets.values().find(|dataset| dataset.name == *name)?.id),
        }))
    }

    async fn list_datasets(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<Dataset>> {
        let key = |dataset: &Dataset| ListCursor { rank: dataset.created_at.as_nanos(), id: dataset.id.clone() };
        Ok(self.read(project, |shelf| descending(shelf.datasets.keys().filter_map(|id| shelf.dataset(id)), key, &page)))
    }

    async fn update_dataset(&self, project: ProjectId, id: &str, change: DatasetChange) -> StoreResult<Dataset> {
        change.check()?;
        self.write(project, |shelf, now| {
            let name_before = shelf.datasets.get(id).ok_or(NOT_FOUND)?.name.clone();
            if let Some(name) = change.name.as_ref().filter(|name| **name != name_before) {
                shelf.name_is_free(name)?;
            }
            let dataset = shelf.datasets.get_mut(id).ok_or(NOT_FOUND)?;
            dataset.name = change.name.unwrap_or(name_before);
            dataset.description = change.description.or(dataset.description.take());
            dataset.metadata = change.metadata.unwrap_or(dataset.metadata.take());
            dataset.updated_at = now;
            shelf.dataset(id).ok_or(NOT_FOUND)
        })
    }

    async fn delete_dataset(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        self.write(project, |shelf, _| {
            shelf.datasets.remove(id).ok_or(NOT_FOUND)?;
            shelf.items.retain(|_, item| item.dataset_id != id);
            Ok(())
        })
    }

    async fn put_dataset_items(&self, project: ProjectId, dataset_id: &str, items: Vec<NewDatasetItem>) -> StoreResult<Vec<DatasetItem>> {
        check_items(&items)?;
        self.write(project, |shelf, now| {
            shelf.touch(dataset_id, now)?;
            items.into_iter().map(|item| shelf.put_item(dataset_id, item, now)).collect()
        })
    }

    async fn dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<Option<DatasetItem>> {
        Ok(self.read(project, |shelf| shelf.items.get(id).cloned()))
    }

    async fn list_dataset_items(&self, project: ProjectId, filter: &ItemFilter, page: PageRequest) -> StoreResult<Listed<DatasetItem>> {
        let key = |item: &DatasetItem| ListCursor { rank: item.position.cast_signed(), id: item.id.clone() };
        let wanted = |item: &&DatasetItem| {
            filter.dataset_id.as_ref().is_none_or(|id| item.dataset_id == *id)
                && filter.status.is_none_or(|status| item.status == status)
                && (filter.source_trace_id.is_none() || item.source_trace_id == filter.source_trace_id)
                && (filter.source_span_id.is_none() || item.source_span_id == filter.source_span_id)
        };
        Ok(self.read(project, |shelf| ascending(shelf.items.values().filter(wanted).cloned(), key, &page)))
    }

    async fn delete_dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        self.write(project, |shelf, now| {
            let item = shelf.items.remove(id).ok_or(StoreError::NotFound("dataset item"))?;
            shelf.touch(&item.dataset_id, now)
        })
    }
}
