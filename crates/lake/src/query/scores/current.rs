//! From rows that might answer a question to the facts that do: those whose last row still answers it.

use crate::{
    query::{
        engine::Session,
        failure::{QueryFailure, QueryResult},
        functions::is_one_of,
        list::visible_columns,
        table::SegmentTable,
    },
    rows,
    schema::{COMMIT_ROW, COMMIT_SEQ, DELETED, schema_of},
};
use datafusion::{
    arrow::{
        array::{AsArray, BooleanArray, Int64Array, RecordBatch},
        compute::interleave_record_batch,
        datatypes::Int64Type,
    },
    common::exec_datafusion_err,
    execution::memory_pool::MemoryReservation,
    logical_expr::Expr,
    prelude::{ident, lit},
};
use futures::StreamExt;
use model::telemetry::RowKind;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Up to so many ids stand in the plan as literals.
const MAX_NAMED_IDS: usize = 500;
/// Of an id and what is noted with it in a table, besides its letters.
const BYTES_PER_ID: usize = 96;
/// The column that says whether a row meets the condition.
const MATCHES: &str = "matches";

/// Ids of facts, and the memory they take.
pub(super) struct Ids {
    ids: HashSet<String>,
    reserved: MemoryReservation,
}

impl Ids {
    pub(super) fn new(session: &Session) -> Self {
        Self { ids: HashSet::new(), reserved: session.reservation("ids of scores") }
    }

    pub(super) fn add(&mut self, id: &str) -> QueryResult<()> {
        if !self.ids.contains(id) {
            self.reserved.try_grow(id.len() + BYTES_PER_ID)?;
            self.ids.insert(id.to_owned());
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Ids of the rows that meet the condition, at most `limit` of them, each once.
pub(super) async fn candidates(session: &Session, table: &Arc<SegmentTable>, condition: Expr, limit: usize) -> QueryResult<Ids> {
    let mut found = Ids::new(session);
    let frame = session.frame(table)?.filter(condition)?.select(vec![ident("score_id")])?;
    let mut batches = frame.execute_stream().await?;
    while let Some(batch) = batches.next().await {
        for id in texts(&batch?, "score_id")?.flatten() {
            if found.len() >= limit {
                return Ok(found);
            }
            found.add(id)?;
        }
    }
    Ok(found)
}

/// The last row of each of these facts, if it meets the condition and takes nothing away. Columns: `columns` and those of the order.
pub(super) async fn last_rows(
    session: &Session,
    table: &Arc<SegmentTable>,
    ids: Ids,
    condition: Expr,
    columns: &[&str],
) -> QueryResult<RecordBatch> {
    let Ids { ids, reserved } = ids;
    let mut selected: Vec<Expr> = columns.iter().map(|name| ident(*name)).collect();
    for name in ["score_id", COMMIT_SEQ, COMMIT_ROW] {
        if !columns.contains(&name) {
            selected.push(ident(name));
        }
    }
    selected.push(condition.and(ident(DELETED).is_not_true()).is_true().alias(MATCHES));
    let frame = session.frame(table)?.filter(has_id(ids))?.select(selected)?;
    let mut rows = frame.execute_stream().await?;
    let mut last = LastRows { batches: Vec::new(), places: HashMap::new(), reserved };
    while let Some(batch) = rows.next().await {
        last.add(batch?)?;
    }
    last.matching()
}

/// Few ids are named one by one, so that statistics can leave files out.
fn has_id(ids: HashSet<String>) -> Expr {
    if ids.len() > MAX_NAMED_IDS {
        return is_one_of(Arc::new(ids), "score_id");
    }
    ident("score_id").in_list(ids.into_iter().map(lit).collect(), false)
}

/// A batch, and a row in it.
type Place = (usize, usize);

/// The place of the last row of each fact.
struct LastRows {
    batches: Vec<RecordBatch>,
    places: HashMap<String, ((i64, i64), Place)>,
    /// Of the ids, the places and the batches.
    reserved: MemoryReservation,
}

impl LastRows {
    fn add(&mut self, batch: RecordBatch) -> QueryResult<()> {
        let (seqs, numbers) = (integers(&batch, COMMIT_SEQ)?, integers(&batch, COMMIT_ROW)?);
        let number = self.batches.len();
        let mut is_needed = false;
        for (row, id) in texts(&batch, "score_id")?.enumerate() {
            let Some(id) = id else { continue };
            let order = (seqs.value(row), numbers.value(row));
            match self.places.get_mut(id) {
                Some((known, _)) if *known >= order => continue,
                Some(known) => *known = (order, (number, row)),
                None => {
                    self.reserved.try_grow(id.len() + BYTES_PER_ID)?;
                    self.places.insert(id.to_owned(), (order, (number, row)));
                }
            }
            is_needed = true;
        }
        // A batch of rows that were superseded already is let go.
        if is_needed {
            self.reserved.try_grow(rows::decoded_bytes(&batch))?;
            self.batches.push(batch);
        }
        Ok(())
    }

    fn matching(self) -> QueryResult<RecordBatch> {
        let Some(first) = self.batches.first() else { return Ok(RecordBatch::new_empty(schema_of(RowKind::Score))) };
        let flags = self.batches.iter().map(matches).collect::<QueryResult<Vec<_>>>()?;
        let mut places: Vec<Place> =
            self.places.into_values().map(|(_, place)| place).filter(|(batch, row)| flags[*batch].value(*row)).collect();
        places.sort_unstable();
        if places.is_empty() {
            return Ok(RecordBatch::new_empty(first.schema()));
        }
        Ok(interleave_record_batch(&self.batches.iter().collect::<Vec<_>>(), &places)?)
    }
}

fn matches(batch: &RecordBatch) -> QueryResult<&BooleanArray> {
    batch.column_by_name(MATCHES).and_then(|column| column.as_boolean_opt()).ok_or_else(|| missing(MATCHES))
}

fn texts<'a>(batch: &'a RecordBatch, name: &str) -> QueryResult<impl Iterator<Item = Option<&'a str>>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()).ok_or_else(|| missing(name))?;
    Ok(column.iter())
}

fn integers<'a>(batch: &'a RecordBatch, name: &str) -> QueryResult<&'a Int64Array> {
    batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>()).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> QueryFailure {
    QueryFailure::Engine(exec_datafusion_err!("no column {name}"))
}

/// Every column that a score is read from.
pub(super) fn score_columns() -> Vec<&'static str> {
    static COLUMNS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| visible_columns(RowKind::Score));
    COLUMNS.iter().map(String::as_str).collect()
}
