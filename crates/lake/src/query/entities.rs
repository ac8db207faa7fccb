//! Traces, sessions and users: groups of spans, newest first.
//!
//! Each list is found in two steps. The first walks the time range newest first and stops when the page is certain; it reads only
//! times, ids and what the filter looks at. The second sums up the groups on the page: traces over all their spans in the range,
//! sessions and users over the matching ones.

use super::{
    cells::Cells,
    engine::{QueryLimits, Session},
    failure::QueryResult,
    filter::{filter_expr, time_literal},
    list::within,
    measures::{activity_measures, trace_measures, trace_summary},
    table::SegmentTable,
    windows::newest_first,
};
use crate::Lake;
use datafusion::{
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{bool_or, count_distinct, first_value, max, min},
    logical_expr::{Expr, ExprFunctionExt, expr::NullTreatment},
    prelude::{ident, lit},
};
use model::{
    Money, StoreError, StoreResult, TimeRange, Timestamp, TraceId,
    query::{Cursor, ListQuery, MAX_PAGE, SessionPage, SessionSummary, TracePage, TraceSummary, UserPage, UserSummary},
    telemetry::RowKind,
};
use std::{collections::HashMap, sync::Arc};

/// What spans are grouped by, and which of a group's times orders the list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Grouping {
    /// By the start of the first span in the range.
    Trace,
    /// By the start of the last one.
    Session,
    User,
}

impl Grouping {
    fn column(self) -> &'static str {
        match self {
            Self::Trace => "trace_id",
            Self::Session => "session_id",
            Self::User => "user_id",
        }
    }

    fn position(self) -> Expr {
        match self {
            Self::Trace => min(ident("start_time")),
            Self::Session | Self::User => max(ident("start_time")),
        }
    }
}

/// A group of the page: its place in the order, and its id.
type Place = (Timestamp, String);

pub(crate) async fn traces(lake: &Lake, query: ListQuery) -> StoreResult<TracePage> {
    let finish = |search: Search, places: Vec<Place>| async move {
        let mut aggregates = HashMap::new();
        let frame = search.frame(of_groups(Grouping::Trace, search.range, &places))?;
        for batch in frame.aggregate(vec![ident("trace_id")], trace_measures()?)?.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                let trace: TraceId = cells.id("trace_id", row)?;
                aggregates.insert(trace.to_hex(), trace_summary(&cells, trace, row)?);
            }
        }
        Ok(in_order::<TraceSummary>(places, aggregates))
    };
    let (items, next_cursor) = grouped(lake, Grouping::Trace, query, finish).await?;
    Ok(TracePage { items, next_cursor })
}

pub(crate) async fn sessions(lake: &Lake, query: ListQuery) -> StoreResult<SessionPage> {
    let (items, next_cursor) = grouped(lake, Grouping::Session, query, |search, places| async move {
        let order = vec![ident("start_time").sort(false, true), ident("span_id").sort(false, true)];
        let user = first_value(ident("user_id"), vec![]).order_by(order).null_treatment(NullTreatment::IgnoreNulls).build()?;
        let extra = vec![user.alias("user_id"), count_distinct(ident("trace_id")).alias("traces")];
        activity(&search, places, extra, |cells, row, id, activity| {
            Ok(SessionSummary {
                session_id: id,
                user_id: cells.text("user_id", row)?,
                first_seen: activity.first_seen,
                last_seen: activity.last_seen,
                traces: cells.count("traces", row)?.unwrap_or_default(),
                requests: activity.requests,
                errors: activity.errors,
                total_tokens: activity.total_tokens,
                total_cost_usd: activity.total_cost_usd,
                unpriced_requests: activity.unpriced_requests,
                scores: Vec::new(),
                bookmarked: false,
            })
        })
        .await
    })
    .await?;
    Ok(SessionPage { items, next_cursor })
}

pub(crate) async fn users(lake: &Lake, query: ListQuery) -> StoreResult<UserPage> {
    let (items, next_cursor) = grouped(lake, Grouping::User, query, |search, places| async move {
        let extra = vec![count_distinct(ident("session_id")).alias("sessions")];
        activity(&search, places, extra, |cells, row, id, activity| {
            Ok(UserSummary {
                user_id: id,
                first_seen: activity.first_seen,
                last_seen: activity.last_seen,
                sessions: cells.count("sessions", row)?.unwrap_or_default(),
                requests: activity.requests,
                errors: activity.errors,
                total_tokens: activity.total_tokens,
                total_cost_usd: activity.total_cost_usd,
                unpriced_requests: activity.unpriced_requests,
            })
        })
        .await
    })
    .await?;
    Ok(UserPage { items, next_cursor })
}

/// Finds the page's groups, then lets `finish` sum them up.
async fn grouped<T, F>(
    lake: &Lake,
    grouping: Grouping,
    query: ListQuery,
    finish: impl FnOnce(Search, Vec<Place>) -> F + Send + 'static,
) -> StoreResult<(Vec<T>, Option<Cursor>)>
where
    T: Send + 'static,
    F: Future<Output = QueryResult<Vec<T>>> + Send + 'static,
{
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let limit = query.limit.clamp(1, MAX_PAGE);
        let search = Search { session, table, grouping, range: query.range, filter, cursor: query.cursor };
        let mut places = search.newest_groups(limit + 1).await?;
        let has_more = places.len() > limit;
        places.truncate(limit);
        let last = places.last().filter(|_| has_more);
        let next_cursor = last.map(|(time, id)| Cursor { time: *time, tie: id.clone() });
        if places.is_empty() {
            return Ok((Vec::new(), None));
        }
        Ok((finish(search, places).await?, next_cursor))
    };
    lake.engine().run(QueryLimits::default(), work).await
}

struct Search {
    session: Session,
    table: Arc<SegmentTable>,
    grouping: Grouping,
    range: TimeRange,
    filter: Option<Expr>,
    cursor: Option<Cursor>,
}

impl Search {
    fn frame(&self, condition: Expr) -> QueryResult<DataFrame> {
        Ok(self.session.frame(&self.table)?.filter(condition)?)
    }

    /// The spans that pass the query's filter, of those that meet `condition`.
    fn matching(&self, condition: Expr) -> QueryResult<DataFrame> {
        let frame = self.frame(condition)?;
        Ok(match &self.filter {
            Some(filter) => frame.filter(filter.clone())?,
            None => frame,
        })
    }

    /// The first `wanted` groups of the list after the cursor.
    async fn newest_groups(&self, wanted: usize) -> QueryResult<Vec<Place>> {
        let windows = newest_first(self.table.segments(), self.range);
        let oldest = windows.last().map(|window| window.from);
        for window in &windows {
            // From here to the end of the range: a group's newer spans decide its place too.
            let from_here = TimeRange { from: window.from, to: self.range.to };
            let is_whole = Some(window.from) == oldest;
            let mut places = self.groups_within(from_here, wanted, is_whole).await?;
            if self.grouping == Grouping::Trace && !is_whole {
                self.drop_older(&mut places, TimeRange { from: self.range.from, to: window.from }).await?;
            }
            if is_whole || places.len() >= wanted {
                places.truncate(wanted);
                return Ok(places);
            }
        }
        Ok(Vec::new())
    }

    async fn groups_within(&self, range: TimeRange, wanted: usize, is_whole: bool) -> QueryResult<Vec<Place>> {
        let column = self.grouping.column();
        let condition = within("start_time", range).and(ident(column).is_not_null());
        let position = self.grouping.position().alias("position");
        let mut frame = match (self.grouping, &self.filter) {
            // A trace's place depends on spans that do not match themselves.
            (Grouping::Trace, Some(filter)) => {
                let matches = bool_or(filter.clone().is_true()).alias("matches");
                self.frame(condition)?.aggregate(vec![ident(column)], vec![position, matches])?.filter(ident("matches"))?
            }
            _ => self.matching(condition)?.aggregate(vec![ident(column)], vec![position])?,
        };
        if let Some(cursor) = &self.cursor {
            let same_time = ident("position").eq(time_literal(cursor.time)).and(ident(column).lt(lit(cursor.tie.as_str())));
            frame = frame.filter(ident("position").lt(time_literal(cursor.time)).or(same_time))?;
        }
        // Some of the traces may turn out to have begun earlier.
        let limit = if is_whole { wanted } else { wanted * 2 };
        let order = vec![ident("position").sort(false, true), ident(column).sort(false, true)];
        let batches = frame.sort(order)?.limit(0, Some(limit))?.collect().await?;
        let mut places = Vec::new();
        for batch in &batches {
            let cells = Cells(batch);
            for row in cells.rows() {
                places.push((cells.required_time("position", row)?, cells.text(column, row)?.unwrap_or_default()));
            }
        }
        Ok(places)
    }

    /// Takes out the traces that have spans in `earlier`: their place is further down.
    async fn drop_older(&self, places: &mut Vec<Place>, earlier: TimeRange) -> QueryResult<()> {
        let frame = self.frame(of_groups(Grouping::Trace, earlier, places))?;
        let mut older = std::collections::HashSet::new();
        for batch in frame.select(vec![ident("trace_id")])?.distinct()?.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                older.extend(cells.text("trace_id", row)?);
            }
        }
        places.retain(|(_, id)| !older.contains(id));
        Ok(())
    }
}

fn of_groups(grouping: Grouping, range: TimeRange, places: &[Place]) -> Expr {
    let ids = places.iter().map(|(_, id)| lit(id.as_str())).collect();
    within("start_time", range).and(ident(grouping.column()).in_list(ids, false))
}

/// The rows of `aggregates` in the order of the page.
fn in_order<T>(places: Vec<Place>, mut aggregates: HashMap<String, T>) -> Vec<T> {
    places.into_iter().filter_map(|(_, id)| aggregates.remove(&id)).collect()
}

struct Activity {
    first_seen: Timestamp,
    last_seen: Timestamp,
    requests: u64,
    errors: u64,
    total_tokens: Option<u64>,
    total_cost_usd: Option<Money>,
    unpriced_requests: u64,
}

impl Activity {
    fn read(cells: &Cells<'_>, row: usize) -> QueryResult<Self> {
        let requests = cells.count("requests", row)?.unwrap_or_default();
        Ok(Self {
            first_seen: cells.required_time("first_seen", row)?,
            last_seen: cells.required_time("last_seen", row)?,
            requests,
            errors: cells.count("errors", row)?.unwrap_or_default(),
            total_tokens: cells.count("total_tokens", row)?,
            total_cost_usd: cells.money("cost_usd", row)?,
            unpriced_requests: requests.saturating_sub(cells.count("priced", row)?.unwrap_or_default()),
        })
    }
}

async fn activity<T>(
    search: &Search,
    places: Vec<Place>,
    extra: Vec<Expr>,
    build: impl Fn(&Cells<'_>, usize, String, Activity) -> QueryResult<T>,
) -> QueryResult<Vec<T>> {
    let column = search.grouping.column();
    let measures = activity_measures()?.into_iter().chain(extra).collect();
    let frame = search.matching(of_groups(search.grouping, search.range, &places))?.aggregate(vec![ident(column)], measures)?;
    let mut aggregates = HashMap::new();
    for batch in frame.collect().await? {
        let cells = Cells(&batch);
        for row in cells.rows() {
            let id = cells.text(column, row)?.ok_or_else(|| StoreError::Internal(format!("a group without {column}")))?;
            aggregates.insert(id.clone(), build(&cells, row, id, Activity::read(&cells, row)?)?);
        }
    }
    Ok(in_order(places, aggregates))
}
