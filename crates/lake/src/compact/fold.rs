//! Reports of one span brought together: which spans a piece of work can fold, and their rows.

use super::{
    level0::folds,
    parquet::{read_columns, read_rows},
    plan::is_running,
    rules::Rules,
    runs::{Keys, RowRef, Run},
    verify,
};
use crate::{
    config::CompactionLimits,
    identity::span_hash,
    rows::merge_reports,
    schema::{PROJECT_ID, text_column},
    segment::LiveSegment,
    snapshot::Snapshot,
    storage::blocking,
};
use datafusion::arrow::{compute::filter_record_batch, record_batch::RecordBatch};
use model::{ProjectId, SegmentId, StoreError, StoreResult, telemetry::RowKind};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

/// Spans folded by one piece of work at most: their rows are held in memory. The others wait for the next.
const MAX_FOLDED: usize = 10_000;
/// Marks beyond this number are believed without a look at the files.
const MAX_VERIFIED: usize = 1_000;

/// What a piece of work can do about the repeated spans of its inputs.
#[derive(Default)]
pub(super) struct Folding {
    /// Every report is in the inputs.
    pub(super) foldable: HashSet<u64>,
    /// Other segments hold reports, too.
    pub(super) elsewhere: HashSet<u64>,
}

pub(super) async fn folding(snapshot: &Arc<Snapshot>, inputs: &[Arc<LiveSegment>]) -> StoreResult<Folding> {
    if snapshot.repeats.is_empty() || inputs.first().is_none_or(|segment| !folds(segment.meta.kind)) {
        return Ok(Folding::default());
    }
    let is_input: HashSet<SegmentId> = inputs.iter().map(|segment| segment.id()).collect();
    let mut foldable: HashSet<u64> =
        inputs.iter().filter_map(|segment| snapshot.repeats.of(segment.id())).flat_map(|spans| spans.iter().copied()).collect();
    let mut elsewhere = HashSet::new();
    for other in snapshot.segments.iter().filter(|segment| !is_input.contains(&segment.id())) {
        let Some(held) = snapshot.repeats.of(other.id()) else { continue };
        let shared: Vec<u64> = foldable.iter().chain(&elsewhere).copied().filter(|span| held.contains(span)).collect();
        let confirmed = confirm(other, inputs, shared).await?;
        confirmed.iter().for_each(|span| {
            foldable.remove(span);
        });
        elsewhere.extend(confirmed);
    }
    let excess: Vec<u64> = foldable.iter().copied().skip(MAX_FOLDED).collect();
    for span in excess {
        foldable.remove(&span);
        elsewhere.insert(span);
    }
    Ok(Folding { foldable, elsewhere })
}

/// Those of the spans that the other segment really holds. Only level-0 inputs are small enough to be asked for the traces.
async fn confirm(other: &Arc<LiveSegment>, inputs: &[Arc<LiveSegment>], spans: Vec<u64>) -> StoreResult<HashSet<u64>> {
    let can_tell =
        other.meta.level > 0 && spans.len() <= MAX_VERIFIED && inputs.iter().all(|input| input.meta.level == 0 || is_running(input));
    let Some(path) = other.parquet_path().filter(|_| can_tell && !spans.is_empty()) else { return Ok(spans.into_iter().collect()) };
    let wanted: HashSet<u64> = spans.into_iter().collect();
    let mut traces: HashMap<u64, String> = HashMap::new();
    for input in inputs {
        for batch in input.identities().await? {
            let (Some(trace_ids), Some(span_ids)) = (text_column(&batch, "trace_id"), text_column(&batch, "span_id")) else { continue };
            for row in 0..batch.num_rows() {
                let hash = span_hash(trace_ids.value(row), span_ids.value(row));
                if wanted.contains(&hash) {
                    traces.insert(hash, trace_ids.value(row).to_owned());
                }
            }
        }
    }
    let spans: Vec<(u64, String)> = traces.into_iter().collect();
    blocking(move || verify::held(&path, &spans)).await
}

/// Spans that were folded, and their rows.
#[derive(Default)]
pub(super) struct Folded {
    /// Files no longer give them.
    pub(super) spans: Arc<HashSet<u64>>,
    rows: Vec<RecordBatch>,
}

/// The reports of the foldable spans in compacted segments, merged. Erased ones are left out before: what was erased must not come
/// back in a later report of the same span.
pub(super) fn read(kind: RowKind, files: &[Arc<LiveSegment>], foldable: &Arc<HashSet<u64>>, erased: &Rules) -> StoreResult<Folded> {
    if foldable.is_empty() {
        return Ok(Folded::default());
    }
    let mut reports = Vec::new();
    for segment in files {
        let Some(path) = segment.parquet_path() else { continue };
        let rows = ranges_with(&read_columns(&path, &["trace_id", "span_id"])?, foldable)?;
        if !rows.is_empty() {
            for batch in read_rows(kind, &path, &rows)? {
                let kept = erased.keeps(kind, &batch, false)?.map(|keep| filter_record_batch(&batch, &keep)).transpose();
                reports.push(kept.map_err(StoreError::internal)?.unwrap_or(batch));
            }
        }
    }
    reports.retain(|batch| batch.num_rows() > 0);
    let rows = merge_reports(reports).map_err(StoreError::internal)?;
    Ok(Folded { spans: Arc::clone(foldable), rows })
}

impl Folded {
    /// As an input of the merge; `None` without rows.
    pub(super) fn run(&self, kind: RowKind) -> StoreResult<Option<Run>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let keys = self.rows.iter().map(|batch| Keys::of(kind, batch)).collect::<StoreResult<Vec<_>>>()?;
        let mut order: Vec<RowRef> =
            self.rows.iter().enumerate().flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row))).collect();
        order.sort_unstable_by(|&(a, a_row), &(b, b_row)| keys[a].key(a_row).cmp(&keys[b].key(b_row)));
        Ok(Some(Run::of_memory(kind, self.rows.clone(), order)))
    }
}

/// Numbers of the rows of these spans.
fn ranges_with(batches: &[RecordBatch], spans: &HashSet<u64>) -> StoreResult<Vec<Range<usize>>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut first = 0;
    for batch in batches {
        let (Some(traces), Some(ids)) = (text_column(batch, "trace_id"), text_column(batch, "span_id")) else {
            return Err(StoreError::Internal("spans without ids".to_owned()));
        };
        for row in (0..batch.num_rows()).filter(|row| spans.contains(&span_hash(traces.value(*row), ids.value(*row)))) {
            match ranges.last_mut().filter(|last| last.end == first + row) {
                Some(last) => last.end += 1,
                None => ranges.push(first + row..first + row + 1),
            }
        }
        first += batch.num_rows();
    }
    Ok(ranges)
}

/// The projects, in hex, that have rows enough in these files for files of their own.
pub(super) fn large_projects(files: &[Arc<LiveSegment>], limits: &CompactionLimits) -> StoreResult<HashSet<String>> {
    let projects: BTreeSet<ProjectId> = files.iter().flat_map(|segment| segment.meta.projects.iter().copied()).collect();
    let own = limits.own_file_rows as u64;
    if let (Some(project), 1) = (projects.first(), projects.len()) {
        return Ok(HashSet::from([project.to_hex()]));
    }
    let mut rows: HashMap<String, u64> = HashMap::new();
    for segment in files {
        if let [project] = segment.meta.projects.as_slice() {
            *rows.entry(project.to_hex()).or_default() += segment.meta.rows;
            continue;
        }
        let Some(path) = segment.parquet_path() else { continue };
        for batch in read_columns(&path, &[PROJECT_ID])? {
            let Some(names) = text_column(&batch, PROJECT_ID) else { continue };
            for name in names.iter().flatten() {
                match rows.get_mut(name) {
                    Some(count) => *count += 1,
                    None => _ = rows.insert(name.to_owned(), 1),
                }
            }
        }
    }
    Ok(rows.into_iter().filter(|(_, count)| *count >= own).map(|(project, _)| project).collect())
}
