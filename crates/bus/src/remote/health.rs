//! Whether Redis is there. Never required: everything works without it, in one process.

use super::{RedisBus, RedisServer};
use async_trait::async_trait;
use model::ports::{ComponentHealth, ComponentStatus, HealthCheck};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// The contract allows a second.
const CHECK_TIMEOUT: Duration = Duration::from_millis(800);

pub struct RedisHealth {
    server: RedisServer,
    bus: Arc<RedisBus>,
}

impl RedisHealth {
    pub fn new(server: RedisServer, bus: Arc<RedisBus>) -> Self {
        Self { server, bus }
    }
}

#[async_trait]
impl HealthCheck for RedisHealth {
    fn name(&self) -> &'static str {
        "redis"
    }

    async fn check(&self) -> ComponentHealth {
        let start = Instant::now();
        let mut connection = self.server.connection();
        let ping = redis::cmd("PING");
        let answer = timeout(CHECK_TIMEOUT, ping.exec_async(&mut connection)).await;
        let latency_ms = start.elapsed().as_secs_f64() * 1e3;
        if matches!(answer, Ok(Ok(()))) {
            return ComponentHealth { status: ComponentStatus::Up, latency_ms, required: false, message: None };
        }
        let message = format!(
            "{} does not answer: live events and cached answers stay inside this process ({} messages for others dropped)",
            self.server,
            self.bus.dropped()
        );
        ComponentHealth { status: ComponentStatus::Degraded, latency_ms, required: false, message: Some(message) }
    }
}
