//! Sums of the requests in a compacted segment, per minute and per hour: what charts are made of, without reading rows.
//!
//! A cell holds the requests of one project, one minute (or hour) and one combination of [`Dims`]: counts and sums as whole [`Numbers`],
//! sketches of the durations, and which users and sessions were there. Everything in it can be added up in any order, and equals what the
//! rows give.
//!
//! The section, little-endian, `varint` as in `model::sketch::varint`: the version (1), the number of projects, for each its id (16
//! bytes) and the length of its part (0: its rows must be read), then the parts. A part begins with 1 (hours only) or 2 (hours and
//! minutes), followed by blocks: for the hours, then the minutes, the numbers, the durations, the times to first token, the users and the
//! sessions of each cell; last what all of them share: the combinations of dimensions, the hashes of users, and those of sessions. A
//! block is its length, its length as stored (the same: as it is; less: zstd), and its bytes.

mod block;
mod builder;
mod cache;
mod cell;
mod dims;
mod numbers;
mod part;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use builder::RollupBuilder;
pub(crate) use cache::RollupCache;
pub(crate) use dims::{Dimension, Dims};
pub(crate) use numbers::{Known, Numbers};
pub(crate) use table::{Cell, Table, ids};

use model::{Timestamp, time};

const VERSION: u8 = 1;

/// How much time a cell covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Grain {
    Hour,
    Minute,
    /// A nanosecond: only in memory, of the short times at the ends of a range whose rows were read.
    Moment,
}

impl Grain {
    pub(crate) const fn nanos(self) -> i64 {
        match self {
            Self::Hour => time::NANOS_PER_HOUR,
            Self::Minute => time::NANOS_PER_MINUTE,
            Self::Moment => 1,
        }
    }

    /// The start of the cell that `time` falls into.
    pub(crate) const fn floor(self, time: Timestamp) -> Timestamp {
        time.floor_to(self.nanos())
    }

    /// The first start of a cell at `time` or after it.
    pub(crate) const fn ceil(self, time: Timestamp) -> Timestamp {
        time.saturating_add_nanos(self.nanos() - 1).floor_to(self.nanos())
    }
}

/// Bytes that are no rollup, or one of a version that does not exist yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rollup is damaged")]
pub(crate) struct Damaged;
