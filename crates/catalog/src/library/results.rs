//! Results of experiments, and the verdicts on them.

use super::{
    experiments::touch,
    json_column, live, or_empty,
    page::{Window, fetch},
    to_json,
};
use crate::{
    database::Database,
    error::store_error,
    sql::{MAX_IDS, signed, with_list},
};
use model::{
    ProjectId, StoreResult, Timestamp,
    library::{ExperimentResult, Listed, NewResult, PageRequest, ResultFilter, Verdict, generate_id},
};
use sqlx::AnyConnection;
use std::collections::HashMap;

pub(super) async fn put(
    database: &Database,
    project: ProjectId,
    experiment: &str,
    reports: Vec<NewResult>,
) -> StoreResult<Vec<ExperimentResult>> {
    let now = Timestamp::now();
    let mut transaction = database.begin_write().await.map_err(store_error)?;
    touch(&mut transaction, project, experiment, now).await?;
    let named: Vec<&str> = reports.iter().filter_map(|report| report.id.as_deref()).collect();
    let mut known = known(&mut transaction, project, experiment, &named).await?;
    let mut behind = next_position(&mut transaction, project, experiment).await?;
    let mut stored = Vec::with_capacity(reports.len());
    for report in reports {
        let id = report.id.clone().unwrap_or_else(generate_id);
        let result = match known.remove(&id) {
            Some(mut result) => {
                result.amend(report, now);
                result
            }
            None => report.into_result(id, experiment.to_owned(), behind, now),
        };
        result.check_verdicts()?;
        behind = behind.max(result.position + 1);
        write(&mut transaction, project, &result).await?;
        stored.push(result);
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(stored)
}

async fn known(
    connection: &mut AnyConnection,
    project: ProjectId,
    experiment: &str,
    ids: &[&str],
) -> StoreResult<HashMap<String, ExperimentResult>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(MAX_IDS) {
        let text = with_list("SELECT document FROM experiment_result WHERE project_id = $1 AND experiment_id = $2 AND id IN", 3, ids.len());
        let query = sqlx::query(text).bind(project.to_hex()).bind(experiment);
        let query = ids.iter().fold(query, |query, id| query.bind((*id).to_owned()));
        for row in query.fetch_all(&mut *connection).await.map_err(store_error)? {
            let result: ExperimentResult = json_column(&row, "document")?;
            found.insert(result.id.clone(), result);
        }
    }
    Ok(found)
}

async fn next_position(connection: &mut AnyConnection, project: ProjectId, experiment: &str) -> StoreResult<u64> {
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM experiment_result WHERE project_id = $1 AND experiment_id = $2")
        .bind(project.to_hex())
        .bind(experiment)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(last.map_or(0, |last| last.unsigned_abs() + 1))
}

async fn write(connection: &mut AnyConnection, project: ProjectId, result: &ExperimentResult) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO experiment_result
         (project_id, experiment_id, id, position, item_id, trace_id, passed, has_error, duration_ms, cost, document)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9, 'NaN'), $10, $11)
         ON CONFLICT (project_id, experiment_id, id) DO UPDATE SET position = excluded.position, item_id = excluded.item_id,
         trace_id = excluded.trace_id, passed = excluded.passed, has_error = excluded.has_error, duration_ms = excluded.duration_ms,
         cost = excluded.cost, document = excluded.document",
    )
    .bind(project.to_hex())
    .bind(result.experiment_id.as_str())
    .bind(result.id.as_str())
    .bind(signed(result.position))
    .bind(result.item_id.as_deref())
    .bind(result.trace_id.as_deref())
    .bind(result.passed.map(i64::from))
    .bind(i64::from(result.error.is_some()))
    .bind(or_nan(result.duration_ms))
    .bind(result.cost_usd.and_then(|cost| i64::try_from(cost.as_picodollars()).ok()))
    .bind(to_json(result)?)
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    for verdict in &result.verdicts {
        write_verdict(connection, project, result, verdict).await?;
    }
    Ok(())
}

/// An unknown number: the statements make NULL of it. The driver declares a NULL double as a single, and a prepared statement keeps what
/// was declared first. Known numbers are finite.
fn or_nan(number: Option<f64>) -> f64 {
    number.unwrap_or(f64::NAN)
}

/// Verdicts are replaced, and never taken away from a result.
async fn write_verdict(
    connection: &mut AnyConnection,
    project: ProjectId,
    result: &ExperimentResult,
    verdict: &Verdict,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO experiment_verdict (project_id, experiment_id, result_id, name, value, success, has_error)
         VALUES ($1, $2, $3, $4, NULLIF($5, 'NaN'), $6, $7)
         ON CONFLICT (project_id, experiment_id, result_id, name) DO UPDATE
         SET value = excluded.value, success = excluded.success, has_error = excluded.has_error",
    )
    .bind(project.to_hex())
    .bind(result.experiment_id.as_str())
    .bind(result.id.as_str())
    .bind(verdict.name.as_str())
    .bind(or_nan(verdict.value))
    .bind(verdict.success.map(i64::from))
    .bind(i64::from(verdict.error.is_some()))
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

macro_rules! wanted {
    () => {
        concat!(
            " FROM experiment_result WHERE project_id = ",
            live!(),
            " AND experiment_id = $2 AND ($3 = '' OR passed = CASE $3 WHEN 'yes' THEN 1 ELSE 0 END)
             AND ($4 = '' OR item_id = $4) AND ($5 = '' OR trace_id = $5)"
        )
    };
}

pub(super) async fn list(
    database: &Database,
    project: ProjectId,
    experiment: &str,
    filter: &ResultFilter,
    page: PageRequest,
) -> StoreResult<Listed<ExperimentResult>> {
    const COUNT: &str = concat!("SELECT COUNT(*)", wanted!());
    const PAGE: &str = concat!(
        "SELECT position AS rank, id, document",
        wanted!(),
        " AND (position > $6 OR (position = $6 AND id > $7)) ORDER BY position, id LIMIT $8 OFFSET $9"
    );
    let passed = match filter.passed {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    };
    let (item, trace) = (or_empty(&filter.item_id), or_empty(&filter.trace_id));
    let window = Window::ascending(&page);
    let (total, rows) = fetch(database, COUNT, PAGE, &[&project.to_hex(), experiment, passed, item, trace], &window).await?;
    window.listed(&rows, total, |row| json_column(row, "document"))
}
