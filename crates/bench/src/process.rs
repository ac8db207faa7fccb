//! A process seen from outside, through `/proc`.

use anyhow::Context as _;
use std::{fs, time::Duration};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub rss_mb: f64,
    pub peak_mb: f64,
}

/// Resident memory now and at its highest, in MB (10^6 bytes).
pub(crate) fn memory(pid: u32) -> anyhow::Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server's process cannot be read")?;
    let field = |name: &str| -> anyhow::Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name} in /proc"))?;
        let kib: f64 = line.trim_start_matches(':').split_whitespace().next().unwrap_or_default().parse()?;
        Ok(kib * 1_024.0 / 1e6)
    };
    Ok(Memory { rss_mb: field("VmRSS")?, peak_mb: field("VmHWM")? })
}

/// The unit of `/proc`: 100 a second on every architecture, whatever the kernel's own clock.
const TICK_MS: u64 = 10;

/// CPU time of all threads since the process began.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server's process cannot be read")?;
    // The name of the process is in parentheses and may hold anything; the fields after it are numbers.
    let (_, fields) = stat.rsplit_once(") ").context("/proc/PID/stat has no name")?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * TICK_MS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn this_process_has_memory_and_uses_time() {
        let pid = std::process::id();
        let memory = memory(pid).unwrap();
        assert!(memory.rss_mb > 0.1 && memory.peak_mb >= memory.rss_mb, "{memory:?}");
        let mut sum = 0u64;
        while cpu(pid).unwrap() < Duration::from_millis(20) {
            sum = sum.wrapping_add(1);
        }
    }
}
