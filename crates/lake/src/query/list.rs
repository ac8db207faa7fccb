//! Rows as they are, newest first.

use super::{
    engine::{QueryLimits, Session},
    failure::QueryResult,
    filter::{filter_expr, time_literal},
    newest::Wanted,
    table::SegmentTable,
    windows::newest_first,
};
use crate::{
    Lake, rows,
    schema::{BODY_DIGEST, COMMIT_ROW, COMMIT_SEQ, DELETED, PROJECT_ID, payload_columns, schema_of, time_column, times_of},
};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        compute::{SortColumn, SortOptions, concat_batches, lexsort_to_indices, min, take_record_batch},
        datatypes::{Int64Type, TimestampNanosecondType},
    },
    logical_expr::{Expr, SortExpr},
    prelude::{ident, lit},
};
use model::{
    StoreError, StoreResult, TimeRange, Timestamp,
    query::{Cursor, ListQuery, LogPage, MAX_PAGE, MetricPage, Reach, SpanPage, span_tie},
    telemetry::RowKind,
};
use std::sync::Arc;

/// Lengths of ids in hex: a span's tie is the two without separator.
const TRACE_HEX: usize = 32;
const SPAN_HEX: usize = 16;

pub(crate) async fn spans(lake: &Lake, query: ListQuery) -> StoreResult<SpanPage> {
    let cursor = query.cursor.as_ref().map(span_tie_values).transpose()?;
    let Rows { batch, has_more, searched_until } =
        page(lake, RowKind::Span, query, &summary_columns(), ["trace_id", "span_id"], cursor).await?;
    let items = rows::span_summaries(&batch)?;
    let last = items.last().filter(|_| has_more);
    let next_cursor = match searched_until {
        Some(time) => Some(Cursor { time, tie: "f".repeat(TRACE_HEX + SPAN_HEX) }),
        None => last.map(|span| Cursor { time: span.start_time, tie: span_tie(span.trace_id, span.span_id) }),
    };
    Ok(SpanPage { items, next_cursor, reach: Reach::until(searched_until) })
}

pub(crate) async fn logs(lake: &Lake, query: ListQuery) -> StoreResult<LogPage> {
    let (batch, next_cursor, searched_until) = by_commit(lake, RowKind::Log, query).await?;
    Ok(LogPage { items: rows::logs(&batch)?, next_cursor, reach: Reach::until(searched_until) })
}

pub(crate) async fn metrics(lake: &Lake, query: ListQuery) -> StoreResult<MetricPage> {
    let (batch, next_cursor, _) = by_commit(lake, RowKind::Metric, query).await?;
    Ok(MetricPage { items: rows::metrics(&batch)?, next_cursor })
}

/// Columns of a span without its payload.
pub(crate) fn summary_columns() -> Vec<&'static str> {
    static COLUMNS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let payload = payload_columns(RowKind::Span);
        visible_columns(RowKind::Span).into_iter().filter(|name| !payload.contains(&name.as_str())).collect()
    });
    COLUMNS.iter().map(String::as_str).collect()
}

/// Every column but those of our own book-keeping.
pub(crate) fn visible_columns(kind: RowKind) -> Vec<String> {
    let hidden = [PROJECT_ID, BODY_DIGEST, COMMIT_SEQ, COMMIT_ROW, DELETED];
    schema_of(kind).fields().iter().map(|field| field.name().clone()).filter(|name| !hidden.contains(&name.as_str())).collect()
}

/// Kinds without ids of their own are told apart by the place they were committed at, which they keep for ever.
async fn by_commit(lake: &Lake, kind: RowKind, query: ListQuery) -> StoreResult<(RecordBatch, Option<Cursor>, Option<Timestamp>)> {
    let cursor = query.cursor.as_ref().map(commit_tie_values).transpose()?;
    let mut columns = visible_columns(kind);
    columns.extend([COMMIT_SEQ.to_owned(), COMMIT_ROW.to_owned()]);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let Rows { batch, has_more, searched_until } = page(lake, kind, query, &columns, [COMMIT_SEQ, COMMIT_ROW], cursor).await?;
    let next_cursor = match searched_until {
        Some(time) => Some(Cursor { time, tie: format!("{}.{}", i64::MAX, i64::MAX) }),
        None if has_more => last_commit(&batch, time_column(kind)),
        None => None,
    };
    Ok((batch, next_cursor, searched_until))
}

fn last_commit(batch: &RecordBatch, time: &str) -> Option<Cursor> {
    let last = batch.num_rows().checked_sub(1)?;
    let nanos = batch.column_by_name(time)?.as_primitive_opt::<TimestampNanosecondType>()?.value(last);
    let integer = |name| Some(batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?.value(last));
    Some(Cursor { time: Timestamp::from_nanos(nanos), tie: format!("{}.{}", integer(COMMIT_SEQ)?, integer(COMMIT_ROW)?) })
}

type Position = (Timestamp, [Expr; 2]);

fn span_tie_values(cursor: &Cursor) -> StoreResult<Position> {
    let (trace, span) = cursor.tie.split_at_checked(TRACE_HEX).ok_or_else(wrong_cursor)?;
    Ok((cursor.time, [lit(trace), lit(span)]))
}

fn commit_tie_values(cursor: &Cursor) -> StoreResult<Position> {
    let (seq, row) = cursor.tie.split_once('.').ok_or_else(wrong_cursor)?;
    let integer = |text: &str| text.parse::<i64>().map(lit).map_err(|_| wrong_cursor());
    Ok((cursor.time, [integer(seq)?, integer(row)?]))
}

pub(crate) fn wrong_cursor() -> StoreError {
    StoreError::invalid("cursor", "expected a next_cursor of an earlier answer to the same question")
}

/// A page of rows by (time, tie) descending.
struct Rows {
    batch: RecordBatch,
    has_more: bool,
    /// Set when there was no time for more: everything newer is here, nothing else.
    searched_until: Option<Timestamp>,
}

/// At most `query.limit` rows.
async fn page(
    lake: &Lake,
    kind: RowKind,
    query: ListQuery,
    columns: &[&str],
    tie: [&'static str; 2],
    cursor: Option<Position>,
) -> StoreResult<Rows> {
    let table = lake.table(kind, query.project).await?;
    let limit = query.limit.clamp(1, MAX_PAGE);
    let time = time_column(kind);
    let filter = filter_expr(&query.filter, kind)?;
    let mut range = query.range;
    let mut conditions = Vec::new();
    if let Some((at, values)) = cursor {
        range.to = range.to.min(at.saturating_add_nanos(1));
        conditions.push(before(time, at, tie, values));
    }
    conditions.extend(filter);
    let (plain, others) = table.split();
    let plain: Vec<_> = plain.into_iter().filter(|segment| range.overlaps(segment.meta.min_time, segment.meta.max_time)).collect();
    let windows = newest_first(others.segments(), range);
    let mut wanted = Wanted {
        kind,
        time,
        conditions: [vec![table.of_project(), within(time, range)], conditions.clone()].concat(),
        limit: limit + 1,
        floor: None,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        search_time: lake.search_time(),
    };
    let columns: Vec<Expr> = columns.iter().map(|name| ident(*name)).collect();
    let work = move |session: Session| async move {
        let others = Arc::new(others);
        let mut found: Vec<RecordBatch> = Vec::new();
        let mut count = 0;
        for window in windows {
            if count > limit {
                break;
            }
            let batches = newest_of_window(&session, &others, window, time, tie, &conditions, &columns, limit + 1 - count).await?;
            count += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
            found.extend(batches);
        }
        wanted.floor = (count > limit).then(|| oldest_of(&found, time)).flatten();
        let compacted = wanted.find(&session, &plain).await?;
        found.extend(compacted.batches);
        let schema = found.first().map_or_else(|| schema_of(kind), |batch| batch.schema());
        let all = newest_of(&concat_batches(&schema, &found)?, [time, tie[0], tie[1]], limit + 1)?;
        Ok(cut(&all, time, limit, compacted.searched_until))
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// The page of rows that are in their order, of which those that are not newer than `searched_until` may not be all.
fn cut(all: &RecordBatch, time: &str, limit: usize, searched_until: Option<Timestamp>) -> Rows {
    let sure = match (searched_until, times_of(all, time)) {
        (Some(until), Some(times)) => times.values().iter().take_while(|nanos| **nanos > until.as_nanos()).count(),
        _ => all.num_rows(),
    };
    let has_more = sure > limit;
    Rows { batch: all.slice(0, sure.min(limit)), has_more, searched_until: searched_until.filter(|_| !has_more) }
}

/// The first `limit` rows by these columns, descending.
fn newest_of(rows: &RecordBatch, by: [&str; 3], limit: usize) -> QueryResult<RecordBatch> {
    let descending = SortOptions { descending: true, nulls_first: true };
    let columns = by.iter().filter_map(|name| rows.column_by_name(name));
    let columns: Vec<SortColumn> = columns.map(|values| SortColumn { values: Arc::clone(values), options: Some(descending) }).collect();
    if columns.len() < by.len() {
        // Nothing was found, and the schema is the kind's.
        return Ok(rows.slice(0, 0));
    }
    let order = lexsort_to_indices(&columns, Some(limit))?;
    Ok(take_record_batch(rows, &order)?)
}

fn oldest_of(batches: &[RecordBatch], time: &str) -> Option<Timestamp> {
    batches.iter().filter_map(|batch| min(times_of(batch, time)?)).min().map(Timestamp::from_nanos)
}

#[expect(clippy::too_many_arguments, reason = "one step of the loop above, which names them all")]
pub(crate) async fn newest_of_window(
    session: &Session,
    table: &Arc<SegmentTable>,
    window: TimeRange,
    time: &str,
    tie: [&str; 2],
    conditions: &[Expr],
    columns: &[Expr],
    limit: usize,
) -> QueryResult<Vec<RecordBatch>> {
    let mut frame = session.frame(table)?.filter(within(time, window))?;
    for condition in conditions {
        frame = frame.filter(condition.clone())?;
    }
    let frame = frame.select(columns.to_vec())?.sort(newest_order(time, tie))?.limit(0, Some(limit))?;
    Ok(frame.collect().await?)
}

fn newest_order(time: &str, tie: [&str; 2]) -> Vec<SortExpr> {
    [time, tie[0], tie[1]].into_iter().map(|name| ident(name).sort(false, true)).collect()
}

/// `from` inclusive, `to` exclusive.
pub(crate) fn within(time: &str, range: TimeRange) -> Expr {
    ident(time).gt_eq(time_literal(range.from)).and(ident(time).lt(time_literal(range.to)))
}

/// Strictly after the cursor in the order of the list.
fn before(time: &str, at: Timestamp, tie: [&str; 2], [first, second]: [Expr; 2]) -> Expr {
    let same_first = ident(tie[0]).eq(first.clone()).and(ident(tie[1]).lt(second));
    let same_time = ident(time).eq(time_literal(at)).and(ident(tie[0]).lt(first).or(same_first));
    ident(time).lt(time_literal(at)).or(same_time)
}
