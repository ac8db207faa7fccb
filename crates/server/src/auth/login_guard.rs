//! Slows down guessing: few password checks at a time, few failures per address.

use crate::http::{ApiResult, Gate, Permit, Problem};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// Each check takes 19 MiB and a core.
const MAX_CHECKS_AT_ONCE: usize = 2;
/// Wrong passwords from one address within [`WINDOW`].
const MAX_FAILURES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(300);
/// Addresses remembered. Beyond it, the oldest is forgotten.
const MAX_ADDRESSES: usize = 4_096;

pub(crate) struct LoginGuard {
    checks: Gate,
    failures: Mutex<HashMap<Option<IpAddr>, Failures>>,
}

struct Failures {
    count: u32,
    since: Instant,
}

impl Default for LoginGuard {
    fn default() -> Self {
        Self { checks: Gate::new("password checks", MAX_CHECKS_AT_ONCE), failures: Mutex::default() }
    }
}

impl LoginGuard {
    /// Leave to check one password from this address; counted as a failure until [`LoginGuard::succeeded`]. 429 after too many.
    pub(crate) fn enter(&self, address: Option<IpAddr>) -> ApiResult<Permit> {
        let permit = self.checks.enter(1)?;
        let mut failures = self.failures.lock();
        failures.retain(|_, failure| failure.since.elapsed() < WINDOW);
        if failures.len() >= MAX_ADDRESSES && !failures.contains_key(&address) {
            let oldest = failures.iter().min_by_key(|(_, failure)| failure.since).map(|(address, _)| *address);
            oldest.and_then(|oldest| failures.remove(&oldest));
        }
        let failure = failures.entry(address).or_insert_with(|| Failures { count: 0, since: Instant::now() });
        if failure.count >= MAX_FAILURES {
            let wait = WINDOW.saturating_sub(failure.since.elapsed()).as_secs() as u32 + 1;
            return Err(Problem::too_many_requests("too many failed attempts from this address", wait));
        }
        failure.count += 1;
        Ok(permit)
    }

    pub(crate) fn succeeded(&self, address: Option<IpAddr>) {
        self.failures.lock().remove(&address);
    }
}
