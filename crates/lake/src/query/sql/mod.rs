//! Read-only SQL by users, in a session that contains only their project.

mod guard;
mod result;
mod views;

use super::{
    engine::{QueryLimits, Session},
    failure::QueryFailure,
};
use crate::Lake;
use datafusion::{
    dataframe::DataFrame,
    execution::{SessionStateBuilder, context::SQLOptions},
    logical_expr::LogicalPlan,
    physical_plan::execute_stream,
    prelude::SessionContext,
};
use futures::StreamExt;
use model::{
    StoreError, StoreResult,
    query::{SqlQuery, SqlResult},
    telemetry::RowKind,
};
use result::ResultBuilder;
use std::collections::HashMap;

pub(crate) async fn run(lake: &Lake, query: SqlQuery) -> StoreResult<SqlResult> {
    let mut tables = Vec::new();
    for kind in RowKind::ALL {
        tables.push((kind, lake.table(kind, query.project).await?));
    }
    let environment = lake.engine().capped_environment(query.limits.max_memory_bytes)?;
    let limits = query.limits;
    let work = move |_: Session| async move {
        // Here rather than before: parsing recurses, and the query threads have the stack for what the guard lets through.
        let statement = guard::read_only(&query.query)?;
        // Functions of one's own session: no table functions, no files, no settings that outlive the query.
        let state = SessionStateBuilder::new()
            .with_config(super::engine::session_config())
            .with_runtime_env(environment)
            .with_default_features()
            .with_table_functions(HashMap::new())
            .build();
        let context = SessionContext::new_with_state(state);
        views::register(&context, tables)?;
        let plan = context.state().statement_to_plan(statement).await.map_err(QueryFailure::of_sql)?;
        let allowed = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        allowed.verify_plan(&plan).map_err(QueryFailure::of_sql)?;
        let mut frame = DataFrame::new(context.state(), plan);
        // An EXPLAIN must stay the root, and has few rows.
        if !matches!(frame.logical_plan(), LogicalPlan::Explain(_)) {
            // One row more than is shown tells that there are more.
            frame = frame.limit(0, Some(limits.max_rows.saturating_add(1))).map_err(QueryFailure::of_sql)?;
        }
        let task = context.task_ctx();
        let physical = frame.create_physical_plan().await.map_err(QueryFailure::of_sql)?;
        let mut batches = execute_stream(physical, task).map_err(QueryFailure::of_sql)?;
        let mut result = ResultBuilder::new(&batches.schema(), limits.max_rows, limits.max_memory_bytes);
        while let Some(batch) = batches.next().await {
            result.add(&batch.map_err(QueryFailure::of_sql)?)?;
        }
        Ok(result.finish())
    };
    lake.engine().run(QueryLimits { timeout: limits.timeout }, work).await
}

fn refused(message: impl Into<String>) -> StoreError {
    StoreError::invalid("query", message)
}
