//! What experiments say as a whole: sums over their results and verdicts, made by the database.

use crate::{
    error::store_error,
    sql::{MAX_IDS, column, unsigned, with_list},
};
use model::{
    Money, ProjectId, StoreResult,
    library::{Experiment, ExperimentSummary, VerdictSummary, pass_rate},
};
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use std::collections::HashMap;

/// Costs are summed in two parts, so that no sum leaves 64 bits: whole units of 10^-6 dollars, and the rest.
const PICO_PER_MICRO: i128 = 1_000_000;

const RESULTS: &str = "SELECT experiment_id, COUNT(*) AS results, CAST(COALESCE(SUM(passed), 0) AS BIGINT) AS passed,
    COUNT(passed) AS judged, CAST(SUM(has_error) AS BIGINT) AS errors, AVG(duration_ms) AS mean_duration_ms,
    CAST(SUM(cost / 1000000) AS BIGINT) AS cost_micro, CAST(SUM(cost % 1000000) AS BIGINT) AS cost_rest
    FROM experiment_result WHERE project_id = $1 AND experiment_id IN";

const VERDICTS: &str = "SELECT experiment_id, name, COUNT(*) AS verdicts, AVG(value) AS mean,
    CAST(COALESCE(SUM(success), 0) AS BIGINT) AS passed, COUNT(success) AS judged, CAST(SUM(has_error) AS BIGINT) AS errors
    FROM experiment_verdict WHERE project_id = $1 AND experiment_id IN";

/// Fills in the summaries of experiments of this project.
pub(super) async fn fill(connection: &mut AnyConnection, project: ProjectId, experiments: &mut [Experiment]) -> StoreResult<()> {
    for experiments in experiments.chunks_mut(MAX_IDS) {
        let ids: Vec<String> = experiments.iter().map(|experiment| experiment.id.clone()).collect();
        let mut summaries: HashMap<String, ExperimentSummary> = HashMap::new();
        for row in rows(connection, project, RESULTS, " GROUP BY experiment_id", &ids).await? {
            summaries.insert(column(&row, "experiment_id")?, of_results(&row)?);
        }
        for row in rows(connection, project, VERDICTS, " GROUP BY experiment_id, name ORDER BY experiment_id, name", &ids).await? {
            summaries.entry(column(&row, "experiment_id")?).or_default().verdicts.push(of_verdicts(&row)?);
        }
        for experiment in experiments {
            experiment.summary = summaries.remove(&experiment.id).unwrap_or_default();
        }
    }
    Ok(())
}

async fn rows(
    connection: &mut AnyConnection,
    project: ProjectId,
    select: &'static str,
    group: &'static str,
    ids: &[String],
) -> StoreResult<Vec<AnyRow>> {
    let text = AssertSqlSafe(with_list(select, 2, ids.len()).0 + group);
    let query = ids.iter().fold(sqlx::query(text).bind(project.to_hex()), |query, id| query.bind(id.as_str()));
    query.fetch_all(connection).await.map_err(store_error)
}

fn of_results(row: &AnyRow) -> StoreResult<ExperimentSummary> {
    let (passed, judged): (u64, u64) = (unsigned(row, "passed")?, unsigned(row, "judged")?);
    let failed = judged.saturating_sub(passed);
    let cost = (column::<Option<i64>>(row, "cost_micro")?, column::<Option<i64>>(row, "cost_rest")?);
    let cost_usd = match cost {
        (Some(micro), Some(rest)) => Some(Money::from_picodollars(i128::from(micro) * PICO_PER_MICRO + i128::from(rest))),
        _ => None,
    };
    Ok(ExperimentSummary {
        results: unsigned(row, "results")?,
        passed,
        failed,
        pass_rate: pass_rate(passed, failed),
        errors: unsigned(row, "errors")?,
        mean_duration_ms: column(row, "mean_duration_ms")?,
        cost_usd,
        verdicts: Vec::new(),
    })
}

fn of_verdicts(row: &AnyRow) -> StoreResult<VerdictSummary> {
    let (passed, judged): (u64, u64) = (unsigned(row, "passed")?, unsigned(row, "judged")?);
    let failed = judged.saturating_sub(passed);
    Ok(VerdictSummary {
        name: column(row, "name")?,
        count: unsigned(row, "verdicts")?,
        mean: column(row, "mean")?,
        passed,
        failed,
        pass_rate: pass_rate(passed, failed),
        errors: unsigned(row, "errors")?,
    })
}
