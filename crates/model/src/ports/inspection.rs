//! The catalog, for those who check and copy it.

use super::SegmentCatalog;
use crate::{
    SegmentId, StoreResult, Timestamp, WriterId,
    segment::{CommitSeq, Segment},
};
use async_trait::async_trait;
use std::collections::{HashMap, HashSet};

/// Everything the catalog says about segments, as of one moment.
#[derive(Debug, Clone)]
pub struct CatalogState {
    pub schema_version: i64,
    pub commit_seq: CommitSeq,
    /// In every state, by commit_seq.
    pub segments: Vec<Segment>,
    /// Why the quarantined ones are.
    pub quarantine_reasons: HashMap<SegmentId, String>,
    /// Segments whose bytes are in the catalog.
    pub inline: HashSet<SegmentId>,
    pub writers: Vec<WriterState>,
    /// Unexpired leases of readers.
    pub leases: u64,
    /// By the clock that heartbeats are written with.
    pub now: Timestamp,
}

/// A process that may publish, or might have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterState {
    pub id: WriterId,
    pub label: String,
    pub heartbeat: Timestamp,
    pub is_fenced: bool,
}

#[async_trait]
pub trait CatalogInspection: SegmentCatalog {
    /// What the database finds wrong with itself, a line each; nothing when it is sound.
    async fn integrity(&self) -> StoreResult<Vec<String>>;

    /// MUST read from one snapshot of the database.
    async fn state(&self) -> StoreResult<CatalogState>;

    /// Takes a quarantined segment back into reads; `false` when it is not quarantined. Every process MUST notice. What was erased from its
    /// projects meanwhile MUST stay hidden and MUST be erased from it, too: those erasures count as unfinished again.
    async fn reinstate(&self, id: SegmentId) -> StoreResult<bool>;

    /// Gives free space of the database back and empties its log, where it has one.
    async fn tidy(&self) -> StoreResult<()>;
}
