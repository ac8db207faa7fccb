//! Runs merged into output segments, row by row in order, with bounded memory.

use super::{
    derive::{DerivedInputs, Origin},
    rules::Rules,
    runs::{RowRef, Run},
    writer::{SegmentWriter, Target},
};
use crate::rows::decoded_bytes;
use datafusion::arrow::{compute::interleave_record_batch, record_batch::RecordBatch};
use model::{StoreError, StoreResult, segment::Segment};
use std::collections::HashSet;

/// Rows gathered before they are written.
const CHUNK_ROWS: usize = 1_024;
/// Decoded bytes of batches held for one chunk, beyond which it is written early.
const CHUNK_BYTES: usize = 16 << 20;

/// How rows are cut into outputs.
pub(super) struct Cut<'a> {
    pub(super) partition: &'a str,
    pub(super) max_rows: u64,
    /// Projects (in hex) that get files of their own.
    pub(super) own_files: &'a HashSet<String>,
}

/// Merges the runs. No file is left behind by an error.
pub(super) fn merge(
    mut runs: Vec<Run>,
    rules: &Rules,
    target: &Target,
    cut: &Cut<'_>,
    inputs: &DerivedInputs,
) -> StoreResult<Vec<Segment>> {
    let mut outputs = Outputs { target, cut, inputs, open: None, shared: None, done: Vec::new() };
    let mut chunk = Chunk::default();
    while let Some(next) = smallest(&mut runs, rules)? {
        let Some(current) = runs[next].current(rules)? else { break };
        chunk.take(next, current);
        if chunk.is_full() {
            chunk.write(&mut outputs)?;
        }
    }
    chunk.write(&mut outputs)?;
    outputs.finish()
}

/// The run with the next row.
fn smallest(runs: &mut [Run], rules: &Rules) -> StoreResult<Option<usize>> {
    for run in runs.iter_mut() {
        run.current(rules)?;
    }
    let mut best: Option<usize> = None;
    for at in 0..runs.len() {
        let Some(candidate) = runs[at].peek() else { continue };
        let is_smaller = best.and_then(|best| runs[best].peek()).is_none_or(|best| candidate.compare(best).is_lt());
        if is_smaller {
            best = Some(at);
        }
    }
    Ok(best)
}

/// Rows picked from batches that are held until they are copied.
#[derive(Default)]
struct Chunk {
    held: Vec<RecordBatch>,
    /// The run of each held batch.
    run_of: Vec<usize>,
    rows: Vec<RowRef>,
    origins: Vec<Origin>,
    bytes: usize,
}

impl Chunk {
    /// Takes the next row of a run.
    fn take(&mut self, run: usize, current: &mut super::runs::Current) {
        let held = self.run_of.iter().rposition(|known| *known == run).filter(|at| same_batch(&self.held[*at], &current.rows));
        let held = held.unwrap_or_else(|| {
            self.bytes += decoded_bytes(&current.rows);
            self.held.push(current.rows.clone());
            self.run_of.push(run);
            self.held.len() - 1
        });
        self.rows.push((held, current.at));
        self.origins.push(current.origins[current.at]);
        current.at += 1;
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES
    }

    fn write(&mut self, outputs: &mut Outputs<'_>) -> StoreResult<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::take(self);
        let held: Vec<&RecordBatch> = chunk.held.iter().collect();
        let rows = interleave_record_batch(&held, &chunk.rows).map_err(StoreError::internal)?;
        outputs.write(&rows, &chunk.origins)
    }
}

/// Batches are told apart by where their first column is.
fn same_batch(one: &RecordBatch, other: &RecordBatch) -> bool {
    one.num_rows() == other.num_rows() && std::sync::Arc::ptr_eq(one.column(0), other.column(0))
}

/// The segments being written: one of a project of its own, and one that small projects share.
struct Outputs<'a> {
    target: &'a Target,
    cut: &'a Cut<'a>,
    inputs: &'a DerivedInputs,
    open: Option<(String, SegmentWriter)>,
    shared: Option<SegmentWriter>,
    done: Vec<Segment>,
}

impl Outputs<'_> {
    /// Rows of one chunk, project by project.
    fn write(&mut self, rows: &RecordBatch, origins: &[Origin]) -> StoreResult<()> {
        let projects = crate::schema::text_column(rows, crate::schema::PROJECT_ID)
            .ok_or_else(|| StoreError::Internal("rows without project".to_owned()))?
            .clone();
        let mut from = 0;
        while from < rows.num_rows() {
            let project = projects.value(from);
            let to = (from..rows.num_rows()).find(|row| projects.value(*row) != project).unwrap_or(rows.num_rows());
            self.write_project(project, &rows.slice(from, to - from), &origins[from..to])?;
            from = to;
        }
        Ok(())
    }

    fn write_project(&mut self, project: &str, rows: &RecordBatch, origins: &[Origin]) -> StoreResult<()> {
        let is_own = self.cut.own_files.contains(project);
        if !is_own {
            let mut writer = match self.shared.take() {
                Some(writer) => writer,
                None => self.create()?,
            };
            writer.write(rows, origins, self.inputs)?;
            let writer = self.finish_if_full(writer)?;
            self.shared = writer;
            return Ok(());
        }
        let writer = match self.open.take() {
            Some((open, writer)) if open == project => writer,
            Some((_, writer)) => {
                self.done.push(writer.finish(self.inputs)?);
                self.create()?
            }
            None => self.create()?,
        };
        let mut writer = writer;
        writer.write(rows, origins, self.inputs)?;
        self.open = self.finish_if_full(writer)?.map(|writer| (project.to_owned(), writer));
        Ok(())
    }

    fn create(&self) -> StoreResult<SegmentWriter> {
        SegmentWriter::create(self.target.clone(), self.cut.partition.to_owned())
    }

    fn finish_if_full(&mut self, writer: SegmentWriter) -> StoreResult<Option<SegmentWriter>> {
        if writer.rows() < self.cut.max_rows {
            return Ok(Some(writer));
        }
        self.done.push(writer.finish(self.inputs)?);
        Ok(None)
    }

    fn finish(mut self) -> StoreResult<Vec<Segment>> {
        let rest = self.open.take().map(|(_, writer)| writer).into_iter().chain(self.shared.take());
        for writer in rest {
            let segment = writer.finish(self.inputs)?;
            self.done.push(segment);
        }
        Ok(std::mem::take(&mut self.done))
    }
}

impl Drop for Outputs<'_> {
    /// What was finished before an error is removed; what was open removes itself.
    fn drop(&mut self) {
        for segment in &self.done {
            segment.files().for_each(|file| {
                crate::storage::remove(&self.target.storage.path_of(&file));
            });
        }
    }
}
