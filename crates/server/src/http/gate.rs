//! A bound on what is under way at once: beyond it callers are told to come back, never queued.

use super::{ApiResult, Problem};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hands out a fixed number of units.
pub struct Gate {
    what: &'static str,
    capacity: usize,
    units: Arc<Semaphore>,
}

/// Gives its units back when dropped.
pub struct Permit {
    _units: OwnedSemaphorePermit,
}

impl Gate {
    pub fn new(what: &'static str, capacity: usize) -> Self {
        let capacity = capacity.min(Semaphore::MAX_PERMITS).min(u32::MAX as usize);
        Self { what, capacity, units: Arc::new(Semaphore::new(capacity)) }
    }

    /// Takes `units` (at most the whole capacity, so that one large request alone can pass), or answers 503.
    pub fn enter(&self, units: usize) -> ApiResult<Permit> {
        let units = units.min(self.capacity) as u32;
        match Arc::clone(&self.units).try_acquire_many_owned(units) {
            Ok(units) => Ok(Permit { _units: units }),
            Err(_) => Err(Problem::unavailable(format!("too many {} at once; the limit is {}", self.what, self.capacity), 1)),
        }
    }

    pub fn in_use(&self) -> usize {
        self.capacity - self.units.available_permits()
    }
}
