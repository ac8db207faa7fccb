//! Scores newest first. Rows are walked by (time, id) a piece at a time; of each piece those stay that are the last row of their id.

use super::current::{Ids, last_rows, score_columns};
use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::{filter_expr, time_literal},
        list::{newest_of_window, within},
        table::SegmentTable,
        windows::newest_first,
    },
    rows,
    schema::COMMIT_SEQ,
};
use datafusion::{
    logical_expr::Expr,
    prelude::{ident, lit},
};
use model::{
    StoreResult, TimeRange, Timestamp,
    query::{Cursor, ListQuery, MAX_PAGE, ScorePage},
    telemetry::{RowKind, Score},
};
use std::{cmp::Reverse, sync::Arc};

/// Rows walked at once, at least: where scores are sent again and again, few rows are the last of their id.
const MIN_PIECE: usize = 1_000;

/// A row's place in the list.
type Position = (Timestamp, String);

pub(crate) async fn list(lake: &Lake, query: ListQuery) -> StoreResult<ScorePage> {
    let table = lake.table(RowKind::Score, query.project).await?;
    let limit = query.limit.clamp(1, MAX_PAGE);
    let matches = filter_expr(&query.filter, RowKind::Score)?.unwrap_or_else(|| lit(true));
    let condition = within("timestamp", query.range).and(matches);
    let mut position = query.cursor.map(|cursor| (cursor.time, cursor.tie));
    let work = move |session: Session| async move {
        let mut items: Vec<Score> = Vec::new();
        loop {
            let piece = limit.saturating_add(1).max(MIN_PIECE);
            let places = newest(&session, &table, query.range, &condition, position.as_ref(), piece).await?;
            let (is_last, end) = (places.len() < piece, places.last().cloned());
            items.extend(current_of(&session, &table, &condition, position.as_ref(), places).await?);
            position = end;
            if is_last || items.len() > limit {
                break;
            }
        }
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next_cursor = last.map(|score| Cursor { time: score.timestamp, tie: score.score_id.clone() });
        Ok(ScorePage { items, next_cursor })
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// The places of the newest `wanted` rows after `position`, superseded ones included.
async fn newest(
    session: &Session,
    table: &Arc<SegmentTable>,
    mut range: TimeRange,
    condition: &Expr,
    position: Option<&Position>,
    wanted: usize,
) -> QueryResult<Vec<Position>> {
    let mut conditions = vec![condition.clone()];
    if let Some((time, id)) = position {
        range.to = range.to.min(time.saturating_add_nanos(1));
        let same_time = ident("timestamp").eq(time_literal(*time)).and(ident("score_id").lt(lit(id.as_str())));
        conditions.push(ident("timestamp").lt(time_literal(*time)).or(same_time));
    }
    let columns = ["timestamp", "score_id", COMMIT_SEQ].map(ident);
    let mut places: Vec<Position> = Vec::new();
    for window in newest_first(table.segments(), range) {
        let missing = wanted.saturating_sub(places.len());
        if missing == 0 {
            break;
        }
        let tie = ["score_id", COMMIT_SEQ];
        for batch in newest_of_window(session, table, window, "timestamp", tie, &conditions, &columns, missing).await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                places.push((cells.required_time("timestamp", row)?, cells.text("score_id", row)?.unwrap_or_default()));
            }
        }
    }
    Ok(places)
}

/// The facts whose last row is one of `places`, in the order of the list.
async fn current_of(
    session: &Session,
    table: &Arc<SegmentTable>,
    condition: &Expr,
    after: Option<&Position>,
    places: Vec<Position>,
) -> QueryResult<Vec<Score>> {
    let Some(end) = places.last().cloned() else { return Ok(Vec::new()) };
    let mut ids = Ids::new(session);
    places.iter().try_for_each(|(_, id)| ids.add(id))?;
    let rows = last_rows(session, table, ids, condition.clone(), &score_columns()).await?;
    let mut scores = rows::scores(&rows)?;
    // A last row may have another time than the row that named it: then its place is in another piece.
    scores.retain(|score| {
        let place = (score.timestamp, &score.score_id);
        place >= (end.0, &end.1) && after.is_none_or(|(time, id)| place < (*time, id))
    });
    scores.sort_by(|a, b| (Reverse(a.timestamp), Reverse(&a.score_id)).cmp(&(Reverse(b.timestamp), Reverse(&b.score_id))));
    Ok(scores)
}
