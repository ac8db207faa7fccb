//! Numbers over requests: the dashboard, time series, providers, costs and errors.

mod costs;
mod dashboard;
mod errors;
mod providers;
mod timeseries;

pub(crate) use costs::costs;
pub(crate) use dashboard::dashboard;
pub(crate) use errors::errors;
pub(crate) use providers::providers;
pub(crate) use timeseries::timeseries;

use super::sums::Requests;
use crate::Lake;
use model::{ProjectId, StoreResult, filter::Filter, telemetry::RowKind};

/// The requests of a project that pass the filter.
async fn requests(lake: &Lake, project: ProjectId, filter: &Filter) -> StoreResult<Requests> {
    Requests::new(lake.table(RowKind::Span, project).await?, lake.engine().rollups(), filter)
}
