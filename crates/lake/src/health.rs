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
            Ok(Ok(_)) => (ComponentStatus::Up, None),
            Ok(Err(error)) => (ComponentStatus::Down, Some(error.to_string())),
            Err(_) => (ComponentStatus::Down, Some("the store does not answer".to_owned())),
        };
        ComponentHealth { status, latency_ms: started.elapsed().as_secs_f64() * 1000.0, required: true, message }
    }
}
