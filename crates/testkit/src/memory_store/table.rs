//! The rows of one project, and which bodies were seen before.

use super::erase::{hides_log, hides_score, hides_span};
use model::{
    ProjectId, SpanId, TimeRange, Timestamp, TraceId,
    erase::Hidden,
    telemetry::{BodyDigest, Incoming, LogRecord, MetricPoint, RowBatch, RowKind, Score, Span},
    time::NANOS_PER_HOUR,
};
use std::collections::{BTreeMap, HashMap, btree_map::Entry};

/// When a body was first committed.
#[derive(Default)]
pub(super) struct Seen(HashMap<(ProjectId, RowKind, BodyDigest), Timestamp>);

impl Seen {
    /// Whether the row is new; a resend within the hour is not.
    fn is_new<T>(&mut self, project: ProjectId, kind: RowKind, incoming: &Incoming<T>) -> bool {
        let Some(digest) = incoming.digest else { return true };
        let now = Timestamp::now();
        let earlier = self.0.insert((project, kind, digest), now);
        earlier.is_none_or(|first| now.as_nanos() - first.as_nanos() >= NANOS_PER_HOUR)
    }
}

#[derive(Default)]
pub(super) struct Rows {
    spans: BTreeMap<(TraceId, SpanId), Span>,
    /// In the order of arrival.
    logs: Vec<LogRecord>,
    metrics: Vec<MetricPoint>,
    scores: Vec<Score>,
}

impl Rows {
    /// Adds what is new, and returns how many rows that were.
    pub(super) fn add(&mut self, batch: RowBatch, seen: &mut Seen) -> usize {
        let project = batch.project;
        let mut stored = 0;
        for incoming in batch.spans.into_iter().filter(|incoming| seen.is_new(project, RowKind::Span, incoming)) {
            stored += 1;
            match self.spans.entry((incoming.row.trace_id, incoming.row.span_id)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(incoming.row);
                }
                Entry::Occupied(mut earlier) => earlier.get_mut().amend(incoming.row),
            }
        }
        let before = self.logs.len() + self.metrics.len() + self.scores.len();
        let logs = batch.logs.into_iter().filter(|incoming| seen.is_new(project, RowKind::Log, incoming));
        self.logs.extend(logs.map(|incoming| incoming.row));
        let metrics = batch.metrics.into_iter().filter(|incoming| seen.is_new(project, RowKind::Metric, incoming));
        self.metrics.extend(metrics.map(|incoming| incoming.row));
        let scores = batch.scores.into_iter().filter(|incoming| seen.is_new(project, RowKind::Score, incoming));
        self.scores.extend(scores.map(|incoming| incoming.row));
        stored + self.logs.len() + self.metrics.len() + self.scores.len() - before
    }

    /// Takes away what is hidden, and returns how many spans that were.
    pub(super) fn remove(&mut self, hidden: &Hidden) -> u64 {
        let before = self.spans.len();
        self.spans.retain(|_, span| !hides_span(hidden, span));
        self.logs.retain(|log| !hides_log(hidden, log));
        self.metrics.retain(|_| !hidden.all);
        self.scores.retain(|score| !hides_score(hidden, score));
        (before - self.spans.len()) as u64
    }

    pub(super) fn span(&self, trace: TraceId, span: SpanId) -> Option<&Span> {
        self.spans.get(&(trace, span))
    }

    /// Spans that start in the range, by id.
    pub(super) fn spans_in(&self, range: TimeRange) -> impl Iterator<Item = &Span> {
        self.spans.values().filter(move |span| range.contains(span.start_time))
    }

    /// With their number of arrival.
    pub(super) fn logs(&self) -> impl Iterator<Item = (usize, &LogRecord)> {
        self.logs.iter().enumerate()
    }

    /// With their number of arrival.
    pub(super) fn metrics(&self) -> impl Iterator<Item = (usize, &MetricPoint)> {
        self.metrics.iter().enumerate()
    }

    /// In the order of arrival, superseded ones and deletions included.
    pub(super) fn scores(&self) -> impl Iterator<Item = &Score> {
        self.scores.iter()
    }
}
