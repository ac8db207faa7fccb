//! The jobs, one file each.

mod compaction;
mod garbage;
mod heartbeat;

pub(crate) use compaction::Compaction;
pub(crate) use garbage::GarbageCollection;
pub(crate) use heartbeat::Heartbeat;
