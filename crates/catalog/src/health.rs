//! Whether the database answers.

use crate::Catalog;
use async_trait::async_trait;
use model::ports::{ComponentHealth, ComponentStatus, HealthCheck, SegmentCatalog};
use std::time::{Duration, Instant};

/// Below the second in which a check must answer.
const PATIENCE: Duration = Duration::from_millis(900);

#[async_trait]
impl HealthCheck for Catalog {
    fn name(&self) -> &'static str {
        "catalog"
    }

    async fn check(&self) -> ComponentHealth {
        let started = Instant::now();
        let message = match tokio::time::timeout(PATIENCE, self.current_seq()).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("no answer within {} ms", PATIENCE.as_millis())),
        };
        let status = if message.is_none() { ComponentStatus::Up } else { ComponentStatus::Down };
        ComponentHealth { status, latency_ms: started.elapsed().as_secs_f64() * 1_000.0, required: true, message }
    }
}
