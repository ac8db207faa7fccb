//! How recording fares, for `/metrics`.

use crate::metrics::labelled;
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// Counters of this process since its start.
#[derive(Default)]
pub(crate) struct ProxyMetrics {
    recorded: Mutex<BTreeMap<&'static str, u64>>,
    dropped: Mutex<BTreeMap<&'static str, u64>>,
}

impl ProxyMetrics {
    pub(super) fn recorded(&self, is_truncated: bool) {
        *self.recorded.lock().entry(if is_truncated { "in_part" } else { "whole" }).or_default() += 1;
    }

    pub(super) fn dropped(&self, reason: &'static str) {
        *self.dropped.lock().entry(reason).or_default() += 1;
    }

    pub(crate) fn render(&self, out: &mut String) {
        let pairs = |counts: &BTreeMap<&'static str, u64>| counts.iter().map(|(name, count)| (*name, *count)).collect::<Vec<_>>();
        let recorded = pairs(&self.recorded.lock());
        labelled(out, "telltale_proxy_recorded_total", "counter", "Calls through the proxy that were recorded.", "content", recorded);
        let dropped = pairs(&self.dropped.lock());
        labelled(out, "telltale_proxy_not_recorded_total", "counter", "Calls through the proxy that were not recorded.", "reason", dropped);
    }
}
