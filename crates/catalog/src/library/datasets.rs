//! Datasets.

use super::{
    items, json_column, live,
    page::{Window, fetch},
    project::missing,
    to_json,
};
use crate::{
    Catalog,
    database::Database,
    error::store_error,
    sql::{column, unsigned},
};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{
        Dataset, DatasetChange, DatasetItem, DatasetRef, ItemFilter, Listed, NewDataset, NewDatasetItem, PageRequest, check_items,
        generate_id,
    },
    ports::Datasets,
};
use sqlx::{AnyConnection, any::AnyRow};

/// Everything that [`from_row`] reads.
macro_rules! select_datasets {
    ($condition:literal) => {
        concat!(
            "SELECT d.id, d.name, d.created_at AS rank, d.updated_at, d.document,
             (SELECT COUNT(*) FROM dataset_item i WHERE i.project_id = d.project_id AND i.dataset_id = d.id) AS item_count
             FROM dataset d WHERE d.project_id = ",
            live!(),
            $condition
        )
    };
}

#[async_trait]
impl Datasets for Catalog {
    async fn create_dataset(&self, project: ProjectId, new: NewDataset) -> StoreResult<Dataset> {
        new.check()?;
        create(self.db(), project, new).await
    }

    async fn dataset(&self, project: ProjectId, dataset: &DatasetRef) -> StoreResult<Option<Dataset>> {
        let mut connection = self.db().read.acquire().await.map_err(store_error)?;
        one(&mut connection, project, dataset).await
    }

    async fn list_datasets(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<Dataset>> {
        const COUNT: &str = concat!("SELECT COUNT(*) FROM dataset WHERE project_id = ", live!());
        const PAGE: &str = select_datasets!(
            " AND (d.created_at < $2 OR (d.created_at = $2 AND d.id < $3)) ORDER BY d.created_at DESC, d.id DESC LIMIT $4 OFFSET $5"
        );
        let window = Window::descending(&page);
        let (total, rows) = fetch(self.db(), COUNT, PAGE, &[&project.to_hex()], &window).await?;
        window.listed(&rows, total, from_row)
    }

    async fn update_dataset(&self, project: ProjectId, id: &str, change: DatasetChange) -> StoreResult<Dataset> {
        change.check()?;
        update(self.db(), project, id, change).await
    }

    async fn delete_dataset(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let deleted = sqlx::query(concat!("DELETE FROM dataset WHERE project_id = ", live!(), " AND id = $2"))
            .bind(project.to_hex())
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        if deleted.rows_affected() == 0 {
            return Err(missing(&mut transaction, project, "dataset").await);
        }
        transaction.commit().await.map_err(store_error)
    }

    async fn put_dataset_items(&self, project: ProjectId, dataset_id: &str, items: Vec<NewDatasetItem>) -> StoreResult<Vec<DatasetItem>> {
        check_items(&items)?;
        items::put(self.db(), project, dataset_id, items).await
    }

    async fn dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<Option<DatasetItem>> {
        items::one(self.db(), project, id).await
    }

    async fn list_dataset_items(&self, project: ProjectId, filter: &ItemFilter, page: PageRequest) -> StoreResult<Listed<DatasetItem>> {
        items::list(self.db(), project, filter, page).await
    }

    async fn delete_dataset_item(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        items::delete(self.db(), project, id).await
    }
}

async fn create(database: &Database, project: ProjectId, new: NewDataset) -> StoreResult<Dataset> {
    let now = Timestamp::now();
    let id = new.id.unwrap_or_else(generate_id);
    let (name, description, metadata) = (new.name, new.description, new.metadata);
    let dataset = Dataset { id, name, description, metadata, created_at: now, updated_at: now, item_count: 0 };
    let inserted = sqlx::query(concat!(
        "INSERT INTO dataset (project_id, id, name, created_at, updated_at, document)
         SELECT id, $2, $3, $4, $4, $5 FROM project WHERE id = ",
        live!()
    ))
    .bind(project.to_hex())
    .bind(dataset.id.as_str())
    .bind(dataset.name.as_str())
    .bind(now.as_nanos())
    .bind(to_json(&dataset)?)
    .execute(&database.write)
    .await
    .map_err(|error| taken(error, &dataset.name))?;
    if inserted.rows_affected() == 0 { Err(StoreError::NotFound("project")) } else { Ok(dataset) }
}

async fn update(database: &Database, project: ProjectId, id: &str, change: DatasetChange) -> StoreResult<Dataset> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    touch(&mut transaction, project, id, Timestamp::now()).await?;
    let found = one(&mut transaction, project, &DatasetRef::Id(id.to_owned())).await?;
    let mut dataset = found.ok_or(StoreError::NotFound("dataset"))?;
    dataset.name = change.name.unwrap_or(dataset.name);
    dataset.description = change.description.or(dataset.description);
    dataset.metadata = change.metadata.unwrap_or(dataset.metadata);
    sqlx::query("UPDATE dataset SET name = $3, document = $4 WHERE project_id = $1 AND id = $2")
        .bind(project.to_hex())
        .bind(id)
        .bind(dataset.name.as_str())
        .bind(to_json(&dataset)?)
        .execute(&mut *transaction)
        .await
        .map_err(|error| taken(error, &dataset.name))?;
    transaction.commit().await.map_err(store_error)?;
    Ok(dataset)
}

fn taken(error: sqlx::Error, name: &str) -> StoreError {
    match store_error(error) {
        StoreError::Conflict(_) => StoreError::Conflict(format!("a dataset named {name:?}, or with this id, exists already")),
        other => other,
    }
}

/// Notes that it or an item of it is written, and is the lock of all that changes it.
pub(super) async fn touch(connection: &mut AnyConnection, project: ProjectId, id: &str, now: Timestamp) -> StoreResult<()> {
    let touched = sqlx::query(concat!("UPDATE dataset SET updated_at = $3 WHERE project_id = ", live!(), " AND id = $2"))
        .bind(project.to_hex())
        .bind(id)
        .bind(now.as_nanos())
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    if touched.rows_affected() == 0 { Err(missing(connection, project, "dataset").await) } else { Ok(()) }
}

async fn one(connection: &mut AnyConnection, project: ProjectId, dataset: &DatasetRef) -> StoreResult<Option<Dataset>> {
    let (text, word) = match dataset {
        DatasetRef::Id(id) => (select_datasets!(" AND d.id = $2"), id),
        DatasetRef::Name(name) => (select_datasets!(" AND d.name = $2"), name),
    };
    let query = sqlx::query(text).bind(project.to_hex()).bind(word.as_str());
    let row = query.fetch_optional(connection).await.map_err(store_error)?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &AnyRow) -> StoreResult<Dataset> {
    let document: Dataset = json_column(row, "document")?;
    let (updated_at, item_count) = (Timestamp::from_nanos(column(row, "updated_at")?), unsigned(row, "item_count")?);
    Ok(Dataset { updated_at, item_count, ..document })
}
