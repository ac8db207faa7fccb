//! Numbers over requests: the dashboard, time series, providers and errors.

mod dashboard;
mod errors;
mod providers;
mod timeseries;

pub(crate) use dashboard::dashboard;
pub(crate) use errors::errors;
pub(crate) use providers::providers;
pub(crate) use timeseries::timeseries;

use super::{engine::Session, failure::QueryResult, list::within, measures::is_request, table::SegmentTable};
use datafusion::{dataframe::DataFrame, logical_expr::Expr};
use model::TimeRange;
use std::sync::Arc;

/// The requests in the range that pass the filter.
fn requests(session: &Session, table: &Arc<SegmentTable>, range: TimeRange, filter: Option<Expr>) -> QueryResult<DataFrame> {
    let condition = within("start_time", range).and(is_request());
    let frame = session.frame(table)?.filter(condition)?;
    Ok(match filter {
        Some(filter) => frame.filter(filter)?,
        None => frame,
    })
}

/// `part` of `whole`; `None` of nothing.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
