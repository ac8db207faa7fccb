//! The lake as one value: opened once per process, shared by cheap clones.

use crate::{
    LakeConfig,
    commit::{Committer, CommitterParts},
    compact::Compactor,
    gc::{delete_orphans, delete_retired},
    hot::HotTier,
    query::engine::QueryEngine,
    recover::recover,
    snapshot::{KEEPER_PERIOD, LEASE_AFTER, Snapshot, Snapshots},
    storage::Storage,
};
use async_trait::async_trait;
use model::{
    StoreError, StoreResult, WriterId,
    ports::{CompactionReport, Debt, EraseReport, Maintenance, RetentionReport, SegmentCatalog},
    telemetry::{CommitReceipt, RowBatch},
};
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Every so many rounds of the keeper the catalog hears that this writer lives: every 15 seconds.
const ROUNDS_PER_HEARTBEAT: u64 = 3;

/// Where telemetry is kept. Clones share one lake; the last one dropped ends its tasks.
#[derive(Clone)]
pub struct Lake {
    inner: Arc<Inner>,
}

struct Inner {
    config: LakeConfig,
    writer: WriterId,
    storage: Arc<Storage>,
    snapshots: Arc<Snapshots>,
    committer: Arc<Committer>,
    compactor: Compactor,
    engine: QueryEngine,
    stop: CancellationToken,
    _keeper: AbortOnDropHandle<()>,
}

impl Lake {
    /// Registers this process as a writer, clears away what earlier ones left half-done, and starts to take commits.
    /// `Unavailable` when the data directory or the catalog cannot be used.
    pub async fn open(config: LakeConfig, catalog: Arc<dyn SegmentCatalog>) -> StoreResult<Lake> {
        let writer = catalog.register_writer(&config.writer_label).await?;
        let storage = Arc::new(Storage::new(config.data_dir.clone(), catalog, HotTier::new(config.hot_bytes())));
        let snapshots = Arc::new(Snapshots::new(Arc::clone(&storage)));
        recover(&config, &storage, &snapshots).await?;
        let parts = CommitterParts {
            writer,
            storage: Arc::clone(&storage),
            snapshots: Arc::clone(&snapshots),
            limits: config.commit.clone(),
            disk: config.disk,
        };
        let committer = Arc::new(Committer::start(parts));
        let compactor = Compactor::new(Arc::clone(&storage), Arc::clone(&snapshots), writer, config.compaction.clone());
        let engine = QueryEngine::new(config.query_pool_bytes())?;
        let stop = CancellationToken::new();
        let keeper = tokio::spawn(keep(Arc::clone(&storage), Arc::clone(&snapshots), Arc::clone(&committer), writer, stop.clone()));
        let keeper = AbortOnDropHandle::new(keeper);
        Ok(Self { inner: Arc::new(Inner { config, writer, storage, snapshots, committer, compactor, engine, stop, _keeper: keeper }) })
    }

    /// Stores the rows of one request: durable and visible to the next read when it returns.
    pub async fn commit(&self, batch: RowBatch) -> StoreResult<CommitReceipt> {
        self.inner.committer.commit(batch).await
    }

    /// Everything that is live now, of every kind. Its segments stay readable while it is held.
    pub(crate) async fn snapshot(&self) -> StoreResult<Arc<Snapshot>> {
        self.inner.snapshots.newest().await
    }

    /// Where queries run.
    pub(crate) fn engine(&self) -> &QueryEngine {
        &self.inner.engine
    }

    /// Why no row can be stored any more, if so.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        self.inner.committer.refusal()
    }

    /// Why no row is stored for now, if so.
    pub(crate) fn shortage(&self) -> Option<String> {
        self.inner.committer.shortage()
    }

    /// How long a list may look through texts.
    pub(crate) fn search_time(&self) -> std::time::Duration {
        self.inner.config.search_time
    }

    /// Level-0 segments at which ingest is refused.
    pub(crate) fn level0_limit(&self) -> u64 {
        self.inner.config.commit.max_level0_segments as u64
    }

    /// Segments out of reads because they are damaged, whoever found them.
    pub(crate) async fn quarantined(&self) -> StoreResult<u64> {
        self.inner.storage.catalog.quarantined().await
    }

    pub(crate) fn catalog(&self) -> &Arc<dyn SegmentCatalog> {
        &self.inner.storage.catalog
    }

    /// Every row counts as new from now on, whatever was sent before.
    pub(crate) fn forget_digests(&self) {
        self.inner.committer.forget_digests();
    }

    /// Bytes of decoded recent batches held in memory.
    pub(crate) fn hot_bytes(&self) -> usize {
        self.inner.storage.hot.bytes()
    }

    #[cfg(test)]
    pub(crate) async fn keep_leases(&self, age: std::time::Duration) -> StoreResult<()> {
        self.inner.snapshots.keep_leases(age).await
    }

    /// Answers what waits, then gives up leases and identity. Later commits are refused.
    pub async fn shutdown(&self) {
        self.inner.committer.drain().await;
        self.inner.stop.cancel();
        self.inner.snapshots.release_all().await;
        if self.inner.committer.left_nothing_behind()
            && self.inner.compactor.left_nothing_behind()
            && let Err(error) = self.inner.storage.catalog.forget_writer(self.inner.writer).await
        {
            tracing::warn!(%error, "this writer stays registered until it is found silent");
        }
    }
}

/// Leases for long readers and a sign of life, until the lake is shut down or dropped.
async fn keep(storage: Arc<Storage>, snapshots: Arc<Snapshots>, committer: Arc<Committer>, writer: WriterId, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(KEEPER_PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = snapshots.keep_leases(LEASE_AFTER).await {
            tracing::warn!(%error, "snapshot leases could not be renewed: trying again");
        }
        if round % ROUNDS_PER_HEARTBEAT == 0 {
            match storage.catalog.heartbeat(writer).await {
                Err(StoreError::Fenced) => {
                    tracing::error!(%writer, "another process fenced this writer: it stores nothing any more");
                    committer.fence();
                    return;
                }
                Err(error) => tracing::warn!(%error, "the heartbeat was not heard"),
                Ok(()) => {}
            }
        }
    }
}

#[async_trait]
impl Maintenance for Lake {
    fn writer(&self) -> WriterId {
        self.inner.writer
    }

    async fn compact(&self, force: bool) -> StoreResult<CompactionReport> {
        self.inner.compactor.compact(force).await
    }

    async fn erase(&self) -> StoreResult<EraseReport> {
        crate::erase::rewrite_one(&self.inner.compactor).await
    }

    async fn retain(&self) -> StoreResult<RetentionReport> {
        crate::retain::retain_one(&self.inner.compactor).await
    }

    async fn debt(&self) -> StoreResult<Debt> {
        let snapshot = self.snapshot().await?;
        Ok(self.inner.compactor.debt(&snapshot, self.inner.config.commit.max_level0_segments))
    }

    async fn collect_garbage(&self) -> StoreResult<u64> {
        let retired = delete_retired(&self.inner.storage, &self.inner.config.retention).await?;
        // After a suspend or a jump of the clock this process would find itself silent, and fence itself.
        self.heartbeat().await?;
        Ok(retired + delete_orphans(&self.inner.storage, &self.inner.config.retention).await?)
    }

    async fn heartbeat(&self) -> StoreResult<()> {
        let heard = self.inner.storage.catalog.heartbeat(self.inner.writer).await;
        if matches!(heard, Err(StoreError::Fenced)) {
            self.inner.committer.fence();
        }
        heard
    }
}
