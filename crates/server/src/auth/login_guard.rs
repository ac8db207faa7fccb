//! Slows down guessing: few password checks at a time, few failures per address.

use crate::http::{ApiResult, Gate, Permit, Problem};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
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
        let address = address.map(network_of);
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
        self.failures.lock().remove(&address.map(network_of));
    }
}

/// One subscriber: an IPv4 address, or the 64 bits of an IPv6 address that its provider chose. The others are the subscriber's own.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_share_their_failures() {
        let guard = LoginGuard::default();
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        for host in 0..MAX_FAILURES {
            assert!(guard.enter(address(&format!("2001:db8:0:1::{host:x}"))).is_ok());
        }
        assert!(guard.enter(address("2001:db8:0:1:ffff::1")).is_err());
        assert!(guard.enter(address("2001:db8:0:2::1")).is_ok());
        guard.succeeded(address("2001:db8:0:1::9"));
        assert!(guard.enter(address("2001:db8:0:1::1")).is_ok());
    }
}
