//! Tables of rollups in memory: segments never change, so what was read once stays right.

use super::{Grain, Table};
use crate::{segment::LiveSegment, sidecar::Section, storage::blocking};
use model::{ProjectId, SegmentId, StoreResult, Timestamp};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

/// Memory of an entry besides its table.
const ENTRY_BYTES: usize = 128;
/// Tables read at the same time; each reads a section of a few megabytes.
const LOADERS: usize = 8;

/// The time is that of the first moment, for tables that do not cover their segment.
type Key = (SegmentId, ProjectId, Grain, Timestamp);

pub(crate) struct RollupCache {
    max_bytes: usize,
    tables: Mutex<Tables>,
    /// The requests of one dashboard ask for the same tables at once: one of them reads, the others wait.
    loading: [tokio::sync::Mutex<()>; LOADERS],
    hasher: RandomState,
}

#[derive(Default)]
struct Tables {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    /// Grows with every use.
    clock: u64,
}

struct Entry {
    /// `None`: there is none, the rows must be read.
    table: Option<Arc<Table>>,
    bytes: usize,
    used: u64,
}

impl RollupCache {
    /// Holds at most `max_bytes`, the tables used last.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            tables: Mutex::default(),
            loading: [const { tokio::sync::Mutex::const_new(()) }; LOADERS],
            hasher: RandomState::new(),
        }
    }

    /// The cells of a project in a segment. `None` when its rows must be read instead.
    pub(crate) async fn table(&self, segment: &LiveSegment, project: ProjectId, grain: Grain) -> StoreResult<Option<Arc<Table>>> {
        self.get_or_load((segment.id(), project, grain, Timestamp::MIN), || read(segment, project, grain)).await
    }

    /// The requests of a short time, each in a cell of its own. `load` reads their rows; it gives `None` when they are too many.
    pub(crate) async fn moments<E, F>(
        &self,
        segment: SegmentId,
        project: ProjectId,
        from: Timestamp,
        load: impl FnOnce() -> F,
    ) -> Result<Option<Arc<Table>>, E>
    where
        F: Future<Output = Result<Option<Table>, E>>,
    {
        self.get_or_load((segment, project, Grain::Moment, from), load).await
    }

    async fn get_or_load<E, F>(&self, key: Key, load: impl FnOnce() -> F) -> Result<Option<Arc<Table>>, E>
    where
        F: Future<Output = Result<Option<Table>, E>>,
    {
        if let Some(table) = self.tables.lock().get(&key) {
            return Ok(table);
        }
        let loader = self.hasher.hash_one(key) as usize % LOADERS;
        let _one = self.loading[loader].lock().await;
        if let Some(table) = self.tables.lock().get(&key) {
            return Ok(table);
        }
        let table = load().await?.map(Arc::new);
        self.tables.lock().insert(key, table.clone(), self.max_bytes);
        Ok(table)
    }

    /// Bytes of the tables held.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.tables.lock().bytes
    }

    /// Tables held that have an answer.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tables.lock().entries.values().filter(|entry| entry.table.is_some()).count()
    }
}

async fn read(segment: &LiveSegment, project: ProjectId, grain: Grain) -> StoreResult<Option<Table>> {
    let Some(section) = segment.sidecar_section(Section::Rollup).await? else { return Ok(None) };
    match blocking(move || Ok(Table::read(&section, project, grain))).await? {
        Ok(table) => Ok(table),
        Err(error) => {
            tracing::error!(segment = %segment.id(), %error, "the rows are read instead");
            Ok(None)
        }
    }
}

impl Tables {
    fn get(&mut self, key: &Key) -> Option<Option<Arc<Table>>> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.table.clone())
    }

    fn insert(&mut self, key: Key, table: Option<Arc<Table>>, max_bytes: usize) {
        let bytes = ENTRY_BYTES + table.as_ref().map_or(0, |table| table.memory());
        self.clock += 1;
        self.bytes += bytes;
        if let Some(replaced) = self.entries.insert(key, Entry { table, bytes, used: self.clock }) {
            self.bytes -= replaced.bytes;
        }
        // What is too large on its own goes at once.
        while self.bytes > max_bytes {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| *key) else { return };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.bytes -= entry.bytes;
            }
        }
    }
}
