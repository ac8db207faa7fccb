//! Sums with what follows from them.

use model::{
    Money,
    query::{CostGroup, CostQuery, CostReport, CostRow},
    time::NANOS_PER_SECOND,
};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CostAnswer {
    /// What `groups` of the items are, in this order.
    pub(super) group_by: Vec<CostGroup>,
    /// Width of the intervals; null: the items are of the whole range.
    pub(super) interval_seconds: Option<i64>,
    /// Of every request that matches, in the items or not.
    pub(super) total: CostItem,
    /// Earliest interval first; within it most expensive first.
    pub(super) items: Vec<CostItem>,
    /// There are more items than `limit`.
    pub(super) more: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CostItem {
    #[serde(flatten)]
    pub(super) row: CostRow,
    /// Which part of the requests is priced, 0 to 1: how much the cost can be relied on. Null without requests.
    pub(super) coverage: Option<f64>,
    /// The whole cost, failed requests included, by the requests that succeeded. Null when none did or some request is unpriced.
    pub(super) cost_per_successful_request_usd: Option<Money>,
}

impl CostAnswer {
    pub(super) fn of(query: &CostQuery, total: CostReport, report: CostReport) -> Self {
        Self {
            group_by: query.group_by.clone(),
            interval_seconds: query.interval.map(|interval| interval.nanos / NANOS_PER_SECOND),
            total: CostItem::from(total.rows.into_iter().next().unwrap_or_default()),
            items: report.rows.into_iter().map(CostItem::from).collect(),
            more: report.more,
        }
    }
}

impl From<CostRow> for CostItem {
    fn from(row: CostRow) -> Self {
        let successful = row.requests - row.failed_requests;
        let is_whole = row.priced_requests == row.requests;
        Self {
            coverage: (row.requests > 0).then(|| row.priced_requests as f64 / row.requests as f64),
            cost_per_successful_request_usd: row.cost_usd.filter(|_| is_whole).and_then(|cost| cost.per(successful)),
            row,
        }
    }
}
