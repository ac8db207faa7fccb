//! The lake as the rest of the system sees it.

use super::{analytics, by_id, entities, list, metrics, scores, sql, table::SegmentTable, values};
use crate::{Lake, export};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use model::{
    ErasureId, ProjectId, SpanId, StoreResult, TimeRange, TraceId,
    erase::{EraseTarget, Erasure},
    filter::Filter,
    interchange::ReadRow,
    ports::{StoreStats, TelemetryStore},
    query::*,
    segment::CommitSeq,
    telemetry::{CommitReceipt, RowBatch, RowKind, Score, ScoreTarget, Span},
};
use std::{fs::File, sync::Arc};

impl Lake {
    /// The rows of a kind that `project` sees now.
    pub(crate) async fn table(&self, kind: RowKind, project: ProjectId) -> StoreResult<Arc<SegmentTable>> {
        Ok(Arc::new(SegmentTable::new(self.snapshot().await?, kind, project, self.engine().readers())))
    }

    /// The same question without conditions on late facts: what they are about stands in their place.
    async fn resolved_list(&self, query: ListQuery) -> StoreResult<ListQuery> {
        let filter = scores::resolved(self, query.project, query.filter).await?;
        Ok(ListQuery { filter, ..query })
    }

    async fn resolved_period(&self, query: DashboardQuery) -> StoreResult<DashboardQuery> {
        let filter = scores::resolved(self, query.project, query.filter).await?;
        Ok(DashboardQuery { filter, ..query })
    }
}

#[async_trait]
impl TelemetryStore for Lake {
    async fn commit(&self, batch: RowBatch) -> StoreResult<CommitReceipt> {
        Lake::commit(self, batch).await
    }

    async fn list_spans(&self, query: ListQuery) -> StoreResult<SpanPage> {
        list::spans(self, self.resolved_list(query).await?).await
    }

    async fn list_traces(&self, query: ListQuery) -> StoreResult<TracePage> {
        entities::traces(self, self.resolved_list(query).await?).await
    }

    async fn trace(&self, project: ProjectId, trace: TraceId, cursor: Option<Cursor>, limit: usize) -> StoreResult<Option<TraceDetail>> {
        by_id::trace(self, project, trace, cursor, limit).await
    }

    async fn span(&self, project: ProjectId, trace: TraceId, span: SpanId) -> StoreResult<Option<Span>> {
        by_id::span(self, project, trace, span).await
    }

    async fn list_logs(&self, query: ListQuery) -> StoreResult<LogPage> {
        list::logs(self, query).await
    }

    async fn list_metrics(&self, query: ListQuery) -> StoreResult<MetricPage> {
        list::metrics(self, query).await
    }

    async fn metric_names(&self, project: ProjectId, range: TimeRange) -> StoreResult<Vec<MetricName>> {
        metrics::names(self, project, range).await
    }

    async fn metric_series(&self, query: MetricSeriesQuery) -> StoreResult<Vec<MetricSeries>> {
        metrics::series(self, query).await
    }

    async fn list_sessions(&self, query: ListQuery) -> StoreResult<SessionPage> {
        entities::sessions(self, self.resolved_list(query).await?).await
    }

    async fn list_users(&self, query: ListQuery) -> StoreResult<UserPage> {
        entities::users(self, self.resolved_list(query).await?).await
    }

    async fn list_scores(&self, query: ListQuery) -> StoreResult<ScorePage> {
        scores::list(self, query).await
    }

    async fn score(&self, project: ProjectId, score_id: &str) -> StoreResult<Option<Score>> {
        scores::by_id(self, project, score_id).await
    }

    async fn scores_of(&self, project: ProjectId, targets: &[ScoreTarget]) -> StoreResult<Vec<Score>> {
        scores::attached_to(self, project, targets).await
    }

    async fn dashboard(&self, query: DashboardQuery) -> StoreResult<DashboardStats> {
        analytics::dashboard(self, self.resolved_period(query).await?).await
    }

    async fn timeseries(&self, query: TimeseriesQuery) -> StoreResult<Timeseries> {
        let filter = scores::resolved(self, query.project, query.filter).await?;
        analytics::timeseries(self, TimeseriesQuery { filter, ..query }).await
    }

    async fn providers(&self, query: DashboardQuery) -> StoreResult<Vec<ProviderStats>> {
        analytics::providers(self, self.resolved_period(query).await?).await
    }

    async fn costs(&self, query: CostQuery) -> StoreResult<CostReport> {
        let filter = scores::resolved(self, query.project, query.filter).await?;
        analytics::costs(self, CostQuery { filter, ..query }).await
    }

    async fn errors(&self, query: DashboardQuery, limit: usize) -> StoreResult<Vec<ErrorGroup>> {
        analytics::errors(self, self.resolved_period(query).await?, limit).await
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
        let filter = scores::resolved(self, project, filter).await?;
        values::field_values(self, project, kind, field, range, filter, limit).await
    }

    async fn sql(&self, query: SqlQuery) -> StoreResult<SqlResult> {
        sql::run(self, query).await
    }

    async fn erase(&self, project: ProjectId, target: EraseTarget) -> StoreResult<Erasure> {
        crate::erase::erase(self, project, target).await
    }

    async fn erasures(&self, project: ProjectId, limit: usize) -> StoreResult<Vec<Erasure>> {
        self.catalog().erasures(project, limit).await
    }

    async fn erasure(&self, project: ProjectId, id: ErasureId) -> StoreResult<Option<Erasure>> {
        self.catalog().erasure(project, id).await
    }

    async fn export(&self, query: ExportQuery) -> StoreResult<BoxStream<'static, StoreResult<Bytes>>> {
        let filter = scores::resolved(self, query.project, query.filter).await?;
        export::export(self, ExportQuery { filter, ..query }).await
    }

    async fn read_parquet(&self, kind: RowKind, file: File) -> StoreResult<BoxStream<'static, StoreResult<Vec<ReadRow>>>> {
        export::read_parquet(kind, file).await
    }

    async fn version(&self) -> StoreResult<CommitSeq> {
        Ok(self.snapshot().await?.seq)
    }

    async fn stats(&self) -> StoreResult<StoreStats> {
        let snapshot = self.snapshot().await?;
        let mut stats = StoreStats { commit_seq: snapshot.seq, hot_bytes: self.hot_bytes() as u64, ..StoreStats::default() };
        // The catalog knows what earlier processes found; this one may have found more while the catalog was away.
        stats.quarantined_segments = self.quarantined().await?.max(snapshot.damaged() as u64);
        for segment in &snapshot.segments {
            let meta = &segment.meta;
            let (segments, bytes) = match meta.level {
                0 => (&mut stats.level0_segments, &mut stats.level0_bytes),
                _ => (&mut stats.compacted_segments, &mut stats.compacted_bytes),
            };
            *segments += 1;
            *bytes += meta.bytes;
            let rows = match meta.kind {
                RowKind::Span => &mut stats.spans,
                RowKind::Log => &mut stats.logs,
                RowKind::Metric => &mut stats.metrics,
                RowKind::Score => &mut stats.scores,
            };
            *rows += meta.rows;
        }
        Ok(stats)
    }
}
