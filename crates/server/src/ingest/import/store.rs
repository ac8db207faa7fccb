//! Rows of an import into the store, batch by batch.

use super::{occurrences::Occurrences, report::ImportReport};
use crate::{
    AppState,
    http::{ApiResult, Problem},
    ingest::{api::context, pipeline},
};
use model::{
    ProjectId, StoreError,
    interchange::{ReadRow, Row},
    telemetry::{BodyDigest, Incoming, RowBatch, RowKind},
};
use protocol::{IngestContext, check_time};
use std::time::Duration;

/// Rows of one commit.
const MAX_BATCH_ROWS: usize = 2_000;
/// How often a batch is offered to a store that is busy: compaction catches up in well under the minutes that this makes.
const MAX_TRIES: u32 = 30;
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Importer {
    state: AppState,
    project: ProjectId,
    kind: RowKind,
    occurrences: Occurrences,
    report: ImportReport,
}

impl Importer {
    pub(super) fn new(state: AppState, project: ProjectId, kind: RowKind) -> Self {
        Self { state, project, kind, occurrences: Occurrences::default(), report: ImportReport::default() }
    }

    /// Stores the good rows before it returns.
    pub(super) async fn take(&mut self, rows: Vec<ReadRow>) -> ApiResult<()> {
        let mut batch = RowBatch::new(self.project);
        let context = context(&self.state, self.project, self.kind).await?;
        for ReadRow { line, row } in rows {
            match row.map_err(|fault| (fault.field, fault.message)).and_then(|row| self.checked(row, &context)) {
                Ok((row, digest)) => add(&mut batch, row, digest),
                Err((field, error)) => {
                    self.state.metrics.ingest_rejected(self.kind.as_str(), 1);
                    self.report.reject(line, field, error);
                }
            }
            if batch.len() == MAX_BATCH_ROWS {
                let full = std::mem::replace(&mut batch, RowBatch::new(self.project));
                self.store(full).await?;
            }
        }
        if batch.is_empty() { Ok(()) } else { self.store(batch).await }
    }

    /// What the import did so far, as part of why it ends.
    pub(super) fn stopped_by(&self, mut problem: Problem) -> Problem {
        let stored = self.report.accepted + self.report.duplicates;
        if stored > 0 {
            problem.detail =
                format!("{}; {stored} rows before that are stored, and importing again makes no second ones of them", problem.detail);
        }
        problem
    }

    pub(super) fn finish(self) -> ImportReport {
        self.report
    }

    fn checked(&mut self, row: Row, context: &IngestContext) -> Result<(Row, BodyDigest), (String, String)> {
        let (field, time) = match &row {
            Row::Span(span) => ("start_time", span.start_time),
            Row::Log(log) => ("timestamp", log.timestamp),
            Row::Metric(point) => ("timestamp", point.timestamp),
            Row::Score(score) if score.score_id.is_empty() => return Err(("score_id".to_owned(), "expected an id".to_owned())),
            Row::Score(score) => ("timestamp", score.timestamp),
        };
        check_time(field, time, context).map_err(|error| (error.field, error.message))?;
        let digest = self.occurrences.digest(&row).map_err(|error| ("row".to_owned(), error.to_string()))?;
        Ok((row, digest))
    }

    /// A busy store is waited for: the sender of a long file cannot go back to the row that was refused.
    async fn store(&mut self, batch: RowBatch) -> ApiResult<()> {
        let mut tries = 1;
        let receipt = loop {
            match pipeline::store_again(&self.state, self.kind, batch.clone()).await {
                Err(StoreError::Overloaded { retry_after_seconds, .. }) if tries < MAX_TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_secs(retry_after_seconds.max(1).into()).min(LONGEST_PAUSE)).await;
                }
                Err(error) => return Err(self.stopped_by(error.into())),
                Ok(receipt) => break receipt,
            }
        };
        self.report.accepted += receipt.stored as u64;
        self.report.duplicates += receipt.duplicates as u64;
        Ok(())
    }
}

fn add(batch: &mut RowBatch, row: Row, digest: BodyDigest) {
    match row {
        Row::Span(span) => batch.spans.push(Incoming::new(*span, Some(digest))),
        Row::Log(log) => batch.logs.push(Incoming::new(log, Some(digest))),
        Row::Metric(point) => batch.metrics.push(Incoming::new(point, Some(digest))),
        // Its id makes a second import harmless; and one that was deleted meanwhile comes back.
        Row::Score(score) => batch.scores.push(Incoming::new(score, None)),
    }
}
