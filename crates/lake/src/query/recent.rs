//! Level-0 segments as a source of a plan: decoded one after the other while the plan runs, so that a query holds one of them at a time.

use crate::segment::LiveSegment;
use datafusion::{
    arrow::{array::RecordBatch, compute::filter_record_batch, datatypes::SchemaRef},
    common::{DataFusionError, Result, cast::as_boolean_array},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{stream::RecordBatchStreamAdapter, streaming::PartitionStream},
};
use futures::{StreamExt, TryStreamExt, stream};
use std::{fmt, sync::Arc};

/// Segments decoded ahead of the one being read.
const DECODE_AHEAD: usize = 2;

pub(super) struct RecentRows {
    /// In the order in which they are read.
    pub(super) segments: Vec<Arc<LiveSegment>>,
    /// By index in `schema_of(kind)`.
    pub(super) columns: Vec<usize>,
    /// Of these columns.
    pub(super) schema: SchemaRef,
    /// Which rows come out.
    pub(super) predicate: Arc<dyn PhysicalExpr>,
}

impl PartitionStream for RecentRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let columns: Arc<[usize]> = self.columns.as_slice().into();
        let decoded = stream::iter(self.segments.clone()).map(move |segment| {
            let columns = Arc::clone(&columns);
            async move { segment.columns(&columns).await.map_err(|error| DataFusionError::External(Box::new(error))) }
        });
        // The last batch of a segment was committed last: readers that look for the last report want it first.
        let batches = decoded.buffered(DECODE_AHEAD).map_ok(|batches| stream::iter(batches.into_iter().rev().map(Ok))).try_flatten();
        let predicate = Arc::clone(&self.predicate);
        let batches = batches.map(move |batch: Result<RecordBatch>| {
            let batch = batch?;
            let matches = predicate.evaluate(&batch)?.into_array(batch.num_rows())?;
            Ok(filter_record_batch(&batch, as_boolean_array(&matches)?)?)
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}

impl fmt::Debug for RecentRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecentRows({} segments)", self.segments.len())
    }
}
