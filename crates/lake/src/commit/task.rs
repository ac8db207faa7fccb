//! The committer: one task per process that commits group after group.

use super::{
    digests::Digests,
    group::{Level0, Outcome, distinct},
    reload::reload_digests,
    request::{Encoded, Request, encode},
    unresolved::{Unresolved, remove_files, was_published},
};
use crate::{
    config::CommitLimits,
    fault,
    identity::Level0Keys,
    rows::ipc,
    snapshot::Snapshots,
    storage::{Storage, blocking, unavailable, write_durably},
};
use bytes::Bytes;
use model::{
    StoreError, StoreResult, Timestamp, WriterId,
    segment::{CommitSeq, Location, NewSegment, Publication, PublishOutcome, Segment},
    telemetry::{CommitReceipt, RowBatch, RowKind},
};
use parking_lot::Mutex;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// Requests that may wait. Their bytes are bounded apart; this bounds what the channel itself takes.
const MAX_WAITING: usize = 16_384;
/// Long enough for several groups to commit.
const RETRY_AFTER_SECONDS: u32 = 2;
/// How often the number of level-0 segments is taken from the catalog while commits go on: other processes compact them.
const DEBT_CHECK_PERIOD: Duration = Duration::from_secs(1);
/// The same while ingest is refused, so that it resumes soon after compaction has caught up.
const DEBT_RECHECK_PERIOD: Duration = Duration::from_millis(100);

/// Takes requests in.
pub(crate) struct Committer {
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    in_flight: Arc<AtomicUsize>,
    max_in_flight: usize,
    fenced: Arc<AtomicBool>,
    /// A publication's outcome was never learnt: its files may be unregistered.
    unresolved: Arc<AtomicBool>,
    digests: Arc<Mutex<Digests>>,
}

/// A request's share of the bytes in flight, given back when dropped.
pub(super) struct Room {
    in_flight: Arc<AtomicUsize>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// What the committer works with.
pub(crate) struct CommitterParts {
    pub(crate) writer: WriterId,
    pub(crate) storage: Arc<Storage>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) limits: CommitLimits,
}

impl Committer {
    pub(crate) fn start(parts: CommitterParts) -> Self {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        let fenced = Arc::<AtomicBool>::default();
        let limits = parts.limits;
        let max_in_flight = limits.max_bytes_in_flight;
        let unresolved = Arc::<AtomicBool>::default();
        let digests = Arc::new(Mutex::new(Digests::new(limits.dedupe_window, limits.max_digests)));
        let worker = Worker {
            digests: Arc::clone(&digests),
            digests_loaded: false,
            limits,
            writer: parts.writer,
            storage: parts.storage,
            snapshots: parts.snapshots,
            fenced: Arc::clone(&fenced),
            unresolved: None,
            has_unresolved: Arc::clone(&unresolved),
            level0: 0,
            level0_checked: None,
            last_seq: 0,
        };
        let task = tokio::spawn(worker.run(receiver));
        Self {
            requests: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
            in_flight: Arc::default(),
            max_in_flight,
            fenced,
            unresolved,
            digests,
        }
    }

    pub(crate) async fn commit(&self, batch: RowBatch) -> StoreResult<CommitReceipt> {
        self.check_open()?;
        let encoded = encode(batch).await?;
        let room = self.reserve(encoded.bytes)?;
        let (answer, answered) = oneshot::channel();
        let sender = self.requests.lock().clone().ok_or_else(stopped)?;
        sender.try_send(Request { encoded, answer, _room: room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => overloaded("too many requests wait to be committed"),
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        drop(sender);
        answered.await.map_err(|_| stopped())?
    }

    fn check_open(&self) -> StoreResult<()> {
        if self.fenced.load(Ordering::Acquire) {
            return Err(StoreError::Fenced);
        }
        if self.in_flight.load(Ordering::Acquire) >= self.max_in_flight {
            return Err(overloaded("too many bytes wait to be committed"));
        }
        Ok(())
    }

    /// One request may go over the bound, or a request larger than it could never be stored.
    fn reserve(&self, bytes: usize) -> StoreResult<Room> {
        let reserved =
            self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now < self.max_in_flight).then_some(now + bytes));
        reserved.map_err(|_| overloaded("too many bytes wait to be committed"))?;
        Ok(Room { in_flight: Arc::clone(&self.in_flight), bytes })
    }

    pub(crate) fn forget_digests(&self) {
        self.digests.lock().clear();
    }

    /// No more commits: this process was fenced.
    pub(crate) fn fence(&self) {
        self.fenced.store(true, Ordering::Release);
    }

    /// Why nothing is committed any more, if so: a restart is needed.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        if self.fenced.load(Ordering::Acquire) {
            return Some("another process took this one for dead and shut it out: start it again");
        }
        let is_running = self.requests.lock().as_ref().is_some_and(|requests| !requests.is_closed());
        (!is_running).then_some("the store takes no more rows")
    }

    /// Whether every file of this process is registered or gone.
    pub(crate) fn left_nothing_behind(&self) -> bool {
        !self.unresolved.load(Ordering::Acquire) && !self.fenced.load(Ordering::Acquire)
    }

    /// Takes no more requests, and returns when the waiting ones are answered.
    pub(crate) async fn drain(&self) {
        self.requests.lock().take();
        let task = self.task.lock().take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the committer ended badly");
        }
    }
}

fn overloaded(reason: &str) -> StoreError {
    StoreError::Overloaded { reason: reason.to_owned(), retry_after_seconds: RETRY_AFTER_SECONDS }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the store is shutting down".to_owned())
}

/// The same error for every request of a group.
fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Overloaded { reason, retry_after_seconds } => {
            StoreError::Overloaded { reason: reason.clone(), retry_after_seconds: *retry_after_seconds }
        }
        StoreError::Unavailable(reason) => StoreError::Unavailable(reason.clone()),
        StoreError::Fenced => StoreError::Fenced,
        other => StoreError::Internal(other.to_string()),
    }
}

struct Worker {
    limits: CommitLimits,
    writer: WriterId,
    storage: Arc<Storage>,
    snapshots: Arc<Snapshots>,
    digests: Arc<Mutex<Digests>>,
    digests_loaded: bool,
    fenced: Arc<AtomicBool>,
    unresolved: Option<Unresolved>,
    /// The same, for shutdown to see.
    has_unresolved: Arc<AtomicBool>,
    /// Live level-0 segments: counted at the last check, plus what was published since.
    level0: usize,
    level0_checked: Option<Instant>,
    last_seq: CommitSeq,
}

impl Worker {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        if let Err(error) = self.load_digests().await {
            tracing::warn!(%error, "the digests of recent rows could not be loaded yet: trying again with the first commit");
        }
        while let Some(first) = requests.recv().await {
            let group = self.gather(first, &mut requests);
            self.commit(group).await;
        }
    }

    /// Whatever came in while the last group was committed, within bounds.
    fn gather(&self, first: Request, requests: &mut mpsc::Receiver<Request>) -> Vec<Request> {
        let (mut rows, mut bytes) = (first.encoded.rows, first.encoded.bytes);
        let mut group = vec![first];
        while rows < self.limits.max_group_rows && bytes < self.limits.max_group_bytes {
            let Ok(request) = requests.try_recv() else { break };
            rows += request.encoded.rows;
            bytes += request.encoded.bytes;
            group.push(request);
        }
        group
    }

    async fn commit(&mut self, group: Vec<Request>) {
        let (encoded, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|request| (request.encoded, (request.answer, request._room))).unzip();
        let result = match self.ready().await {
            Ok(()) => self.store(encoded).await,
            Err(error) => Err(error),
        };
        if matches!(result, Err(StoreError::Fenced)) {
            self.fenced.store(true, Ordering::Release);
        }
        match result {
            Ok((commit_seq, outcomes)) => {
                for ((answer, _room), outcome) in answers.into_iter().zip(outcomes) {
                    // A caller that left needs no answer.
                    let _ = answer.send(Ok(CommitReceipt { commit_seq, stored: outcome.stored, duplicates: outcome.duplicates }));
                }
            }
            Err(error) => {
                tracing::warn!(%error, requests = answers.len(), "a group was not committed");
                for (answer, _room) in answers {
                    let _ = answer.send(Err(repeat(&error)));
                }
            }
        }
    }

    /// What must be settled before rows can be compared with what is stored.
    async fn ready(&mut self) -> StoreResult<()> {
        if self.fenced.load(Ordering::Acquire) {
            return Err(StoreError::Fenced);
        }
        self.resolve().await?;
        self.load_digests().await?;
        self.check_debt().await
    }

    async fn resolve(&mut self) -> StoreResult<()> {
        let Some(unresolved) = &self.unresolved else { return Ok(()) };
        let was_published = was_published(&self.storage, &unresolved.segments).await?;
        self.has_unresolved.store(false, Ordering::Release);
        if let Some(unresolved) = self.unresolved.take().filter(|_| was_published) {
            self.digests.lock().insert(unresolved.stored_at, unresolved.digests);
        }
        Ok(())
    }

    async fn load_digests(&mut self) -> StoreResult<()> {
        if !self.digests_loaded {
            let snapshot = self.snapshots.newest().await?;
            self.last_seq = self.last_seq.max(snapshot.seq);
            reload_digests(&snapshot, &self.limits, &self.digests).await?;
            self.digests_loaded = true;
        }
        Ok(())
    }

    async fn check_debt(&mut self) -> StoreResult<()> {
        let is_over = self.level0 >= self.limits.max_level0_segments;
        let period = if is_over { DEBT_RECHECK_PERIOD } else { DEBT_CHECK_PERIOD };
        if self.level0_checked.is_none_or(|checked| checked.elapsed() >= period) {
            self.level0 = self.snapshots.newest().await?.segments.iter().filter(|segment| segment.meta.level == 0).count();
            self.level0_checked = Some(Instant::now());
        }
        if self.level0 >= self.limits.max_level0_segments {
            return Err(overloaded("compaction has to catch up first"));
        }
        Ok(())
    }

    /// Stores what is new in the group: files, directories, catalog.
    async fn store(&mut self, encoded: Vec<Encoded>) -> StoreResult<(CommitSeq, Vec<Outcome>)> {
        let (digests, writer, max_inline) = (Arc::clone(&self.digests), self.writer, self.limits.max_inline_bytes);
        let (outcomes, new_digests, segments) = blocking(move || {
            let mut group = distinct(encoded, &digests.lock()).map_err(StoreError::internal)?;
            let outcomes = std::mem::take(&mut group.outcomes);
            let new_digests = std::mem::take(&mut group.digests);
            Ok((outcomes, new_digests, group.into_segments(writer, max_inline).map_err(StoreError::internal)?))
        })
        .await?;
        if segments.is_empty() {
            return Ok((self.last_seq, outcomes));
        }
        fault::point("commit.before_file");
        self.write_files(&segments).await?;
        fault::point("commit.after_file");
        let metas: Vec<Segment> = segments.iter().map(|level0| level0.segment.clone()).collect();
        let stored_at = Timestamp::now();
        let publication = Publication { writer, add: segments.iter().map(new_segment).collect(), retire: Vec::new() };
        match self.storage.catalog.publish(publication).await {
            Ok(PublishOutcome::Published(seq)) => {
                fault::point("commit.after_publish");
                self.level0 += segments.len();
                self.last_seq = seq;
                self.digests.lock().insert(stored_at, new_digests);
                self.keep_hot(seq, segments);
                Ok((seq, outcomes))
            }
            Ok(PublishOutcome::Conflict) => {
                remove_files(&self.storage, &metas).await;
                Err(StoreError::Internal("a publication without inputs was in conflict".to_owned()))
            }
            Err(StoreError::Fenced) => {
                remove_files(&self.storage, &metas).await;
                Err(StoreError::Fenced)
            }
            Err(error) => {
                self.has_unresolved.store(true, Ordering::Release);
                self.unresolved = Some(Unresolved { segments: metas, digests: new_digests, stored_at });
                Err(StoreError::Unavailable(format!("publishing: {error}")))
            }
        }
    }

    async fn write_files(&self, segments: &[Level0]) -> StoreResult<()> {
        let files = segments.iter().filter_map(|level0| match &level0.segment.location {
            Location::File(path) => Some((self.storage.path_of(path), level0.blob.clone())),
            Location::Inline => None,
        });
        let files: Vec<(PathBuf, Bytes)> = files.collect();
        if files.is_empty() {
            return Ok(());
        }
        let written = blocking(move || {
            files.iter().try_for_each(|(path, blob)| write_durably(path, blob)).map_err(|error| unavailable("writing a segment", &error))
        });
        if let Err(error) = written.await {
            remove_files(&self.storage, &segments.iter().map(|level0| level0.segment.clone()).collect::<Vec<_>>()).await;
            return Err(error);
        }
        Ok(())
    }

    fn keep_hot(&self, seq: CommitSeq, segments: Vec<Level0>) {
        for Level0 { segment, batch, .. } in segments {
            if segment.kind == RowKind::Span {
                self.storage.keep_level0_keys(segment.id, Level0Keys::of(std::slice::from_ref(&batch)));
            }
            match ipc::with_commit_columns(segment.kind, seq, 0, &batch) {
                Ok(batch) => self.storage.hot.insert(segment.kind, segment.id, seq, Arc::new(vec![batch])),
                // It is stored all the same, and read from there.
                Err(error) => tracing::warn!(%error, "a committed batch could not be kept in memory"),
            }
        }
    }
}

fn new_segment(level0: &Level0) -> NewSegment {
    let inline = (level0.segment.location == Location::Inline).then(|| level0.blob.clone());
    NewSegment { segment: level0.segment.clone(), inline }
}
