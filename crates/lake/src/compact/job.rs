//! One piece of compaction: load, arrange, write, publish.

use super::{
    arrange::{Output, RowRef, arrange},
    parquet::{copied, read_all, write_file},
    plan::{Plan, choose},
};
use crate::{
    commit::{remove_files, was_published},
    config::CompactionLimits,
    fault,
    rollup::RollupBuilder,
    rows::decoded_bytes,
    schema::SCHEMA_VERSION,
    segment::LiveSegment,
    sidecar::{Section, SidecarWriter},
    snapshot::{Snapshot, Snapshots},
    storage::{Storage, blocking, segment_path, unavailable},
};
use datafusion::arrow::record_batch::RecordBatch;
use model::{
    SegmentId, StoreError, StoreResult, Timestamp, WriterId,
    ports::CompactionReport,
    segment::{Location, NewSegment, Publication, PublishOutcome, SIDECAR_EXTENSION, Segment, SegmentState, Sidecar},
    telemetry::RowKind,
};
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::oneshot;

/// Compaction yields to ingest and queries, but not so far that debt piles up under load.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Compacts for this process, one piece at a time.
pub(crate) struct Compactor {
    pub(crate) storage: Arc<Storage>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) writer: WriterId,
    pub(crate) limits: CompactionLimits,
    running: tokio::sync::Mutex<()>,
    /// Pieces whose files were never learnt to be published or gone: a step can be dropped, or the catalog stay away.
    unfinished: AtomicUsize,
}

/// The inputs that were taken, with their rows.
struct Loaded {
    segments: Vec<Arc<LiveSegment>>,
    batches: Vec<RecordBatch>,
}

impl Compactor {
    pub(crate) fn new(storage: Arc<Storage>, snapshots: Arc<Snapshots>, writer: WriterId, limits: CompactionLimits) -> Self {
        Self { storage, snapshots, writer, limits, running: tokio::sync::Mutex::default(), unfinished: AtomicUsize::new(0) }
    }

    /// Whether every file of this process is registered or gone.
    pub(crate) fn left_nothing_behind(&self) -> bool {
        self.unfinished.load(Ordering::Acquire) == 0
    }

    pub(crate) async fn compact(&self, force: bool) -> StoreResult<CompactionReport> {
        let _one = self.running.lock().await;
        let snapshot = self.snapshots.newest().await?;
        let Some(plan) = choose(&snapshot.segments, &self.limits, Timestamp::now(), force) else {
            return Ok(CompactionReport::default());
        };
        let (kind, level) = (plan.kind, plan.level);
        let loaded = self.load(plan).await?;
        if loaded.segments.is_empty() {
            // Every input was damaged and is out of the way now.
            return Ok(CompactionReport { more: true, ..Default::default() });
        }
        let rows_of_day = compacted_rows_by_day(&snapshot, &loaded.segments);
        let (inputs, batches) = (loaded.segments, loaded.batches);
        fault::point("compact.before_files");
        self.unfinished.fetch_add(1, Ordering::AcqRel);
        let outputs = self.write(kind, level, batches, rows_of_day).await?;
        fault::point("compact.after_files");
        if !self.publish(&inputs, &outputs).await? {
            return Ok(CompactionReport { more: true, ..Default::default() });
        }
        fault::point("compact.after_publish");
        let snapshot = self.snapshots.newest().await?;
        Ok(CompactionReport {
            segments_in: inputs.len() as u64,
            segments_out: outputs.len() as u64,
            rows: outputs.iter().map(|segment| segment.rows).sum(),
            bytes_in: inputs.iter().map(|segment| segment.meta.bytes).sum(),
            bytes_out: outputs.iter().map(|segment| segment.bytes).sum(),
            more: choose(&snapshot.segments, &self.limits, Timestamp::now(), force).is_some(),
        })
    }

    /// Inputs in order until the bound is reached, at least one (two when they are compacted already: one alone would gain nothing).
    async fn load(&self, plan: Plan) -> StoreResult<Loaded> {
        let least = if plan.level > 1 { 2 } else { 1 };
        let mut loaded = Loaded { segments: Vec::new(), batches: Vec::new() };
        let mut bytes = 0;
        for segment in plan.inputs {
            let batches = self.rows_of(&segment).await?;
            if batches.is_empty() {
                continue;
            }
            bytes += batches.iter().map(decoded_bytes).sum::<usize>();
            loaded.batches.extend(batches);
            loaded.segments.push(segment);
            if bytes >= self.limits.max_decoded_bytes && loaded.segments.len() >= least {
                break;
            }
        }
        Ok(loaded)
    }

    /// Empty when the segment is damaged.
    async fn rows_of(&self, segment: &LiveSegment) -> StoreResult<Vec<RecordBatch>> {
        let Some(path) = segment.parquet_path() else {
            if let Some(batches) = self.storage.hot.whole(segment.id()) {
                return Ok(batches.to_vec());
            }
            return segment.decode().await;
        };
        match blocking(move || read_all(&path)).await {
            Err(StoreError::Internal(reason)) => segment.quarantine_if_changed(&reason).await.map(|()| Vec::new()),
            other => other,
        }
    }

    /// Writes the output files on a thread of its own, at low priority.
    async fn write(
        &self,
        kind: RowKind,
        level: u8,
        batches: Vec<RecordBatch>,
        rows_of_day: HashMap<i64, u64>,
    ) -> StoreResult<Vec<Segment>> {
        let (storage, limits, writer) = (Arc::clone(&self.storage), self.limits.clone(), self.writer);
        let (done, finished) = oneshot::channel();
        let work = move || {
            lower_priority();
            let written = arrange(kind, &batches, &rows_of_day, &limits)
                .and_then(|outputs| write_outputs(&storage, writer, kind, level, &batches, &outputs));
            // Nobody waits when the process is ending.
            let _ = done.send(written);
        };
        std::thread::Builder::new().name("compaction".to_owned()).spawn(work).map_err(StoreError::internal)?;
        finished.await.map_err(|_| StoreError::Internal("compaction ended badly".to_owned()))?
    }

    /// `false` when somebody else replaced an input first. The files are then removed, as after every refusal.
    async fn publish(&self, inputs: &[Arc<LiveSegment>], outputs: &[Segment]) -> StoreResult<bool> {
        let publication = Publication {
            writer: self.writer,
            add: outputs.iter().map(|segment| NewSegment { segment: segment.clone(), inline: None }).collect(),
            retire: inputs.iter().map(|segment| segment.id()).collect(),
        };
        let published = match self.storage.catalog.publish(publication).await {
            Ok(PublishOutcome::Published(_)) => Ok(true),
            Ok(PublishOutcome::Conflict) => {
                remove_files(&self.storage, outputs).await;
                Ok(false)
            }
            Err(StoreError::Fenced) => {
                remove_files(&self.storage, outputs).await;
                Err(StoreError::Fenced)
            }
            // The outcome is unknown: the files may be live. Those that turn out not to be are removed here,
            // or as orphans of this writer when the catalog stays away.
            Err(error) => {
                if was_published(&self.storage, outputs).await? {
                    Ok(true)
                } else {
                    Err(error)
                }
            }
        };
        self.unfinished.fetch_sub(1, Ordering::AcqRel);
        published
    }
}

fn write_outputs(
    storage: &Storage,
    writer: WriterId,
    kind: RowKind,
    level: u8,
    batches: &[RecordBatch],
    outputs: &[Output],
) -> StoreResult<Vec<Segment>> {
    let mut written = Vec::new();
    for output in outputs {
        match write_output(storage, writer, kind, level, batches, output) {
            Ok(segment) => written.push(segment),
            Err(error) => {
                for file in written.iter().flat_map(Segment::files) {
                    crate::storage::remove(&storage.path_of(&file));
                }
                return Err(error);
            }
        }
    }
    Ok(written)
}

fn write_output(
    storage: &Storage,
    writer: WriterId,
    kind: RowKind,
    level: u8,
    batches: &[RecordBatch],
    output: &Output,
) -> StoreResult<Segment> {
    let id = SegmentId::generate();
    let location = segment_path(level, writer, id);
    let path = storage.path_of(&location);
    let file = write_file(&path, kind, batches, &output.rows)?;
    let sidecar = write_sidecar(&path, kind, batches, &output.rows).inspect_err(|_| {
        crate::storage::remove(&path);
    })?;
    Ok(Segment {
        id,
        kind,
        level,
        partition: output.partition.clone(),
        projects: output.projects.clone(),
        min_time: output.min_time,
        max_time: output.max_time,
        rows: output.rows.len() as u64,
        bytes: file.bytes,
        location: Location::File(location),
        checksum: file.checksum,
        schema_version: SCHEMA_VERSION,
        writer,
        created_at: Timestamp::now(),
        commit_seq: 0,
        first_seq: 0,
        clean_seq: 0,
        without_payload: false,
        sidecar,
        state: SegmentState::Live,
    })
}

/// What is derived from the rows of a file, beside it. `None` when there is nothing.
fn write_sidecar(path: &Path, kind: RowKind, batches: &[RecordBatch], rows: &[RowRef]) -> StoreResult<Option<Sidecar>> {
    if kind != RowKind::Span {
        return Ok(None);
    }
    let mut rollup = RollupBuilder::new(kind);
    for batch in copied(batches, rows, &RollupBuilder::COLUMNS) {
        rollup.add(&batch?)?;
    }
    let Some(rollup) = rollup.finish() else { return Ok(None) };
    let written = SidecarWriter::create(&path.with_added_extension(SIDECAR_EXTENSION)).and_then(|mut writer| {
        writer.section(Section::Rollup, &rollup)?;
        writer.finish()
    });
    written.map(Some).map_err(|error| unavailable("writing a sidecar", &error))
}

/// Rows of each day that stay as they are, by the start of the day.
fn compacted_rows_by_day(snapshot: &Snapshot, inputs: &[Arc<LiveSegment>]) -> HashMap<i64, u64> {
    let kind = inputs.first().map(|segment| segment.meta.kind);
    let is_input = |id: SegmentId| inputs.iter().any(|input| input.id() == id);
    let mut rows = HashMap::new();
    for segment in
        snapshot.segments.iter().filter(|segment| segment.meta.level >= 1 && Some(segment.meta.kind) == kind && !is_input(segment.id()))
    {
        let day = segment.meta.min_time.floor_to(model::time::NANOS_PER_DAY).as_nanos();
        *rows.entry(day).or_insert(0) += segment.meta.rows;
    }
    rows
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    // On Linux this is the calling thread's own.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "compaction runs at normal priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
