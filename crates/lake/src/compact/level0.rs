//! Level 0 into files: rows of many commits, in memory, folded, cut by day and project, and written in order.

use super::{
    arrange::{RUNNING, arrange},
    derive::{DerivedInputs, Origin},
    rules::Rules,
    runs::RowRef,
    writer::{SegmentWriter, Target},
};
use crate::{config::CompactionLimits, identity::span_hash, rows::merge_reports, schema::text_column, storage::remove};
use datafusion::arrow::{
    array::BooleanArray,
    compute::{filter_record_batch, interleave_record_batch, not},
    record_batch::RecordBatch,
};
use model::{StoreError, StoreResult, Timestamp, segment::Segment, telemetry::RowKind};
use std::collections::{HashMap, HashSet};

/// Rows copied out of the inputs at a time.
const COPY_ROWS: usize = 1_024;

/// What goes into files.
pub(super) struct Level0Work {
    pub(super) target: Target,
    pub(super) batches: Vec<RecordBatch>,
    pub(super) rules: Rules,
    /// Spans of which every report is among the batches.
    pub(super) foldable: HashSet<u64>,
    /// Rows of each day that are compacted already, by the start of the day.
    pub(super) rows_of_day: HashMap<i64, u64>,
    pub(super) running_since: Timestamp,
    pub(super) limits: CompactionLimits,
}

impl Level0Work {
    /// No file is left behind by an error. May write nothing: then every row was erased.
    pub(super) fn write(self) -> StoreResult<Vec<Segment>> {
        let kind = self.target.kind;
        let mut batches = Vec::with_capacity(self.batches.len());
        for batch in &self.batches {
            batches.push(match self.rules.keeps(kind, batch, false)? {
                Some(keep) => filter_record_batch(batch, &keep).map_err(StoreError::internal)?,
                None => batch.clone(),
            });
        }
        let batches = if self.foldable.is_empty() { batches } else { fold(batches, &self.foldable)? };
        let outputs = arrange(kind, &batches, &self.rows_of_day, self.running_since, &self.limits)?;
        let mut written: Vec<Segment> = Vec::new();
        for output in outputs {
            // Running spans keep their own small level, whatever they are written with.
            let mut target = self.target.clone();
            target.level = if output.partition == RUNNING { 1 } else { target.level };
            match write_output(target, output.partition, &batches, &output.rows) {
                Ok(segment) => written.push(segment),
                Err(error) => {
                    let files = written.iter().flat_map(Segment::files);
                    files.for_each(|file| {
                        remove(&self.target.storage.path_of(&file));
                    });
                    return Err(error);
                }
            }
        }
        Ok(written)
    }
}

fn write_output(target: Target, partition: String, batches: &[RecordBatch], rows: &[RowRef]) -> StoreResult<Segment> {
    let inputs = DerivedInputs::default();
    let mut writer = SegmentWriter::create(target, partition)?;
    let batches: Vec<&RecordBatch> = batches.iter().collect();
    for rows in rows.chunks(COPY_ROWS) {
        let chunk = interleave_record_batch(&batches, rows).map_err(StoreError::internal)?;
        writer.write(&chunk, &vec![Origin::Fresh; rows.len()], &inputs)?;
    }
    writer.finish(&inputs)
}

/// The same rows with the reports of each of these spans merged into one.
pub(super) fn fold(batches: Vec<RecordBatch>, foldable: &HashSet<u64>) -> StoreResult<Vec<RecordBatch>> {
    let (mut rest, mut reports) = (Vec::with_capacity(batches.len() + 1), Vec::new());
    for batch in batches {
        let (Some(traces), Some(spans)) = (text_column(&batch, "trace_id"), text_column(&batch, "span_id")) else {
            return Err(StoreError::Internal("spans without ids".to_owned()));
        };
        let hashes = (0..batch.num_rows()).map(|row| span_hash(traces.value(row), spans.value(row)));
        let is_report: BooleanArray = hashes.map(|hash| Some(foldable.contains(&hash))).collect();
        if is_report.true_count() == 0 {
            rest.push(batch);
            continue;
        }
        reports.push(filter_record_batch(&batch, &is_report).map_err(StoreError::internal)?);
        let others = not(&is_report).and_then(|others| filter_record_batch(&batch, &others));
        rest.push(others.map_err(StoreError::internal)?);
    }
    rest.extend(merge_reports(reports).map_err(StoreError::internal)?);
    rest.retain(|batch| batch.num_rows() > 0);
    Ok(rest)
}

/// Whether a kind has spans to fold.
pub(super) fn folds(kind: RowKind) -> bool {
    kind == RowKind::Span
}
