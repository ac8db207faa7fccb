//! Whether the disk has room for more rows. Refusing early leaves room for what makes room: compaction, erasing, retention.

use crate::{config::DiskLimits, snapshot::Snapshots};
use model::{StoreError, StoreResult};
use parking_lot::Mutex;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the disk is looked at: what fits into the reserve within a second is far less than a sensible reserve.
const CHECK_PERIOD: Duration = Duration::from_secs(1);
/// Disks do not empty themselves within seconds.
const RETRY_AFTER_SECONDS: u32 = 30;

/// Watches the disk of the data folder.
pub(crate) struct DiskRoom {
    root: PathBuf,
    limits: DiskLimits,
    snapshots: Arc<Snapshots>,
    seen: Mutex<Option<(Instant, Option<String>)>>,
}

impl DiskRoom {
    pub(crate) fn new(root: PathBuf, limits: DiskLimits, snapshots: Arc<Snapshots>) -> Self {
        Self { root, limits, snapshots, seen: Mutex::default() }
    }

    /// `Overloaded`, naming the limit, while there is no room.
    pub(crate) fn check(&self) -> StoreResult<()> {
        match self.shortage() {
            Some(reason) => Err(StoreError::Overloaded { reason, retry_after_seconds: RETRY_AFTER_SECONDS }),
            None => Ok(()),
        }
    }

    /// What is short, if anything, as of at most a second ago.
    pub(crate) fn shortage(&self) -> Option<String> {
        let mut seen = self.seen.lock();
        if let Some((at, shortage)) = &*seen
            && at.elapsed() < CHECK_PERIOD
        {
            return shortage.clone();
        }
        let shortage = self.limits.shortage(self.free(), self.stored());
        if seen.as_ref().is_some_and(|(_, before)| before.is_some() != shortage.is_some()) {
            match &shortage {
                Some(reason) => tracing::warn!(reason, "rows are refused until there is room again; reads go on"),
                None => tracing::info!("the disk has room again: rows are taken"),
            }
        }
        *seen = Some((Instant::now(), shortage.clone()));
        shortage
    }

    /// `None` when the system does not say: then writing will.
    fn free(&self) -> Option<u64> {
        rustix::fs::statvfs(&self.root).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Bytes of live segments, with what is beside them.
    fn stored(&self) -> u64 {
        let bytes = |segment: &model::segment::Segment| segment.bytes + segment.sidecar.map_or(0, |sidecar| sidecar.bytes);
        self.snapshots.last().segments.iter().map(|segment| bytes(&segment.meta)).sum()
    }
}

impl DiskLimits {
    fn shortage(&self, free: Option<u64>, stored: u64) -> Option<String> {
        if let Some(free) = free.filter(|free| *free < self.min_free_bytes) {
            let (free, wanted) = (mebibytes(free), mebibytes(self.min_free_bytes));
            return Some(format!("the disk of the data folder has {free} MiB free, and {wanted} MiB must stay free"));
        }
        let max = self.max_stored_bytes.filter(|max| stored >= *max)?;
        let (stored, max) = (mebibytes(stored), mebibytes(max));
        Some(format!("telemetry takes {stored} MiB of the {max} MiB that it may take"))
    }
}

fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_says_what_is_short() {
        let limits = DiskLimits { min_free_bytes: 512 << 20, max_stored_bytes: Some(10 << 30) };
        assert_eq!(limits.shortage(Some(512 << 20), 0), None);
        assert_eq!(limits.shortage(None, 0), None, "what is not known is no reason to refuse");
        let free = limits.shortage(Some((512 << 20) - 1), 0).unwrap();
        assert!(free.contains("511 MiB free, and 512 MiB must stay free"), "{free}");
        assert_eq!(limits.shortage(Some(u64::MAX), (10 << 30) - 1), None);
        let stored = limits.shortage(Some(u64::MAX), 10 << 30).unwrap();
        assert!(stored.contains("10240 MiB of the 10240 MiB"), "{stored}");
        assert_eq!(DiskLimits::default().shortage(Some(0), u64::MAX), None, "nothing is limited unless it is said");
    }
}
