//! A `TelemetryStore` in plain Rust: the fake that the server and the dashboard are tested with, and the model that the lake is
//! compared to. Every read walks every row of the project: it is made to be obviously right, not fast.
//!
//! Where the contract leaves room, this is what the model does:
//! - sums (tokens, cost, latency, active users) are over requests only, in traces and sessions too; a trace's `error_count` counts failed
//!   spans, a session's or user's `errors` counts failed requests;
//! - sessions and users sum the *matching* spans, traces sum all their spans in the range;
//! - a later report of a stored span is merged into it, the last known value wins;
//! - an attribute that is not text compares by its JSON text;
//! - erased rows go at once, and their receipts stay `hidden` until [`MemoryStore::finish_erasures`] says that they are gone.

mod analytics;
mod calls;
mod costs;
mod erase;
mod errors;
mod export;
mod filter;
mod metrics;
mod page;
mod people;
mod row;
mod scores;
mod table;
mod text;
mod timeseries;
mod traces;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use model::{
    ErasureId, ProjectId, SpanId, StoreError, StoreResult, TimeRange, TraceId,
    erase::{EraseTarget, Erasure},
    filter::{Field, Filter},
    interchange::ReadRow,
    ports::{StoreStats, TelemetryStore},
    query::*,
    segment::CommitSeq,
    telemetry::{CommitReceipt, RowBatch, RowKind, Score, ScoreTarget, Span, SpanSummary},
};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fs::File,
    sync::Arc,
};

pub use filter::Matcher;
pub use row::FilterRow;
use table::{Rows, Seen};

/// Rows in memory, by project. Clones share the rows.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    projects: HashMap<ProjectId, Rows>,
    seen: Seen,
    commit_seq: CommitSeq,
    failures: VecDeque<StoreError>,
    /// Oldest first.
    erasures: Vec<Erasure>,
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next commit fail so, and store nothing. Failures queue up.
    pub fn fail_next_commit(&self, error: StoreError) {
        self.state.lock().failures.push_back(error);
    }

    /// The filter without conditions on late facts.
    fn resolved(&self, project: ProjectId, filter: Filter) -> StoreResult<Filter> {
        self.read(project, |rows| scores::resolved(rows, filter))
    }

    /// Does what background jobs do in a real store: receipts become `erased`.
    pub fn finish_erasures(&self) {
        self.state.lock().erasures.iter_mut().for_each(erase::finish);
    }

    /// Looks at the rows of a project, under the lock.
    fn read<T>(&self, project: ProjectId, look: impl FnOnce(&Rows) -> T) -> T {
        match self.state.lock().projects.get(&project) {
            Some(rows) => look(rows),
            None => look(&Rows::default()),
        }
    }
}

#[async_trait]
impl TelemetryStore for MemoryStore {
    async fn commit(&self, batch: RowBatch) -> StoreResult<CommitReceipt> {
        let mut state = self.state.lock();
        let State { projects, seen, commit_seq, failures, .. } = &mut *state;
        if let Some(failure) = failures.pop_front() {
            return Err(failure);
        }
        let total = batch.len();
        let stored = projects.entry(batch.project).or_default().add(batch, seen);
        *commit_seq += u64::from(stored > 0);
        Ok(CommitReceipt { commit_seq: *commit_seq, stored, duplicates: total - stored })
    }

    async fn list_spans(&self, query: ListQuery) -> StoreResult<SpanPage> {
        let matcher = Matcher::new(&self.resolved(query.project, query.filter)?)?;
        self.read(query.project, |rows| {
            let matching = rows.spans_in(query.range).filter(|span| matcher.matches(*span));
            let keyed = matching.map(|span| (page::key(span.start_time, span_tie(span.trace_id, span.span_id)), SpanSummary::from(span)));
            let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
            Ok(SpanPage { items, next_cursor, reach: Reach::ALL })
        })
    }

    async fn list_traces(&self, query: ListQuery) -> StoreResult<TracePage> {
        let matcher = Matcher::new(&self.resolved(query.project, query.filter)?)?;
        self.read(query.project, |rows| {
            let mut traces: BTreeMap<TraceId, Vec<&Span>> = BTreeMap::new();
            rows.spans_in(query.range).for_each(|span| traces.entry(span.trace_id).or_default().push(span));
            let matching = traces.into_values().filter(|spans| spans.iter().any(|span| matcher.matches(*span)));
            let summaries = matching.filter_map(|spans| traces::summary(&spans));
            let keyed = summaries.map(|summary| (page::key(summary.start_time, summary.trace_id.to_hex()), summary));
            let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
            Ok(TracePage { items, next_cursor })
        })
    }

    async fn trace(&self, project: ProjectId, trace: TraceId, cursor: Option<Cursor>, limit: usize) -> StoreResult<Option<TraceDetail>> {
        self.read(project, |rows| {
            let spans: Vec<&Span> = rows.spans_in(TimeRange::ALL).filter(|span| span.trace_id == trace).collect();
            let Some(summary) = traces::summary(&spans) else { return Ok(None) };
            let keyed = spans.iter().map(|span| (page::key(span.start_time, span_tie(trace, span.span_id)), SpanSummary::from(*span)));
            let (spans, next_cursor) = page::oldest_first(keyed, cursor, limit);
            Ok(Some(TraceDetail { summary, spans, next_cursor }))
        })
    }

    async fn span(&self, project: ProjectId, trace: TraceId, span: SpanId) -> StoreResult<Option<Span>> {
        Ok(self.read(project, |rows| rows.span(trace, span).cloned()))
    }

    async fn list_logs(&self, query: ListQuery) -> StoreResult<LogPage> {
        let matcher = Matcher::new(&query.filter)?;
        self.read(query.project, |rows| {
            let matching = rows.logs().filter(|(_, log)| query.range.contains(log.timestamp) && matcher.matches(*log));
            let keyed = matching.map(|(arrival, log)| (page::key(log.timestamp, page::arrival_tie(arrival)), log.clone()));
            let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
            Ok(LogPage { items, next_cursor, reach: Reach::ALL })
        })
    }

    async fn list_metrics(&self, query: ListQuery) -> StoreResult<MetricPage> {
        let matcher = Matcher::new(&query.filter)?;
        self.read(query.project, |rows| {
            let matching = rows.metrics().filter(|(_, point)| query.range.contains(point.timestamp) && matcher.matches(*point));
            let keyed = matching.map(|(arrival, point)| (page::key(point.timestamp, page::arrival_tie(arrival)), point.clone()));
            let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
            Ok(MetricPage { items, next_cursor })
        })
    }

    async fn metric_names(&self, project: ProjectId, range: TimeRange) -> StoreResult<Vec<MetricName>> {
        Ok(self.read(project, |rows| metrics::names(rows, range)))
    }

    async fn metric_series(&self, query: MetricSeriesQuery) -> StoreResult<Vec<MetricSeries>> {
        self.read(query.project, |rows| metrics::series(rows, &query))
    }

    async fn list_sessions(&self, query: ListQuery) -> StoreResult<SessionPage> {
        let query = ListQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| people::sessions(rows, query))
    }

    async fn list_users(&self, query: ListQuery) -> StoreResult<UserPage> {
        let query = ListQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| people::users(rows, query))
    }

    async fn list_scores(&self, query: ListQuery) -> StoreResult<ScorePage> {
        self.read(query.project, |rows| scores::list(rows, query))
    }

    async fn score(&self, project: ProjectId, score_id: &str) -> StoreResult<Option<Score>> {
        Ok(self.read(project, |rows| scores::current(rows).find(|score| score.score_id == score_id).cloned()))
    }

    async fn scores_of(&self, project: ProjectId, targets: &[ScoreTarget]) -> StoreResult<Vec<Score>> {
        Ok(self
            .read(project, |rows| shown_scores(scores::current(rows).filter(|score| targets.contains(&score.target)).cloned().collect())))
    }

    async fn dashboard(&self, query: DashboardQuery) -> StoreResult<DashboardStats> {
        let query = DashboardQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| analytics::dashboard(rows, &query))
    }

    async fn timeseries(&self, query: TimeseriesQuery) -> StoreResult<Timeseries> {
        let query = TimeseriesQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| timeseries::timeseries(rows, &query))
    }

    async fn providers(&self, query: DashboardQuery) -> StoreResult<Vec<ProviderStats>> {
        let query = DashboardQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| analytics::providers(rows, &query))
    }

    async fn costs(&self, query: CostQuery) -> StoreResult<CostReport> {
        let query = CostQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| costs::costs(rows, &query))
    }

    async fn errors(&self, query: DashboardQuery, limit: usize) -> StoreResult<Vec<ErrorGroup>> {
        let query = DashboardQuery { filter: self.resolved(query.project, query.filter)?, ..query };
        self.read(query.project, |rows| errors::groups(rows, &query, limit))
    }

    async fn field_values(
        &self,
        project: ProjectId,
        kind: RowKind,
        field: &str,
        range: TimeRange,
        filter: Filter,
        limit: usize,
    ) -> StoreResult<Vec<(String, u64)>> {
        let field = Field::lookup(kind, field).ok_or_else(|| StoreError::invalid("field", "expected a text field of this kind of row"))?;
        let matcher = Matcher::new(&self.resolved(project, filter)?)?;
        self.read(project, |rows| match kind {
            RowKind::Span => analytics::field_values(rows.spans_in(range), &field, &matcher, limit),
            RowKind::Log => {
                let logs = rows.logs().map(|(_, log)| log).filter(|log| range.contains(log.timestamp));
                analytics::field_values(logs, &field, &matcher, limit)
            }
            RowKind::Metric => {
                let points = rows.metrics().map(|(_, point)| point).filter(|point| range.contains(point.timestamp));
                analytics::field_values(points, &field, &matcher, limit)
            }
            RowKind::Score => Err(StoreError::invalid("kind", "scores have no pickers in the memory store")),
        })
    }

    async fn sql(&self, _query: SqlQuery) -> StoreResult<SqlResult> {
        Err(StoreError::invalid("query", "sql is not supported by the memory store"))
    }

    async fn erase(&self, project: ProjectId, target: EraseTarget) -> StoreResult<Erasure> {
        let mut state = self.state.lock();
        let rows = state.projects.entry(project).or_default();
        let hidden = erase::hidden(rows, &target)?;
        let receipt = erase::receipt(project, target, rows.remove(&hidden));
        // What was erased may be sent again, and is new then.
        state.seen = Seen::default();
        state.commit_seq += 1;
        state.erasures.push(receipt.clone());
        Ok(receipt)
    }

    async fn erasures(&self, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>> {
        let state = self.state.lock();
        Ok(state.erasures.iter().rev().filter(|erasure| erasure.project_id == project).take(limit).cloned().collect())
    }

    async fn erasure(&self, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>> {
        let state = self.state.lock();
        Ok(state.erasures.iter().find(|erasure| (erasure.project_id, erasure.id) == (project, id)).cloned())
    }

    async fn export(&self, query: ExportQuery) -> StoreResult<BoxStream<'static, StoreResult<Bytes>>> {
        self.read(query.project, |rows| export::export(rows, &query))
    }

    async fn read_parquet(&self, _kind: RowKind, _file: File) -> StoreResult<BoxStream<'static, StoreResult<Vec<ReadRow>>>> {
        Err(StoreError::invalid("format", "the memory store has no parquet: expected jsonl or csv"))
    }

    async fn version(&self) -> StoreResult<CommitSeq> {
        Ok(self.state.lock().commit_seq)
    }

    async fn stats(&self) -> StoreResult<StoreStats> {
        let state = self.state.lock();
        let start = StoreStats { commit_seq: state.commit_seq, ..StoreStats::default() };
        Ok(state.projects.values().fold(start, |stats, rows| StoreStats {
            spans: stats.spans + rows.spans_in(TimeRange::ALL).count() as u64,
            logs: stats.logs + rows.logs().count() as u64,
            metrics: stats.metrics + rows.metrics().count() as u64,
            scores: stats.scores + rows.scores().count() as u64,
            ..stats
        }))
    }
}
