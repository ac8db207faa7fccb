//! Experiments.

use super::{
    json_column, live, or_empty,
    page::{Window, fetch},
    project::missing,
    results, summaries, to_json,
};
use crate::{Catalog, database::Database, error::store_error, sql::column};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{
        Experiment, ExperimentFilter, ExperimentResult, Listed, NewExperiment, NewResult, PageRequest, ResultFilter, check_results,
        generate_id,
    },
    ports::Experiments,
};
use sqlx::{AnyConnection, any::AnyRow};

#[async_trait]
impl Experiments for Catalog {
    async fn put_experiment(&self, project: ProjectId, report: NewExperiment) -> StoreResult<Experiment> {
        report.check()?;
        put(self.db(), project, report).await
    }

    async fn experiment(&self, project: ProjectId, id: &str) -> StoreResult<Option<Experiment>> {
        let mut snapshot = self.db().begin_snapshot().await.map_err(store_error)?;
        let found = one(&mut snapshot, project, id).await?;
        snapshot.rollback().await.map_err(store_error)?;
        Ok(found)
    }

    async fn list_experiments(&self, project: ProjectId, filter: &ExperimentFilter, page: PageRequest) -> StoreResult<Listed<Experiment>> {
        list(self.db(), project, filter, page).await
    }

    async fn delete_experiment(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let deleted = sqlx::query(concat!("DELETE FROM experiment WHERE project_id = ", live!(), " AND id = $2"))
            .bind(project.to_hex())
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        if deleted.rows_affected() == 0 {
            return Err(missing(&mut transaction, project, "experiment").await);
        }
        transaction.commit().await.map_err(store_error)
    }

    async fn put_results(&self, project: ProjectId, experiment_id: &str, results: Vec<NewResult>) -> StoreResult<Vec<ExperimentResult>> {
        check_results(&results)?;
        results::put(self.db(), project, experiment_id, results).await
    }

    async fn list_results(
        &self,
        project: ProjectId,
        experiment_id: &str,
        filter: &ResultFilter,
        page: PageRequest,
    ) -> StoreResult<Listed<ExperimentResult>> {
        results::list(self.db(), project, experiment_id, filter, page).await
    }
}

async fn put(database: &Database, project: ProjectId, report: NewExperiment) -> StoreResult<Experiment> {
    let now = Timestamp::now();
    let id = report.id.clone().unwrap_or_else(generate_id);
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    let new = report.clone().into_experiment(id.clone(), now);
    if insert(&mut transaction, project, &new).await? {
        transaction.commit().await.map_err(store_error)?;
        return Ok(new);
    }
    touch(&mut transaction, project, &id, now).await?;
    let mut known = one(&mut transaction, project, &id).await?.ok_or(StoreError::NotFound("experiment"))?;
    known.amend(report, now);
    sqlx::query("UPDATE experiment SET name = $3, dataset_id = $4, protocol = $5, document = $6 WHERE project_id = $1 AND id = $2")
        .bind(project.to_hex())
        .bind(id.as_str())
        .bind(known.name.as_str())
        .bind(known.dataset_id.as_deref())
        .bind(known.protocol.as_str())
        .bind(to_json(&known)?)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    transaction.commit().await.map_err(store_error)?;
    Ok(known)
}

/// Whether it was new, and the project is there.
async fn insert(connection: &mut AnyConnection, project: ProjectId, new: &Experiment) -> StoreResult<bool> {
    let inserted = sqlx::query(concat!(
        "INSERT INTO experiment (project_id, id, name, dataset_id, protocol, created_at, updated_at, document)
         SELECT id, $2, $3, $4, $5, $6, $6, $7 FROM project WHERE id = ",
        live!(),
        " ON CONFLICT (project_id, id) DO NOTHING"
    ))
    .bind(project.to_hex())
    .bind(new.id.as_str())
    .bind(new.name.as_str())
    .bind(new.dataset_id.as_deref())
    .bind(new.protocol.as_str())
    .bind(new.created_at.as_nanos())
    .bind(to_json(new)?)
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(inserted.rows_affected() > 0)
}

/// Notes that it or a result of it is written, and is the lock of all that changes it.
pub(super) async fn touch(connection: &mut AnyConnection, project: ProjectId, id: &str, now: Timestamp) -> StoreResult<()> {
    let touched = sqlx::query(concat!("UPDATE experiment SET updated_at = $3 WHERE project_id = ", live!(), " AND id = $2"))
        .bind(project.to_hex())
        .bind(id)
        .bind(now.as_nanos())
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    if touched.rows_affected() == 0 { Err(missing(connection, project, "experiment").await) } else { Ok(()) }
}

async fn one(connection: &mut AnyConnection, project: ProjectId, id: &str) -> StoreResult<Option<Experiment>> {
    let row = sqlx::query(concat!("SELECT updated_at, document FROM experiment WHERE project_id = ", live!(), " AND id = $2"))
        .bind(project.to_hex())
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let mut experiments = [from_row(&row)?];
    summaries::fill(connection, project, &mut experiments).await?;
    Ok(experiments.into_iter().next())
}

macro_rules! wanted {
    () => {
        concat!(
            " FROM experiment WHERE project_id = ",
            live!(),
            " AND ($2 = '' OR dataset_id = $2) AND ($3 = '' OR name = $3) AND ($4 = '' OR protocol = $4)"
        )
    };
}

async fn list(database: &Database, project: ProjectId, filter: &ExperimentFilter, page: PageRequest) -> StoreResult<Listed<Experiment>> {
    const COUNT: &str = concat!("SELECT COUNT(*)", wanted!());
    const PAGE: &str = concat!(
        "SELECT created_at AS rank, id, updated_at, document",
        wanted!(),
        " AND (created_at < $5 OR (created_at = $5 AND id < $6)) ORDER BY created_at DESC, id DESC LIMIT $7 OFFSET $8"
    );
    let (dataset, name, protocol) = (or_empty(&filter.dataset_id), or_empty(&filter.name), or_empty(&filter.protocol));
    let window = Window::descending(&page);
    let (total, rows) = fetch(database, COUNT, PAGE, &[&project.to_hex(), dataset, name, protocol], &window).await?;
    let mut listed = window.listed(&rows, total, from_row)?;
    let mut connection = database.read.acquire().await.map_err(store_error)?;
    summaries::fill(&mut connection, project, &mut listed.items).await?;
    Ok(listed)
}

fn from_row(row: &AnyRow) -> StoreResult<Experiment> {
    let document: Experiment = json_column(row, "document")?;
    Ok(Experiment { updated_at: Timestamp::from_nanos(column(row, "updated_at")?), ..document })
}
