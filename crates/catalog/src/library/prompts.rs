//! Prompts and their versions.

use super::{
    json_column, labels, live,
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
    library::{LATEST, Listed, NewPromptVersion, PageRequest, PromptLabel, PromptSelector, PromptSummary, PromptVersion, check_labels},
    ports::Prompts,
};
use sqlx::{AnyConnection, any::AnyRow};
use std::collections::BTreeMap;

#[async_trait]
impl Prompts for Catalog {
    async fn create_prompt_version(&self, project: ProjectId, new: NewPromptVersion) -> StoreResult<PromptVersion> {
        new.check()?;
        create(self.db(), project, new).await
    }

    async fn prompt(&self, project: ProjectId, name: &str, selector: &PromptSelector) -> StoreResult<Option<PromptVersion>> {
        let mut snapshot = self.db().begin_snapshot().await.map_err(store_error)?;
        let found = by_selector(&mut snapshot, project, name, selector).await?;
        snapshot.rollback().await.map_err(store_error)?;
        Ok(found)
    }

    async fn list_prompts(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<PromptSummary>> {
        list(self.db(), project, page).await
    }

    async fn list_prompt_versions(&self, project: ProjectId, name: &str, page: PageRequest) -> StoreResult<Listed<PromptVersion>> {
        list_versions(self.db(), project, name, page).await
    }

    async fn set_prompt_labels(&self, project: ProjectId, name: &str, version: u32, labels: &[String]) -> StoreResult<PromptVersion> {
        check_labels(labels)?;
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        lock(&mut transaction, project, name).await?;
        let found = by_selector(&mut transaction, project, name, &PromptSelector::Version(version)).await?;
        let is_newest = found.ok_or(StoreError::NotFound("prompt"))?.labels.iter().any(|label| label == LATEST);
        if !is_newest && labels.iter().any(|label| label == LATEST) {
            return Err(StoreError::invalid("labels", "`latest` is always the newest version"));
        }
        labels::clear(&mut transaction, project, name, version).await?;
        labels::point(&mut transaction, project, name, labels, version).await?;
        let found = by_selector(&mut transaction, project, name, &PromptSelector::Version(version)).await?;
        transaction.commit().await.map_err(store_error)?;
        found.ok_or(StoreError::NotFound("prompt"))
    }

    async fn delete_prompt_version(&self, project: ProjectId, name: &str, version: u32) -> StoreResult<()> {
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        lock(&mut transaction, project, name).await?;
        let deleted = sqlx::query("DELETE FROM prompt_version WHERE project_id = $1 AND name = $2 AND version = $3")
            .bind(project.to_hex())
            .bind(name)
            .bind(i64::from(version))
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::NotFound("prompt"));
        }
        sqlx::query(
            "DELETE FROM prompt WHERE project_id = $1 AND name = $2
             AND NOT EXISTS (SELECT 1 FROM prompt_version v WHERE v.project_id = $1 AND v.name = $2)",
        )
        .bind(project.to_hex())
        .bind(name)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)
    }

    async fn delete_prompt(&self, project: ProjectId, name: &str) -> StoreResult<()> {
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let deleted = sqlx::query(concat!("DELETE FROM prompt WHERE project_id = ", live!(), " AND name = $2"))
            .bind(project.to_hex())
            .bind(name)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        if deleted.rows_affected() == 0 {
            return Err(missing(&mut transaction, project, "prompt").await);
        }
        transaction.commit().await.map_err(store_error)
    }
}

async fn create(database: &Database, project: ProjectId, new: NewPromptVersion) -> StoreResult<PromptVersion> {
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let numbered = sqlx::query(concat!(
        "INSERT INTO prompt (project_id, name, last_version) SELECT id, $2, 1 FROM project WHERE id = ",
        live!(),
        " ON CONFLICT (project_id, name) DO UPDATE SET last_version = prompt.last_version + 1 RETURNING last_version"
    ))
    .bind(project.to_hex())
    .bind(new.name.as_str())
    .fetch_optional(&mut *transaction)
    .await
    .map_err(store_error)?;
    let number: u32 = unsigned(&numbered.ok_or(StoreError::NotFound("project"))?, "last_version")?;
    let before = newest(&mut transaction, project, &new.name).await?;
    let (tags_before, newest_before) = before.unwrap_or((Vec::new(), Timestamp::MIN));
    let version = PromptVersion {
        name: new.name,
        version: number,
        body: new.body,
        config: new.config,
        labels: Vec::new(),
        tags: new.tags.unwrap_or(tags_before),
        commit_message: new.commit_message,
        author: new.author,
        // Whatever the clock says, versions are made one after the other.
        created_at: Timestamp::now().max(newest_before.saturating_add_nanos(1)),
    };
    sqlx::query(
        "INSERT INTO prompt_version (project_id, name, version, kind, tags, created_at, document) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(project.to_hex())
    .bind(version.name.as_str())
    .bind(i64::from(number))
    .bind(version.body.kind())
    .bind(to_json(&version.tags)?)
    .bind(version.created_at.as_nanos())
    .bind(to_json(&version)?)
    .execute(&mut *transaction)
    .await
    .map_err(store_error)?;
    labels::point(&mut transaction, project, &version.name, &new.labels, number).await?;
    let stored = by_selector(&mut transaction, project, &version.name, &PromptSelector::Version(number)).await?;
    transaction.commit().await.map_err(store_error)?;
    stored.ok_or(StoreError::NotFound("prompt"))
}

/// Tags and time of the newest version.
async fn newest(connection: &mut AnyConnection, project: ProjectId, name: &str) -> StoreResult<Option<(Vec<String>, Timestamp)>> {
    let row = sqlx::query("SELECT tags, created_at FROM prompt_version WHERE project_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1")
        .bind(project.to_hex())
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    row.map(|row| Ok((json_column(&row, "tags")?, Timestamp::from_nanos(column(&row, "created_at")?)))).transpose()
}

/// The lock of all that changes one name.
async fn lock(connection: &mut AnyConnection, project: ProjectId, name: &str) -> StoreResult<()> {
    let locked = sqlx::query(concat!("UPDATE prompt SET last_version = last_version WHERE project_id = ", live!(), " AND name = $2"))
        .bind(project.to_hex())
        .bind(name)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    if locked.rows_affected() == 0 { Err(missing(connection, project, "prompt").await) } else { Ok(()) }
}

async fn by_selector(
    connection: &mut AnyConnection,
    project: ProjectId,
    name: &str,
    selector: &PromptSelector,
) -> StoreResult<Option<PromptVersion>> {
    let newest: Option<i64> =
        sqlx::query_scalar(concat!("SELECT MAX(version) FROM prompt_version WHERE project_id = ", live!(), " AND name = $2"))
            .bind(project.to_hex())
            .bind(name)
            .fetch_one(&mut *connection)
            .await
            .map_err(store_error)?;
    let Some(newest) = newest else { return Ok(None) };
    let version = match selector {
        PromptSelector::Version(version) => i64::from(*version),
        PromptSelector::Label(label) if label != LATEST => {
            let Some(version) = labels::version(connection, project, name, label).await? else { return Ok(None) };
            version
        }
        PromptSelector::Label(_) | PromptSelector::Latest => newest,
    };
    let row = sqlx::query("SELECT document FROM prompt_version WHERE project_id = $1 AND name = $2 AND version = $3")
        .bind(project.to_hex())
        .bind(name)
        .bind(version)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let labels = labels::of_names(connection, project, &[name.to_owned()]).await?;
    with_labels(&row, labels.get(name), newest).map(Some)
}

fn with_labels(row: &AnyRow, labels: Option<&Vec<PromptLabel>>, newest: i64) -> StoreResult<PromptVersion> {
    let mut version: PromptVersion = json_column(row, "document")?;
    let of_it = labels.into_iter().flatten().filter(|label| label.version == version.version);
    version.labels = of_it.map(|label| label.label.clone()).collect();
    if i64::from(version.version) == newest {
        version.labels.push(LATEST.to_owned());
    }
    version.labels.sort();
    Ok(version)
}

async fn list(database: &Database, project: ProjectId, page: PageRequest) -> StoreResult<Listed<PromptSummary>> {
    const COUNT: &str = concat!("SELECT COUNT(*) FROM prompt WHERE project_id = ", live!());
    const PAGE: &str = concat!(
        "SELECT l.name AS id, l.rank, l.created_at, l.version, l.versions, v.kind, v.tags FROM
         (SELECT name, MAX(version) AS version, COUNT(*) AS versions, MIN(created_at) AS created_at, MAX(created_at) AS rank
          FROM prompt_version WHERE project_id = ",
        live!(),
        " GROUP BY name) l
         JOIN prompt_version v ON v.project_id = $1 AND v.name = l.name AND v.version = l.version
         WHERE l.rank < $2 OR (l.rank = $2 AND l.name < $3) ORDER BY l.rank DESC, l.name DESC LIMIT $4 OFFSET $5"
    );
    let window = Window::descending(&page);
    let (total, rows) = fetch(database, COUNT, PAGE, &[&project.to_hex()], &window).await?;
    let mut listed = window.listed(&rows, total, summary)?;
    let names: Vec<String> = listed.items.iter().map(|prompt| prompt.name.clone()).collect();
    let mut connection = database.read.acquire().await.map_err(store_error)?;
    let mut labels: BTreeMap<String, Vec<PromptLabel>> = labels::of_names(&mut connection, project, &names).await?;
    for prompt in &mut listed.items {
        prompt.labels = labels.remove(&prompt.name).unwrap_or_default();
    }
    Ok(listed)
}

fn summary(row: &AnyRow) -> StoreResult<PromptSummary> {
    Ok(PromptSummary {
        name: column(row, "id")?,
        kind: column(row, "kind")?,
        version: unsigned(row, "version")?,
        versions: unsigned(row, "versions")?,
        labels: Vec::new(),
        tags: json_column(row, "tags")?,
        created_at: Timestamp::from_nanos(column(row, "created_at")?),
        updated_at: Timestamp::from_nanos(column(row, "rank")?),
    })
}

async fn list_versions(database: &Database, project: ProjectId, name: &str, page: PageRequest) -> StoreResult<Listed<PromptVersion>> {
    const COUNT: &str = concat!("SELECT COUNT(*) FROM prompt_version WHERE project_id = ", live!(), " AND name = $2");
    const PAGE: &str = concat!(
        "SELECT version AS rank, '' AS id, document FROM prompt_version WHERE project_id = ",
        live!(),
        " AND name = $2 AND (version < $3 OR (version = $3 AND '' < $4)) ORDER BY version DESC LIMIT $5 OFFSET $6"
    );
    let window = Window::descending(&page);
    let (total, rows) = fetch(database, COUNT, PAGE, &[&project.to_hex(), name], &window).await?;
    let mut connection = database.read.acquire().await.map_err(store_error)?;
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM prompt_version WHERE project_id = $1 AND name = $2")
        .bind(project.to_hex())
        .bind(name)
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    let labels = labels::of_names(&mut connection, project, &[name.to_owned()]).await?;
    window.listed(&rows, total, |row| with_labels(row, labels.get(name), newest.unwrap_or_default()))
}
