//! One piece of compaction: choose, read, write, publish.

use super::{
    derive::DerivedInputs,
    fold::{Folding, folding},
    level0::Level0Work,
    merge::{Cut, merge},
    parquet::read_all,
    plan::{Plan, Situation, is_running},
    rules::Rules,
    runs::Run,
    writer::Target,
};
use crate::{
    commit::{remove_files, was_published},
    config::CompactionLimits,
    erase::ErasedRows,
    fault,
    rows::decoded_bytes,
    segment::LiveSegment,
    snapshot::{Snapshot, Snapshots},
    storage::{Storage, blocking},
};
use datafusion::arrow::record_batch::RecordBatch;
use model::{
    StoreError, StoreResult, Timestamp, WriterId,
    ports::{CompactionReport, Debt},
    segment::{NewSegment, Publication, PublishOutcome, Segment},
    telemetry::RowKind,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::oneshot;

/// Compaction yields to ingest and queries, but not so far that debt piles up under load.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;
/// A span that runs is kept at hand for so long after its last report; then it is filed like any other.
const RUNNING_NANOS: i64 = model::time::NANOS_PER_HOUR;

/// Compacts for this process, one piece at a time.
pub(crate) struct Compactor {
    pub(crate) storage: Arc<Storage>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) writer: WriterId,
    pub(crate) limits: CompactionLimits,
    /// Held by the one piece that is under way, of whatever job.
    pub(crate) running: tokio::sync::Mutex<()>,
    /// Pieces whose files were never learnt to be published or gone: a step can be dropped, or the catalog stay away.
    unfinished: AtomicUsize,
}

/// What a piece of work did.
#[derive(Default)]
pub(crate) struct Piece {
    pub(crate) segments_in: u64,
    pub(crate) rows_in: u64,
    pub(crate) bytes_in: u64,
    pub(crate) out: Vec<Segment>,
    /// Nothing came of it: an input was damaged, or somebody else was first.
    pub(crate) is_void: bool,
}

impl Piece {
    fn void() -> Self {
        Self { is_void: true, ..Self::default() }
    }

    pub(crate) fn rows_out(&self) -> u64 {
        self.out.iter().map(|segment| segment.rows).sum()
    }
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
        let Some(plan) = self.choose(&snapshot, force) else { return Ok(CompactionReport::default()) };
        let piece = match plan {
            Plan::Level0 { kind, inputs } => self.level0(&snapshot, kind, inputs).await?,
            Plan::Merge { kind, inputs, partition } => {
                let rules = rules_of(&snapshot);
                let without_payload = inputs.iter().all(|segment| segment.meta.without_payload);
                self.rewrite(&snapshot, kind, inputs, &partition, vec![(rules, without_payload)]).await?
            }
        };
        if piece.is_void {
            return Ok(CompactionReport { more: true, ..Default::default() });
        }
        let snapshot = self.snapshots.newest().await?;
        Ok(CompactionReport {
            segments_in: piece.segments_in,
            segments_out: piece.out.len() as u64,
            rows: piece.rows_out(),
            bytes_in: piece.bytes_in,
            bytes_out: piece.out.iter().map(|segment| segment.bytes).sum(),
            more: self.choose(&snapshot, force).is_some(),
        })
    }

    fn choose(&self, snapshot: &Snapshot, force: bool) -> Option<Plan> {
        self.situation(snapshot, &|segment| self.needs_sidecar(segment)).choose(force)
    }

    pub(crate) fn situation<'a>(&'a self, snapshot: &'a Snapshot, needs_sidecar: &'a dyn Fn(&LiveSegment) -> bool) -> Situation<'a> {
        Situation { segments: &snapshot.segments, repeats: &snapshot.repeats, limits: &self.limits, now: Timestamp::now(), needs_sidecar }
    }

    /// What is still to do.
    pub(crate) fn debt(&self, snapshot: &Snapshot, level0_limit: usize) -> Debt {
        let level0: Vec<_> = snapshot.segments.iter().filter(|segment| segment.meta.level == 0).collect();
        let oldest = level0.iter().map(|segment| segment.meta.created_at).min();
        Debt {
            level0_segments: level0.len() as u64,
            level0_bytes: level0.iter().map(|segment| segment.meta.bytes).sum(),
            level0_oldest_age_seconds: oldest.map(|oldest| (Timestamp::now().as_nanos() - oldest.as_nanos()).max(0) as f64 / 1e9),
            level0_segments_limit: level0_limit as u64,
            amended_spans: snapshot.repeats.marked_spans() as u64,
            pending_erasures: (snapshot.tombstones.len() + snapshot.deleted_projects.len()) as u64,
            segments_to_merge: self.situation(snapshot, &|_| false).to_merge() as u64,
            last_error: None,
        }
    }

    fn needs_sidecar(&self, segment: &LiveSegment) -> bool {
        segment.meta.sidecar.is_none() || self.storage.has_bad_sidecar(segment.id())
    }

    /// Files what fits into memory of these segments.
    pub(crate) async fn level0(&self, snapshot: &Arc<Snapshot>, kind: RowKind, inputs: Vec<Arc<LiveSegment>>) -> StoreResult<Piece> {
        let (mut taken, mut batches, mut bytes) = (Vec::new(), Vec::new(), 0);
        for segment in inputs {
            let rows = self.rows_of(&segment).await?;
            if rows.is_empty() {
                continue;
            }
            bytes += rows.iter().map(decoded_bytes).sum::<usize>();
            batches.extend(rows);
            let is_level0 = segment.meta.level == 0;
            taken.push(segment);
            // Running spans alone are no progress.
            if bytes >= self.limits.max_decoded_bytes && is_level0 {
                break;
            }
        }
        if !taken.iter().any(|segment| segment.meta.level == 0) {
            // Every input was damaged and is out of the way now.
            return Ok(Piece::void());
        }
        let Folding { foldable, elsewhere } = folding(snapshot, &taken).await?;
        let work = Level0Work {
            target: self.target(snapshot, kind, 1, &taken, elsewhere),
            batches,
            rules: rules_of(snapshot),
            foldable,
            rows_of_day: compacted_rows_by_day(snapshot, kind),
            running_since: Timestamp::now().saturating_add_nanos(-RUNNING_NANOS),
            limits: self.limits.clone(),
        };
        self.run(&taken, move || work.write()).await
    }

    /// Empty when the segment is damaged.
    async fn rows_of(&self, segment: &LiveSegment) -> StoreResult<Vec<RecordBatch>> {
        let Some(path) = segment.parquet_path() else {
            if let Some(batches) = self.storage.hot.whole(segment.id()) {
                return Ok(batches.to_vec());
            }
            return segment.decode().await;
        };
        let kind = segment.meta.kind;
        match blocking(move || read_all(kind, &path)).await {
            Err(StoreError::Internal(reason)) => segment.quarantine_if_changed(&reason).await.map(|()| Vec::new()),
            other => other,
        }
    }

    /// Merges compacted segments into one partition. Each pair of rules and "without payload" makes its own outputs.
    pub(crate) async fn rewrite(
        &self,
        snapshot: &Arc<Snapshot>,
        kind: RowKind,
        inputs: Vec<Arc<LiveSegment>>,
        partition: &str,
        passes: Vec<(Rules, bool)>,
    ) -> StoreResult<Piece> {
        for segment in &inputs {
            if !segment.is_whole().await? {
                // It is quarantined now: damage must not be copied into a file whose checksum is right.
                return Ok(Piece::void());
            }
        }
        let Folding { foldable, elsewhere } = folding(snapshot, &inputs).await?;
        let foldable = Arc::new(foldable);
        let level = inputs.iter().map(|segment| segment.meta.level).max().unwrap_or(1);
        let level = if inputs.len() > 1 { level.saturating_add(1) } else { level };
        let target = self.target(snapshot, kind, level, &inputs, elsewhere);
        let (partition, limits, files) = (partition.to_owned(), self.limits.clone(), inputs.clone());
        let erased = rules_of(snapshot);
        self.run(&inputs, move || {
            let folded = super::fold::read(kind, &files, &foldable, &erased)?;
            let mut outputs: Vec<Segment> = Vec::new();
            for (mut rules, without_payload) in passes {
                rules.folded = Arc::clone(&folded.spans);
                let written = (|| {
                    let runs = runs_of(kind, &files, &folded)?;
                    let own_files = super::fold::large_projects(&files, &limits)?;
                    let cut = Cut { partition: &partition, max_rows: limits.max_file_rows as u64, own_files: &own_files };
                    let target = Target { without_payload, ..target.clone() };
                    merge(runs, &rules, &target, &cut, &DerivedInputs::of(&files))
                })();
                match written {
                    Ok(segments) => outputs.extend(segments),
                    Err(error) => {
                        let files = outputs.iter().flat_map(Segment::files);
                        files.for_each(|file| {
                            crate::storage::remove(&target.storage.path_of(&file));
                        });
                        return Err(error);
                    }
                }
            }
            Ok(outputs)
        })
        .await
    }

    fn target(&self, snapshot: &Snapshot, kind: RowKind, level: u8, inputs: &[Arc<LiveSegment>], elsewhere: HashSet<u64>) -> Target {
        let oldest = |segment: &LiveSegment| if segment.meta.level == 0 { segment.meta.commit_seq } else { segment.meta.first_seq };
        Target {
            storage: Arc::clone(&self.storage),
            writer: self.writer,
            kind,
            level,
            first_seq: inputs.iter().map(|segment| oldest(segment)).min().unwrap_or_default(),
            clean_seq: snapshot.seq,
            without_payload: false,
            repeated_elsewhere: Arc::new(elsewhere),
        }
    }

    /// Writes the output files on a thread of its own, at low priority, and puts them in the place of the inputs.
    async fn run(
        &self,
        inputs: &[Arc<LiveSegment>],
        write: impl FnOnce() -> StoreResult<Vec<Segment>> + Send + 'static,
    ) -> StoreResult<Piece> {
        fault::point("compact.before_files");
        self.unfinished.fetch_add(1, Ordering::AcqRel);
        let written = at_low_priority(write).await;
        let outputs = match written {
            Ok(outputs) => outputs,
            Err(error) => {
                self.unfinished.fetch_sub(1, Ordering::AcqRel);
                return Err(error);
            }
        };
        fault::point("compact.after_files");
        let is_published = self.publish(inputs, &outputs).await?;
        fault::point("compact.after_publish");
        if !is_published {
            return Ok(Piece::void());
        }
        Ok(Piece {
            segments_in: inputs.len() as u64,
            rows_in: inputs.iter().map(|segment| segment.meta.rows).sum(),
            bytes_in: inputs.iter().map(|segment| segment.meta.bytes).sum(),
            out: outputs,
            is_void: false,
        })
    }

    /// Takes segments away with nothing in their place. `false` when somebody else was first.
    pub(crate) async fn retire(&self, segments: &[Arc<LiveSegment>]) -> StoreResult<bool> {
        self.unfinished.fetch_add(1, Ordering::AcqRel);
        self.publish(segments, &[]).await
    }

    /// `false` when somebody else replaced an input first. The files are then removed, as after every refusal.
    pub(crate) async fn publish(&self, inputs: &[Arc<LiveSegment>], outputs: &[Segment]) -> StoreResult<bool> {
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

/// A run per file, and one for what was folded.
fn runs_of(kind: RowKind, files: &[Arc<LiveSegment>], folded: &super::fold::Folded) -> StoreResult<Vec<Run>> {
    let mut runs = Vec::with_capacity(files.len() + 1);
    for (input, segment) in files.iter().enumerate() {
        let path = segment.parquet_path().ok_or_else(|| StoreError::Internal("a merge of level 0".to_owned()))?;
        runs.push(Run::of_file(kind, input as u16, &path)?);
    }
    runs.extend(folded.run(kind)?);
    Ok(runs)
}

/// What every piece of work leaves out: what is erased.
pub(crate) fn rules_of(snapshot: &Snapshot) -> Rules {
    let mut rules = Rules::default();
    let projects: HashSet<_> = snapshot.tombstones.iter().map(|tombstone| tombstone.project).collect();
    for project in projects {
        rules.erase(project, ErasedRows::new(snapshot.tombstones.iter().filter(|tombstone| tombstone.project == project)));
    }
    rules.deleted_projects = snapshot.deleted_projects.iter().map(|project| project.to_hex()).collect();
    rules
}

/// Rows of each day that are filed already, by the start of the day.
fn compacted_rows_by_day(snapshot: &Snapshot, kind: RowKind) -> HashMap<i64, u64> {
    let mut rows = HashMap::new();
    let filed = |segment: &&Arc<LiveSegment>| segment.meta.level >= 1 && segment.meta.kind == kind && !is_running(segment);
    for segment in snapshot.segments.iter().filter(filed) {
        let day = segment.meta.min_time.floor_to(model::time::NANOS_PER_DAY).as_nanos();
        *rows.entry(day).or_insert(0) += segment.meta.rows;
    }
    rows
}

/// Runs work on a thread of its own that yields to all others.
async fn at_low_priority<T: Send + 'static>(work: impl FnOnce() -> StoreResult<T> + Send + 'static) -> StoreResult<T> {
    let (done, finished) = oneshot::channel();
    let work = move || {
        lower_priority();
        // Nobody waits when the process is ending.
        let _ = done.send(work());
    };
    std::thread::Builder::new().name("compaction".to_owned()).spawn(work).map_err(StoreError::internal)?;
    finished.await.map_err(|_| StoreError::Internal("compaction ended badly".to_owned()))?
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
