//! Items of datasets.

use super::{
    datasets::touch,
    json_column, live, or_empty,
    page::{Window, fetch},
    project::missing,
    to_json,
};
use crate::{
    database::Database,
    error::store_error,
    sql::{MAX_IDS, column, signed, with_list},
};
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{DatasetItem, ItemFilter, Listed, NewDatasetItem, PageRequest, generate_id},
};
use sqlx::AnyConnection;
use std::collections::HashMap;

const NOT_FOUND: &str = "dataset item";

pub(super) async fn put(
    database: &Database,
    project: ProjectId,
    dataset: &str,
    items: Vec<NewDatasetItem>,
) -> StoreResult<Vec<DatasetItem>> {
    let now = Timestamp::now();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    touch(&mut transaction, project, dataset, now).await?;
    let named: Vec<&str> = items.iter().filter_map(|item| item.id.as_deref()).collect();
    let known = known(&mut transaction, project, &named).await?;
    let mut behind = next_position(&mut transaction, project, dataset).await?;
    let mut stored = Vec::with_capacity(items.len());
    for new in items {
        let id = new.id.clone().unwrap_or_else(generate_id);
        let (position, created_at) = match known.get(&id) {
            Some(item) if item.dataset_id != dataset => {
                return Err(StoreError::Conflict(format!("the item {id:?} belongs to another dataset")));
            }
            Some(item) => (item.position, item.created_at),
            None => {
                behind += 1;
                (behind - 1, now)
            }
        };
        let item = new.into_item(id, dataset.to_owned(), position, created_at, now);
        write(&mut transaction, project, &item).await?;
        stored.push(item);
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(stored)
}

async fn known(connection: &mut AnyConnection, project: ProjectId, ids: &[&str]) -> StoreResult<HashMap<String, DatasetItem>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(MAX_IDS) {
        let text = with_list("SELECT document FROM dataset_item WHERE project_id = $1 AND id IN", 2, ids.len());
        let query = ids.iter().fold(sqlx::query(text).bind(project.to_hex()), |query, id| query.bind((*id).to_owned()));
        for row in query.fetch_all(&mut *connection).await.map_err(store_error)? {
            let item: DatasetItem = json_column(&row, "document")?;
            found.insert(item.id.clone(), item);
        }
    }
    Ok(found)
}

async fn next_position(connection: &mut AnyConnection, project: ProjectId, dataset: &str) -> StoreResult<u64> {
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM dataset_item WHERE project_id = $1 AND dataset_id = $2")
        .bind(project.to_hex())
        .bind(dataset)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(last.map_or(0, |last| last.unsigned_abs() + 1))
}

async fn write(connection: &mut AnyConnection, project: ProjectId, item: &DatasetItem) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO dataset_item (project_id, id, dataset_id, position, status, source_trace_id, source_span_id, document)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (project_id, id) DO UPDATE SET status = excluded.status, source_trace_id = excluded.source_trace_id,
         source_span_id = excluded.source_span_id, document = excluded.document",
    )
    .bind(project.to_hex())
    .bind(item.id.as_str())
    .bind(item.dataset_id.as_str())
    .bind(signed(item.position))
    .bind(item.status.as_str())
    .bind(item.source_trace_id.as_deref())
    .bind(item.source_span_id.as_deref())
    .bind(to_json(item)?)
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

pub(super) async fn one(database: &Database, project: ProjectId, id: &str) -> StoreResult<Option<DatasetItem>> {
    let row = sqlx::query(concat!("SELECT document FROM dataset_item WHERE project_id = ", live!(), " AND id = $2"))
        .bind(project.to_hex())
        .bind(id)
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.map(|row| json_column(&row, "document")).transpose()
}

macro_rules! wanted {
    () => {
        concat!(
            " FROM dataset_item WHERE project_id = ",
            live!(),
            " AND ($2 = '' OR dataset_id = $2) AND ($3 = '' OR status = $3)
             AND ($4 = '' OR source_trace_id = $4) AND ($5 = '' OR source_span_id = $5)"
        )
    };
}

pub(super) async fn list(
    database: &Database,
    project: ProjectId,
    filter: &ItemFilter,
    page: PageRequest,
) -> StoreResult<Listed<DatasetItem>> {
    const COUNT: &str = concat!("SELECT COUNT(*)", wanted!());
    const PAGE: &str = concat!(
        "SELECT position AS rank, id, document",
        wanted!(),
        " AND (position > $6 OR (position = $6 AND id > $7)) ORDER BY position, id LIMIT $8 OFFSET $9"
    );
    let status = filter.status.map_or("", |status| status.as_str());
    let (dataset, trace, span) = (or_empty(&filter.dataset_id), or_empty(&filter.source_trace_id), or_empty(&filter.source_span_id));
    let window = Window::ascending(&page);
    let (total, rows) = fetch(database, COUNT, PAGE, &[&project.to_hex(), dataset, status, trace, span], &window).await?;
    window.listed(&rows, total, |row| json_column(row, "document"))
}

pub(super) async fn delete(database: &Database, project: ProjectId, id: &str) -> StoreResult<()> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let deleted = sqlx::query(concat!("DELETE FROM dataset_item WHERE project_id = ", live!(), " AND id = $2 RETURNING dataset_id"))
        .bind(project.to_hex())
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
    let Some(deleted) = deleted else { return Err(missing(&mut transaction, project, NOT_FOUND).await) };
    let dataset: String = column(&deleted, "dataset_id")?;
    touch(&mut transaction, project, &dataset, Timestamp::now()).await?;
    transaction.commit().await.map_err(store_error)
}
