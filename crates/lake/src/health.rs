//! Whether the data folder can be written and everything in it read.

use crate::Lake;
use async_trait::async_trait;
use model::ports::{ComponentHealth, ComponentStatus, HealthCheck, TelemetryStore};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_millis(900);

#[async_trait]
impl HealthCheck for Lake {
    fn name(&self) -> &'static str {
        "lake"
    }

    async fn check(&self) -> ComponentHealth {
        let started = Instant::now();
        if let Some(refusal) = self.refusal() {
            let latency_ms = started.elapsed().as_secs_f64() * 1000.0;
            return ComponentHealth { status: ComponentStatus::Down, latency_ms, required: true, message: Some(refusal.to_owned()) };
        }
        let (status, message) = match tokio::time::timeout(TIMEOUT, self.stats()).await {
            Ok(Ok(stats)) if stats.quarantined_segments > 0 => {
                (ComponentStatus::Degraded, Some(format!("{} damaged segments are not read", stats.quarantined_segments)))
            }
            Ok(Ok(stats)) => match self.shortage().or_else(|| near_limit(stats.level0_segments, self.level0_limit())) {
                Some(message) => (ComponentStatus::Degraded, Some(message)),
                None => (ComponentStatus::Up, None),
            },
            Ok(Err(error)) => (ComponentStatus::Down, Some(error.to_string())),
            Err(_) => (ComponentStatus::Down, Some("the store does not answer".to_owned())),
        };
        ComponentHealth { status, latency_ms: started.elapsed().as_secs_f64() * 1000.0, required: true, message }
    }
}

/// Told when three quarters are used up: at the limit ingest is refused.
fn near_limit(level0_segments: u64, limit: u64) -> Option<String> {
    let is_near = level0_segments.saturating_mul(4) >= limit.saturating_mul(3);
    is_near.then(|| format!("compaction is behind: {level0_segments} segments wait for it, and at {limit} ingest is refused"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debt_is_told_before_it_is_too_much() {
        assert_eq!(near_limit(3_071, 4_096), None);
        assert!(near_limit(3_072, 4_096).unwrap().contains("3072 segments"));
        assert!(near_limit(5_000, 4_096).is_some());
    }
}
