//! Sums from rows, with the same sketches and whole numbers as in rollups.

use super::{Measures, Slice, Sums, Wanted, grouping::Grouping};
use crate::{
    query::{
        cells::Cells,
        engine::Session,
        failure::{QueryFailure, QueryResult},
        functions::{ddsketch, hll, nanos},
        list::within,
        measures::{count_where, is_error, is_request},
        table::SegmentTable,
    },
    rollup::{Known, Numbers},
};
use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::expr_fn::{count, sum},
    logical_expr::{Expr, cast},
    prelude::{ident, lit, when},
};
use model::{
    StoreError, Timestamp,
    sketch::{DdSketch, Hll},
};
use std::sync::Arc;

/// Counts of 64 bits in a type in which no sum of them overflows.
const WIDE_COUNT: DataType = DataType::Decimal128(19, 0);

/// Adds the requests of a slice that pass `filter`.
pub(super) async fn add_rows<G: Grouping>(
    sums: &mut Sums<G::Key>,
    session: &Session,
    table: Arc<SegmentTable>,
    slice: Slice,
    filter: Option<&Expr>,
    grouping: &G,
) -> QueryResult<()> {
    let Slice { range, width, wanted } = slice;
    let mut frame = session.frame(&table)?.filter(within("start_time", range).and(is_request()))?;
    if let Some(filter) = filter {
        frame = frame.filter(filter.clone())?;
    }
    let mut keys = grouping.exprs()?;
    if let Some(width) = width {
        // Starts are after the year 2000, so the division rounds down.
        keys.push((cast(ident("start_time"), DataType::Int64) / lit(width)).alias("bucket"));
    }
    for batch in frame.aggregate(keys, measures(wanted)?)?.collect().await? {
        let cells = Cells(&batch);
        for row in cells.rows() {
            let found = read(&cells, row, wanted)?;
            // Without groups there is always a row, also over nothing.
            if found.requests() > 0 {
                let bucket = match width {
                    Some(width) => cells.integer("bucket", row)?.unwrap_or_default().saturating_mul(width),
                    None => 0,
                };
                let place = sums.place(grouping.read(&cells, row)?, Timestamp::from_nanos(bucket));
                sums.measures[place].merge(&found);
            }
        }
    }
    Ok(())
}

fn wide_sum(number: Expr) -> Expr {
    sum(cast(number, WIDE_COUNT))
}

fn measures(wanted: Wanted) -> QueryResult<Vec<Expr>> {
    let mut measures = vec![count(lit(1_i64)).alias("requests")];
    if wanted.numbers {
        measures.extend([
            count_where(is_error())?.alias("errors"),
            count(ident("cost_usd")).alias("priced"),
            sum(ident("cost_usd")).alias("cost_usd"),
            wide_sum(nanos(ident("duration_ms"))).alias("duration_nanos"),
            ddsketch(ident("duration_ms")).alias("durations"),
        ]);
        for name in ["input_tokens", "output_tokens", "total_tokens", "cache_read"] {
            measures.extend([wide_sum(ident(name)).alias(name), count(ident(name)).alias(format!("{name}_rows"))]);
        }
    }
    if wanted.first_tokens {
        let is_timed = ident("output_tokens").is_not_null().and(nanos(ident("duration_ms")).gt(lit(0_i64)));
        measures.extend([
            wide_sum(nanos(ident("time_to_first_token_ms"))).alias("first_token_nanos"),
            ddsketch(ident("time_to_first_token_ms")).alias("first_tokens"),
            wide_sum(when(is_timed.clone(), ident("output_tokens")).end()?).alias("timed_tokens"),
            wide_sum(when(is_timed, nanos(ident("duration_ms"))).end()?).alias("timed_nanos"),
        ]);
    }
    if wanted.people {
        measures.extend([hll(ident("user_id")).alias("users"), hll(ident("session_id")).alias("sessions")]);
    }
    Ok(measures)
}

fn read(cells: &Cells<'_>, row: usize, wanted: Wanted) -> QueryResult<Measures> {
    let count = |name: &str| Ok::<_, QueryFailure>(cells.count(name, row)?.unwrap_or_default());
    let wide = |name: &str| Ok::<_, QueryFailure>(cells.wide(name, row)?.unwrap_or_default());
    let known = |name: &str| Ok::<_, QueryFailure>(Known::of(cells.wide(name, row)?, count(&format!("{name}_rows"))?));
    let sketch = |name: &str| cells.bytes(name, row)?.map_or(Ok(DdSketch::default()), |bytes| whole(DdSketch::from_bytes(&bytes)));
    let set = |name: &str| cells.bytes(name, row)?.map_or(Ok(Hll::default()), |bytes| whole(Hll::from_bytes(&bytes)));
    let mut measures = Measures { numbers: Numbers { requests: count("requests")?, ..Numbers::default() }, ..Measures::default() };
    let numbers = &mut measures.numbers;
    if wanted.numbers {
        numbers.errors = count("errors")?;
        numbers.priced = count("priced")?;
        numbers.cost = cells.money("cost_usd", row)?.map_or(0, |money| money.as_picodollars());
        numbers.duration_nanos = wide("duration_nanos")?;
        numbers.input_tokens = known("input_tokens")?;
        numbers.output_tokens = known("output_tokens")?;
        numbers.total_tokens = known("total_tokens")?;
        numbers.cache_read = known("cache_read")?;
        measures.durations = sketch("durations")?;
    }
    if wanted.first_tokens {
        numbers.first_token_nanos = wide("first_token_nanos")?;
        numbers.timed_tokens = wide("timed_tokens")?;
        numbers.timed_nanos = wide("timed_nanos")?;
        measures.first_tokens = sketch("first_tokens")?;
    }
    if wanted.people {
        measures.users = set("users")?;
        measures.sessions = set("sessions")?;
    }
    Ok(measures)
}

fn whole<T>(read: Option<T>) -> QueryResult<T> {
    read.ok_or_else(|| StoreError::Internal("an aggregate came back damaged".to_owned()).into())
}
