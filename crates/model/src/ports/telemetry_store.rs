//! The lake, seen from above.

use crate::{
    ErasureId, ProjectId, SpanId, StoreResult, TimeRange, TraceId,
    erase::{EraseTarget, Erasure},
    filter::Filter,
    interchange::ReadRow,
    query::*,
    segment::CommitSeq,
    telemetry::{CommitReceipt, RowBatch, RowKind, Score, ScoreTarget, Span},
};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use serde::Serialize;
use std::fs::File;

/// Telemetry in, telemetry out.
///
/// Every read MUST see everything whose commit was acknowledged by this process before the read began, MUST see nothing of another
/// project, MUST show no span twice, and MUST stop its work when its future is dropped. Filters may ask for late facts
/// (`score.NAME`, `comment`, `bookmarked`): MUST answer `LimitExceeded` when more of them match than the store can hold at once.
#[async_trait]
pub trait TelemetryStore: Send + Sync {
    /// Stores a batch. When this returns `Ok`, the rows MUST be durable (they survive a power loss) and visible.
    /// On an error nothing of the batch may ever become visible, except after `Unavailable`, where a resend MUST not make duplicates
    /// of rows that have a digest. MUST refuse with `Overloaded` instead of queueing without bound.
    async fn commit(&self, batch: RowBatch) -> StoreResult<CommitReceipt>;

    /// Spans that match, newest start first.
    async fn list_spans(&self, query: ListQuery) -> StoreResult<SpanPage>;

    /// Traces with a matching span, newest first by the start of their first span in the range; sums are over all spans in the range.
    async fn list_traces(&self, query: ListQuery) -> StoreResult<TracePage>;

    /// A trace, whatever its age, or `None`. `limit` spans per page.
    async fn trace(&self, project: ProjectId, trace: TraceId, cursor: Option<Cursor>, limit: usize) -> StoreResult<Option<TraceDetail>>;

    /// A span with its payload, whatever its age.
    async fn span(&self, project: ProjectId, trace: TraceId, span: SpanId) -> StoreResult<Option<Span>>;

    /// Log records that match, newest first.
    async fn list_logs(&self, query: ListQuery) -> StoreResult<LogPage>;

    /// Metric points that match, newest first.
    async fn list_metrics(&self, query: ListQuery) -> StoreResult<MetricPage>;

    /// Names of metrics with points in the range, by name; at most 1,000.
    async fn metric_names(&self, project: ProjectId, range: TimeRange) -> StoreResult<Vec<MetricName>>;

    /// A metric over time.
    async fn metric_series(&self, query: MetricSeriesQuery) -> StoreResult<Vec<MetricSeries>>;

    /// Sessions with a matching span, last seen first.
    async fn list_sessions(&self, query: ListQuery) -> StoreResult<SessionPage>;

    /// Users with a matching span, last seen first.
    async fn list_users(&self, query: ListQuery) -> StoreResult<UserPage>;

    /// Scores, comments and bookmarks that match, newest first by their own time. Of rows with one `score_id`, the one committed last
    /// stands for all of them, here and everywhere: it alone MUST match, and none MUST be shown when it is a deletion.
    async fn list_scores(&self, query: ListQuery) -> StoreResult<ScorePage>;

    /// The score with this id, whatever its age.
    async fn score(&self, project: ProjectId, score_id: &str) -> StoreResult<Option<Score>>;

    /// What is attached to these spans, traces and sessions themselves, as [`shown_scores`] orders and bounds it. At most
    /// [`MAX_PAGE`] + 1 targets; of targets that together have more than 5,000 scores, some may be missing.
    async fn scores_of(&self, project: ProjectId, targets: &[ScoreTarget]) -> StoreResult<Vec<Score>>;

    async fn dashboard(&self, query: DashboardQuery) -> StoreResult<DashboardStats>;

    async fn timeseries(&self, query: TimeseriesQuery) -> StoreResult<Timeseries>;

    /// Per provider and model, most requests first; at most 500.
    async fn providers(&self, query: DashboardQuery) -> StoreResult<Vec<ProviderStats>>;

    /// What was used and paid. MUST be exact: the sums of disjoint groups are the sums of all.
    async fn costs(&self, query: CostQuery) -> StoreResult<CostReport>;

    /// Failed spans by fingerprint, most frequent first; at most `limit`.
    async fn errors(&self, query: DashboardQuery, limit: usize) -> StoreResult<Vec<ErrorGroup>>;

    /// Values of a text field in the range, most frequent first, for pickers. `field` is a column name.
    async fn field_values(
        &self,
        project: ProjectId,
        kind: RowKind,
        field: &str,
        range: TimeRange,
        filter: Filter,
        limit: usize,
    ) -> StoreResult<Vec<(String, u64)>>;

    /// MUST refuse anything but one read-only query, and MUST bound rows, time and memory.
    async fn sql(&self, query: SqlQuery) -> StoreResult<SqlResult>;

    /// Hides rows for good. When it returns, no read MUST show a row that was committed before and that the target names; a row that is
    /// committed later MUST be visible, whatever it names, also when it was erased and is sent again. Durable like a commit. Files lose the rows later: the receipt says when.
    /// `LimitExceeded` when the target names more than `erase::MAX_TRACES` traces or `erase::MAX_SPANS` spans, `Overloaded` when too many
    /// erasures are under way.
    async fn erase(&self, project: ProjectId, target: EraseTarget) -> StoreResult<Erasure>;

    /// Receipts, newest first; at most `limit`.
    async fn erasures(&self, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>>;

    /// `None` when the project has no such erasure.
    async fn erasure(&self, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>>;

    /// Every matching row as the bytes of one file, in any order. All of it MUST come from one snapshot, each span once. The work MUST go
    /// on only as fast as the stream is read, in bounded memory, beside other reads and not before them; it MUST end when the stream is
    /// dropped. A failure after the start MUST be the stream's last item: a stream that ends without one is whole.
    /// Answers `Overloaded` when too many exports are under way, `Invalid` for a format it cannot write.
    async fn export(&self, query: ExportQuery) -> StoreResult<BoxStream<'static, StoreResult<Bytes>>>;

    /// The rows of a Parquet file as `export` writes it, in the order of the file; nothing is stored. Memory MUST be bounded. A row that
    /// would not come back from the store exactly as the file has it MUST be named instead. `Invalid` when the file is no Parquet file, or
    /// its columns are not those of the kind.
    async fn read_parquet(&self, kind: RowKind, file: File) -> StoreResult<BoxStream<'static, StoreResult<Vec<ReadRow>>>>;

    /// The newest publication this process has seen: changes whenever any read could change. Used in cache keys.
    async fn version(&self) -> StoreResult<CommitSeq>;

    async fn stats(&self) -> StoreResult<StoreStats>;
}

/// What the system page shows of the store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StoreStats {
    pub commit_seq: CommitSeq,
    /// Live segments at level 0: what compaction still has to do.
    pub level0_segments: u64,
    pub level0_bytes: u64,
    /// Live compacted segments.
    pub compacted_segments: u64,
    pub compacted_bytes: u64,
    pub quarantined_segments: u64,
    pub spans: u64,
    pub logs: u64,
    pub metrics: u64,
    pub scores: u64,
    /// Decoded recent batches held in memory.
    pub hot_bytes: u64,
}
