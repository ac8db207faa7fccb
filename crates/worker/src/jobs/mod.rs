//! The jobs, one file each.

mod compaction;
mod erasure;
mod garbage;
mod heartbeat;
mod retention;

pub(crate) use compaction::Compaction;
pub(crate) use erasure::Erasing;
pub(crate) use garbage::GarbageCollection;
pub(crate) use heartbeat::Heartbeat;
pub(crate) use retention::Retention;
