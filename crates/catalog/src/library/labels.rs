//! Labels of prompts: which version each points at.

use crate::{
    error::store_error,
    sql::{MAX_IDS, column, unsigned, with_list},
};
use model::{
    ProjectId, StoreResult,
    library::{LATEST, PromptLabel},
};
use sqlx::{AnyConnection, Row};
use std::collections::BTreeMap;

/// Sorted, by name.
pub(super) async fn of_names(
    connection: &mut AnyConnection,
    project: ProjectId,
    names: &[String],
) -> StoreResult<BTreeMap<String, Vec<PromptLabel>>> {
    let mut found: BTreeMap<String, Vec<PromptLabel>> = BTreeMap::new();
    for names in names.chunks(MAX_IDS) {
        let text = with_list("SELECT name, label, version FROM prompt_label WHERE project_id = $1 AND name IN", 2, names.len());
        let query = names.iter().fold(sqlx::query(text).bind(project.to_hex()), |query, name| query.bind(name.as_str()));
        for row in query.fetch_all(&mut *connection).await.map_err(store_error)? {
            let label = PromptLabel { label: column(&row, "label")?, version: unsigned(&row, "version")? };
            found.entry(column(&row, "name")?).or_default().push(label);
        }
    }
    found.values_mut().for_each(|labels| labels.sort());
    Ok(found)
}

pub(super) async fn version(connection: &mut AnyConnection, project: ProjectId, name: &str, label: &str) -> StoreResult<Option<i64>> {
    let row = sqlx::query("SELECT version FROM prompt_label WHERE project_id = $1 AND name = $2 AND label = $3")
        .bind(project.to_hex())
        .bind(name)
        .bind(label)
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    row.map(|row| row.try_get(0).map_err(store_error)).transpose()
}

/// Moves the labels to a version. `latest` is computed.
pub(super) async fn point(
    connection: &mut AnyConnection,
    project: ProjectId,
    name: &str,
    labels: &[String],
    version: u32,
) -> StoreResult<()> {
    for label in labels.iter().filter(|label| *label != LATEST) {
        sqlx::query(
            "INSERT INTO prompt_label (project_id, name, label, version) VALUES ($1, $2, $3, $4)
             ON CONFLICT (project_id, name, label) DO UPDATE SET version = excluded.version",
        )
        .bind(project.to_hex())
        .bind(name)
        .bind(label.as_str())
        .bind(i64::from(version))
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    }
    Ok(())
}

pub(super) async fn clear(connection: &mut AnyConnection, project: ProjectId, name: &str, version: u32) -> StoreResult<()> {
    sqlx::query("DELETE FROM prompt_label WHERE project_id = $1 AND name = $2 AND version = $3")
        .bind(project.to_hex())
        .bind(name)
        .bind(i64::from(version))
        .execute(connection)
        .await
        .map_err(store_error)?;
    Ok(())
}
