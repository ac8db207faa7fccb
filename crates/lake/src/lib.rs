//! The lake: where telemetry is kept. Owns the Arrow schemas, the commit of row batches into immutable segments, their compaction into
//! sorted Parquet, snapshots of what is live, the clean-up of what is not, and every query over it. The only crate that knows Arrow,
//! Parquet and DataFusion: rows come in and go out as the words of `model`. What is live is decided by the segment catalog alone
//! (`model::ports::SegmentCatalog`); this crate never guesses from the files it finds.

mod cache;
mod commit;
mod compact;
mod config;
pub mod doctor;
mod erase;
mod export;
mod fault;
mod gc;
mod health;
mod hot;
mod identity;
mod lake;
mod query;
mod recover;
mod retain;
mod rollup;
mod rows;
pub(crate) mod schema;
mod segment;
mod sidecar;
mod snapshot;
mod storage;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use config::{CommitLimits, CompactionLimits, DiskLimits, GarbageLimits, LakeConfig};
pub use lake::Lake;
