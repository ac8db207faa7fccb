//! A plan node that merges the reports of each span into one row.

use crate::rows::{decoded_bytes, merge_reports};
use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result, resources_datafusion_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext, memory_pool::MemoryConsumer},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, Partitioning, PlanProperties,
        ReplaceChildrenOptions,
        execution_plan::{Boundedness, EmissionType},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use std::{fmt, sync::Arc};

/// Reads all its inputs, which hold every report of the spans in them, and gives each span once. Sits below every filter that is not on
/// the identity: an older report that matches a filter must not come back because the merged span does not match.
#[derive(Debug)]
pub(crate) struct MergeReportsExec {
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    schema: SchemaRef,
    max_bytes: usize,
    properties: Arc<PlanProperties>,
}

impl MergeReportsExec {
    /// Inputs share `schema`, which has the columns of `rows::IDENTITY`. More rows than `max_bytes` of memory hold are refused.
    pub(crate) fn new(inputs: Vec<Arc<dyn ExecutionPlan>>, schema: SchemaRef, max_bytes: usize) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { inputs, schema, max_bytes, properties: Arc::new(properties) }
    }
}

impl DisplayAs for MergeReportsExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MergeReportsExec: inputs={}", self.inputs.len())
    }
}

impl ExecutionPlan for MergeReportsExec {
    fn name(&self) -> &str {
        "MergeReportsExec"
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
        let (schema, properties) = (Arc::clone(&self.schema), Arc::clone(&self.properties));
        Ok(Arc::new(Self { inputs: children, schema, max_bytes: self.max_bytes, properties }))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reservation = MemoryConsumer::new("reports of repeated spans").register(context.memory_pool());
        let (inputs, max_bytes) = (self.inputs.clone(), self.max_bytes);
        let merged = async move {
            let mut batches: Vec<RecordBatch> = Vec::new();
            for input in inputs {
                let mut stream = input.execute(partition, Arc::clone(&context))?;
                while let Some(batch) = stream.try_next().await? {
                    if batch.num_rows() > 0 {
                        // Twice: the merged rows are made beside them.
                        reservation.try_grow(2 * decoded_bytes(&batch))?;
                        if reservation.size() > max_bytes {
                            return Err(resources_datafusion_err!("reports of spans take more than {max_bytes} bytes"));
                        }
                        batches.push(batch);
                    }
                }
            }
            let merged = merge_reports(batches)?;
            // The reservation lives as long as the stream that holds the rows.
            Ok::<_, DataFusionError>(stream::iter(merged.into_iter().map(move |batch| {
                let _held = &reservation;
                Ok(batch)
            })))
        };
        let batches = stream::once(merged).try_flatten().boxed();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }
}
