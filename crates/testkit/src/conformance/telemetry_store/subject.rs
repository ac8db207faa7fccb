//! The store under test, with short ways to write to it and to ask it. An error fails the case.

use crate::fixtures::{fresh, hour};
use futures::future::BoxFuture;
use model::{
    ProjectId, TimeRange,
    erase::{EraseTarget, Erasure},
    filter::{Filter, parse},
    ports::TelemetryStore,
    query::{Cursor, DashboardQuery, ListQuery, SqlLimits, SqlQuery},
    telemetry::{CommitReceipt, Incoming, LogRecord, MetricPoint, RowBatch, RowKind, Score, Span},
};
use std::{any::Any, sync::Arc};

type Settle = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A store, one project in it, and what happens between writing and reading.
pub struct Subject {
    pub store: Arc<dyn TelemetryStore>,
    pub project: ProjectId,
    settle: Settle,
    /// Lives as long as the store: a temporary directory, for instance.
    _keep: Box<dyn Any + Send>,
}

impl Subject {
    pub fn new(store: impl TelemetryStore + 'static) -> Self {
        Self {
            store: Arc::new(store),
            project: ProjectId::generate(),
            settle: Box::new(|| Box::pin(std::future::ready(()))),
            _keep: Box::new(()),
        }
    }

    /// In a project that the store's catalog knows.
    pub fn in_project(mut self, project: ProjectId) -> Self {
        self.project = project;
        self
    }

    /// Drops `kept` after the store.
    pub fn keeping(mut self, kept: impl Any + Send) -> Self {
        self._keep = Box::new(kept);
        self
    }

    /// Runs `settle` after every commit and erasure, before anything is read: compaction, a restart, a clearing of caches. No answer may change by it.
    pub fn settled_by(mut self, settle: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        self.settle = Box::new(settle);
        self
    }

    #[expect(clippy::expect_used, reason = "a refused commit fails the case")]
    pub(super) async fn commit(&self, batch: RowBatch) -> CommitReceipt {
        let receipt = self.store.commit(batch).await.expect("the commit is accepted");
        (self.settle)().await;
        receipt
    }

    #[expect(clippy::expect_used, reason = "a refused erasure fails the case")]
    pub(super) async fn erase(&self, target: EraseTarget) -> Erasure {
        let receipt = self.store.erase(self.project, target).await.expect("the erasure is accepted");
        (self.settle)().await;
        receipt
    }

    pub(super) async fn scores(&self, scores: Vec<Score>) -> CommitReceipt {
        self.commit(RowBatch { scores: scores.into_iter().map(fresh).collect(), ..RowBatch::new(self.project) }).await
    }

    pub(super) async fn spans(&self, spans: Vec<Span>) -> CommitReceipt {
        self.incoming_spans(spans.into_iter().map(fresh).collect()).await
    }

    pub(super) async fn incoming_spans(&self, spans: Vec<Incoming<Span>>) -> CommitReceipt {
        self.commit(RowBatch { spans, ..RowBatch::new(self.project) }).await
    }

    pub(super) async fn logs(&self, logs: Vec<LogRecord>) -> CommitReceipt {
        self.commit(RowBatch { logs: logs.into_iter().map(fresh).collect(), ..RowBatch::new(self.project) }).await
    }

    pub(super) async fn metrics(&self, points: Vec<MetricPoint>) -> CommitReceipt {
        self.commit(RowBatch { metrics: points.into_iter().map(fresh).collect(), ..RowBatch::new(self.project) }).await
    }

    /// Everything in the hour of the fixtures, as one page.
    pub(super) fn list(&self) -> ListQuery {
        ListQuery { project: self.project, range: hour(), filter: Filter::All, limit: 1_000, cursor: None }
    }

    pub(super) fn page(&self, limit: usize, cursor: Option<Cursor>) -> ListQuery {
        ListQuery { limit, cursor, ..self.list() }
    }

    pub(super) fn matching(&self, kind: RowKind, filter: &str) -> ListQuery {
        ListQuery { filter: read_filter(filter, kind), ..self.list() }
    }

    pub(super) fn period(&self, range: TimeRange, filter: &str) -> DashboardQuery {
        DashboardQuery { project: self.project, range, filter: read_filter(filter, RowKind::Span) }
    }

    pub(super) fn sql(&self, query: &str) -> SqlQuery {
        SqlQuery { project: self.project, query: query.to_owned(), limits: SqlLimits::default() }
    }

    /// Names of the spans that match, newest first.
    pub(super) async fn names_of_spans(&self, filter: &str) -> Vec<String> {
        let page = ok(self.store.list_spans(self.matching(RowKind::Span, filter)).await);
        page.items.into_iter().map(|span| span.name).collect()
    }
}

/// The answer; an error fails the case.
#[expect(clippy::expect_used, reason = "a refused read fails the case")]
pub(super) fn ok<T>(answer: model::StoreResult<T>) -> T {
    answer.expect("the store answers")
}

#[expect(clippy::expect_used, reason = "the filters of the cases are well-formed")]
pub(super) fn read_filter(text: &str, kind: RowKind) -> Filter {
    parse(text, kind).expect("a well-formed filter")
}
