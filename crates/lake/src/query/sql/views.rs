//! The tables a user's SQL can name: `spans`, `logs`, `metrics`, `scores`, and `traces` over the spans.

use crate::query::{failure::QueryResult, list::visible_columns, measures::trace_measures, scores::current_rows, table::SegmentTable};
use datafusion::{
    dataframe::DataFrame,
    datasource::provider_as_source,
    logical_expr::{Expr, LogicalPlanBuilder},
    prelude::{SessionContext, ident},
};
use model::telemetry::RowKind;
use std::sync::Arc;

pub(super) fn register(context: &SessionContext, tables: Vec<(RowKind, Arc<SegmentTable>)>) -> QueryResult<()> {
    for (kind, table) in tables {
        let plan = LogicalPlanBuilder::scan("rows", provider_as_source(table), None)?.build()?;
        let mut rows = DataFrame::new(context.state(), plan);
        if kind == RowKind::Score {
            rows = current_rows(rows)?;
        }
        let columns: Vec<Expr> = visible_columns(kind).into_iter().map(ident).collect();
        let name = match kind {
            RowKind::Span => "spans",
            RowKind::Log => "logs",
            RowKind::Metric => "metrics",
            RowKind::Score => "scores",
        };
        context.register_table(name, rows.clone().select(columns)?.into_view())?;
        if kind == RowKind::Span {
            let traces = rows.aggregate(vec![ident("trace_id")], trace_measures()?)?;
            context.register_table("traces", traces.into_view())?;
        }
    }
    Ok(())
}
