//! From a setting to a bus and a cache.

use crate::{
    LocalBus, LocalCache,
    remote::{InvalidRedisUrl, RedisBus, RedisCache, RedisHealth, RedisServer},
};
use async_trait::async_trait;
use model::ports::{Bus, Cache, ComponentHealth, ComponentStatus, HealthCheck};
use std::sync::Arc;

/// Size of the in-process cache: a few hundred dashboards' answers, small beside the memory budget.
pub const DEFAULT_CACHE_BYTES: usize = 32 * 1024 * 1024;

/// Without a URL everything stays in this process. With one, Redis joins the processes while it is there; that it is away, now or later, is
/// only a matter of health. A URL that cannot be read leaves everything in this process and says so in the health
/// (refuse it earlier with [`check_redis_url`]). Must be called inside a Tokio runtime.
pub async fn connect(redis_url: Option<&str>) -> (Arc<dyn Bus>, Arc<dyn Cache>, Option<Arc<dyn HealthCheck>>) {
    let local = || (Arc::new(LocalBus::default()), Arc::new(LocalCache::new(DEFAULT_CACHE_BYTES)));
    let Some(url) = redis_url else {
        let (bus, cache) = local();
        return (bus, cache, None);
    };
    match RedisServer::new(url) {
        Ok(server) => {
            let bus = Arc::new(RedisBus::start(&server));
            let health = RedisHealth::new(server.clone(), bus.clone());
            (bus, Arc::new(RedisCache::new(server)), Some(Arc::new(health)))
        }
        Err(problem) => {
            tracing::error!(%problem, "redis is not used");
            let (bus, cache) = local();
            (bus, cache, Some(Arc::new(NotUsed(problem))))
        }
    }
}

/// Whether [`connect`] can use this URL. Does not connect.
pub fn check_redis_url(url: &str) -> Result<(), InvalidRedisUrl> {
    RedisServer::parse(url).map(drop)
}

struct NotUsed(InvalidRedisUrl);

#[async_trait]
impl HealthCheck for NotUsed {
    fn name(&self) -> &'static str {
        "redis"
    }

    async fn check(&self) -> ComponentHealth {
        ComponentHealth { status: ComponentStatus::Degraded, latency_ms: 0.0, required: false, message: Some(self.0.to_string()) }
    }
}
