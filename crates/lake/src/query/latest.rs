//! Lets only the last report of each span through.

use crate::schema::{COMMIT_ROW, COMMIT_SEQ};
use datafusion::{
    arrow::{
        array::{AsArray, BooleanArray, Int64Array, RecordBatch, StringArray},
        compute::filter_record_batch,
        datatypes::{Int64Type, SchemaRef},
    },
    common::{Result, exec_datafusion_err, tree_node::TreeNodeRecursion},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, Partitioning, PlanProperties,
        ReplaceChildrenOptions,
        execution_plan::{Boundedness, EmissionType},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    fmt,
    sync::Arc,
};

/// 16 bytes of trace id, 8 of span id.
type SpanKey = [u8; 24];

/// Memory of a remembered key, with the table's own bytes and its free space.
const BYTES_PER_KEY: usize = 48;

/// Reads its inputs one after the other, newest publication first, and drops each row whose span was seen before. Within a batch
/// (commit_seq, row) decides. Sits below every filter that is not on the identity: an older report that matches a filter
/// must not come back because the newer one does not match.
#[derive(Debug)]
pub(crate) struct LatestReportExec {
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl LatestReportExec {
    /// Inputs share `schema`, which has the columns of [`LatestReportExec::REQUIRED_COLUMNS`].
    pub(crate) fn new(inputs: Vec<Arc<dyn ExecutionPlan>>, schema: SchemaRef) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { inputs, schema, properties: Arc::new(properties) }
    }

    pub(crate) const REQUIRED_COLUMNS: [&str; 4] = ["trace_id", "span_id", COMMIT_SEQ, COMMIT_ROW];
}

impl DisplayAs for LatestReportExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LatestReportExec: inputs={}", self.inputs.len())
    }
}

impl ExecutionPlan for LatestReportExec {
    fn name(&self) -> &str {
        "LatestReportExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition; self.inputs.len()]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false; self.inputs.len()]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn apply_expressions(&self, _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self { inputs: children, schema: Arc::clone(&self.schema), properties: Arc::clone(&self.properties) }))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reservation = MemoryConsumer::new("last report of each span").register(context.memory_pool());
        let mut seen = SeenSpans { keys: HashSet::new(), reservation };
        // Lazily: an input is opened when the one before it is done.
        let inputs = self.inputs.clone().into_iter().map(move |input| input.execute(partition, Arc::clone(&context)));
        let batches = stream::iter(inputs).try_flatten().map(move |batch| seen.keep_new(&batch?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }
}

struct SeenSpans {
    keys: HashSet<SpanKey>,
    reservation: MemoryReservation,
}

impl SeenSpans {
    fn keep_new(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let (traces, spans) = (texts(batch, "trace_id")?, texts(batch, "span_id")?);
        let (seqs, rows) = (integers(batch, COMMIT_SEQ)?, integers(batch, COMMIT_ROW)?);
        let mut newest: HashMap<SpanKey, usize> = HashMap::with_capacity(batch.num_rows());
        for index in 0..batch.num_rows() {
            let key = span_key(traces.value(index), spans.value(index));
            if self.keys.contains(&key) {
                continue;
            }
            match newest.entry(key) {
                Entry::Vacant(free) => {
                    free.insert(index);
                }
                Entry::Occupied(mut known) => {
                    let before = *known.get();
                    if (seqs.value(index), rows.value(index)) > (seqs.value(before), rows.value(before)) {
                        known.insert(index);
                    }
                }
            }
        }
        self.reservation.try_grow(newest.len() * BYTES_PER_KEY)?;
        if newest.len() == batch.num_rows() {
            self.keys.extend(newest.into_keys());
            return Ok(batch.clone());
        }
        let mut keep = vec![false; batch.num_rows()];
        for (key, index) in newest {
            keep[index] = true;
            self.keys.insert(key);
        }
        Ok(filter_record_batch(batch, &BooleanArray::from(keep))?)
    }
}

fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()).ok_or_else(|| exec_datafusion_err!("no column {name}"))
}

fn integers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<Int64Type>())
        .ok_or_else(|| exec_datafusion_err!("no column {name}"))
}

fn span_key(trace: &str, span: &str) -> SpanKey {
    let nibble = |digit: u8| (digit & 0x0f) + if digit >= b'a' { 9 } else { 0 };
    let mut key = [0; 24];
    for (byte, pair) in key.iter_mut().zip(trace.as_bytes().chunks_exact(2).chain(span.as_bytes().chunks_exact(2))) {
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    key
}
