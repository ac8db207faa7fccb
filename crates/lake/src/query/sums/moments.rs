//! The requests of the minutes at the ends of a range. Every chart of a dashboard needs the same ones, and a segment has to be read from
//! end to end to find them: so they are read once, and kept beside the tables of rollups.

use crate::{
    query::{engine::Session, failure::QueryResult, list::within, measures::is_request, table::SegmentTable},
    rollup::{Grain, RollupBuilder, RollupCache, Table},
};
use datafusion::prelude::ident;
use model::{SegmentId, StoreError, TimeRange};
use std::sync::Arc;

/// More rows in one minute are summed up where they are read: there are too many to keep.
const MAX_ROWS: usize = 20_000;

/// A cell for each request in the whole minute (or hour, as `unit` says) that `rows` lies in. `None` when the rows must be read.
pub(super) async fn of_rows(
    cache: &RollupCache,
    session: &Session,
    table: &SegmentTable,
    segment: SegmentId,
    rows: TimeRange,
    unit: Grain,
) -> QueryResult<Option<Arc<Table>>> {
    let from = unit.floor(rows.from);
    let whole = TimeRange { from, to: from.saturating_add_nanos(unit.nanos()) };
    if rows.to > whole.to {
        return Ok(None);
    }
    cache.moments(segment, table.project(), from, || read(session, table, segment, whole)).await
}

async fn read(session: &Session, table: &SegmentTable, segment: SegmentId, range: TimeRange) -> QueryResult<Option<Table>> {
    let requests = session.frame(&Arc::new(table.only(&[segment])))?.filter(within("start_time", range).and(is_request()))?;
    let columns = RollupBuilder::COLUMNS.map(ident).to_vec();
    let batches = requests.select(columns)?.limit(0, Some(MAX_ROWS + 1))?.collect().await?;
    if batches.iter().map(|batch| batch.num_rows()).sum::<usize>() > MAX_ROWS {
        return Ok(None);
    }
    let mut builder = RollupBuilder::of_moments(table.project());
    for batch in &batches {
        builder.add(batch)?;
    }
    let Some(section) = builder.finish() else { return Ok(None) };
    Ok(Table::read(&section, table.project(), Grain::Moment).map_err(StoreError::internal)?)
}
