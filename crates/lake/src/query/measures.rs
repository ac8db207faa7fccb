//! What is counted and summed, as aggregate expressions: one definition for lists, analytics and SQL views.

use super::{cells::Cells, failure::QueryResult, filter::model_expr};
use datafusion::{
    common::Result,
    functions_aggregate::expr_fn::{array_agg, count, first_value, max, min, sum},
    logical_expr::{Expr, ExprFunctionExt, SortExpr, expr::NullTreatment},
    prelude::{ident, lit, when},
};
use model::{
    TraceId,
    query::TraceSummary,
    telemetry::{SpanKind, Status},
};

/// A billed model call, as `Span::is_request`.
pub(crate) fn is_request() -> Expr {
    let kinds = SpanKind::ALL.into_iter().filter(|kind| kind.is_request()).map(|kind| lit(kind.as_str())).collect();
    ident("kind").in_list(kinds, false).and(ident("billed"))
}

pub(crate) fn is_error() -> Expr {
    ident("status").eq(lit(Status::Error.as_str()))
}

/// Rows for which `condition` holds.
pub(crate) fn count_where(condition: Expr) -> Result<Expr> {
    Ok(count(when(condition, lit(1_i64)).end()?))
}

/// Over the matching spans of a session or user: `first_seen, last_seen, requests, errors, priced, total_tokens, cost_usd`.
pub(crate) fn activity_measures() -> Result<Vec<Expr>> {
    Ok(vec![
        min(ident("start_time")).alias("first_seen"),
        max(ident("start_time")).alias("last_seen"),
        count_where(is_request())?.alias("requests"),
        count_where(is_request().and(is_error()))?.alias("errors"),
        count_where(is_request().and(ident("cost_usd").is_not_null()))?.alias("priced"),
        sum(when(is_request(), ident("total_tokens")).end()?).alias("total_tokens"),
        sum(when(is_request(), ident("cost_usd")).end()?).alias("cost_usd"),
    ])
}

/// Over the spans of a trace, for grouping by `trace_id`.
pub(crate) fn trace_measures() -> Result<Vec<Expr>> {
    let of_requests = |name: &str| -> Result<Expr> { Ok(sum(when(is_request(), ident(name)).end()?)) };
    Ok(vec![
        known_first("name", root_first(true))?.alias("name"),
        min(ident("start_time")).alias("start_time"),
        max(ident("end_time")).alias("end_time"),
        count_where(ident("status").eq(lit(Status::Ok.as_str())))?.alias("ok_count"),
        count(lit(1_i64)).alias("span_count"),
        count_where(is_request())?.alias("request_count"),
        count_where(is_error())?.alias("error_count"),
        of_requests("input_tokens")?.alias("input_tokens"),
        of_requests("output_tokens")?.alias("output_tokens"),
        of_requests("total_tokens")?.alias("total_tokens"),
        of_requests("cost_usd")?.alias("total_cost_usd"),
        count_where(is_request().and(ident("cost_usd").is_null()))?.alias("unpriced_requests"),
        known_first("session_id", by_time(true))?.alias("session_id"),
        known_first("user_id", by_time(true))?.alias("user_id"),
        known_first("environment", by_time(true))?.alias("environment"),
        known_first("service", by_time(true))?.alias("service"),
        array_agg(when(is_request(), model_expr()).end()?).distinct().null_treatment(NullTreatment::IgnoreNulls).build()?.alias("models"),
        known_first("input_preview", root_first(true))?.alias("input_preview"),
        known_first("output_preview", root_first(false))?.alias("output_preview"),
    ])
}

/// The root before the others, then by time.
fn root_first(earliest: bool) -> Vec<SortExpr> {
    std::iter::once(ident("parent_span_id").is_not_null().sort(true, true)).chain(by_time(earliest)).collect()
}

fn by_time(earliest: bool) -> Vec<SortExpr> {
    vec![ident("start_time").sort(earliest, true), ident("span_id").sort(earliest, true)]
}

fn known_first(name: &str, order: Vec<SortExpr>) -> Result<Expr> {
    first_value(ident(name), vec![]).order_by(order).null_treatment(NullTreatment::IgnoreNulls).build()
}

/// A row of [`trace_measures`].
pub(crate) fn trace_summary(cells: &Cells<'_>, trace_id: TraceId, row: usize) -> QueryResult<TraceSummary> {
    let start_time = cells.required_time("start_time", row)?;
    let end_time = cells.time("end_time", row)?;
    let error_count = cells.count("error_count", row)?.unwrap_or_default();
    let ok_count = cells.count("ok_count", row)?.unwrap_or_default();
    Ok(TraceSummary {
        trace_id,
        name: cells.text("name", row)?.unwrap_or_default(),
        start_time,
        end_time,
        duration_ms: end_time.map(|end| end.as_nanos().saturating_sub(start_time.as_nanos()) as f64 / 1e6),
        status: match (error_count, ok_count) {
            (1.., _) => Status::Error,
            (0, 1..) => Status::Ok,
            (0, 0) => Status::Unset,
        },
        span_count: cells.count("span_count", row)?.unwrap_or_default(),
        request_count: cells.count("request_count", row)?.unwrap_or_default(),
        error_count,
        input_tokens: cells.count("input_tokens", row)?,
        output_tokens: cells.count("output_tokens", row)?,
        total_tokens: cells.count("total_tokens", row)?,
        total_cost_usd: cells.money("total_cost_usd", row)?,
        unpriced_requests: cells.count("unpriced_requests", row)?.unwrap_or_default(),
        session_id: cells.text("session_id", row)?,
        user_id: cells.text("user_id", row)?,
        environment: cells.text("environment", row)?,
        service: cells.text("service", row)?,
        models: cells.texts("models", row)?,
        input_preview: cells.text("input_preview", row)?,
        output_preview: cells.text("output_preview", row)?,
        scores: Vec::new(),
        bookmarked: false,
    })
}
