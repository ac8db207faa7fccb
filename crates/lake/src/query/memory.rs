//! The memory of one query: its own cap inside what all queries share.

use datafusion::{
    common::{Result, resources_datafusion_err},
    execution::memory_pool::{MemoryLimit, MemoryPool, MemoryReservation},
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Grants up to `cap` bytes, each also taken from `shared`.
#[derive(Debug)]
pub(crate) struct CappedPool {
    shared: Arc<dyn MemoryPool>,
    cap: usize,
    used: AtomicUsize,
}

impl CappedPool {
    pub(crate) fn new(shared: Arc<dyn MemoryPool>, cap: usize) -> Self {
        Self { shared, cap, used: AtomicUsize::new(0) }
    }
}

impl fmt::Display for CappedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "capped({} of {})", self.used.load(Ordering::Relaxed), self.cap)
    }
}

impl MemoryPool for CappedPool {
    fn name(&self) -> &str {
        "capped"
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.used.fetch_add(additional, Ordering::Relaxed);
        self.shared.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.used.fetch_sub(shrink, Ordering::Relaxed);
        self.shared.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let cap = self.cap;
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| used.checked_add(additional).filter(|used| *used <= cap))
            .map_err(|used| resources_datafusion_err!("{additional} bytes more than the {used} in use exceed the query's {cap}"))?;
        self.shared.try_grow(reservation, additional).inspect_err(|_| {
            self.used.fetch_sub(additional, Ordering::Relaxed);
        })
    }

    fn reserved(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer};

    #[test]
    fn a_query_is_bound_by_its_cap_and_by_what_all_share() {
        let shared: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(100));
        let pools: Vec<Arc<dyn MemoryPool>> = (0..2).map(|_| Arc::new(CappedPool::new(Arc::clone(&shared), 70)) as _).collect();
        let held: Vec<_> = pools.iter().map(|pool| MemoryConsumer::new("test").register(pool)).collect();
        assert!(held[0].try_grow(80).is_err());
        held[0].try_grow(70).unwrap();
        assert!(held[1].try_grow(40).is_err());
        held[1].try_grow(30).unwrap();
        drop(held);
        assert_eq!(shared.reserved(), 0);
    }
}
