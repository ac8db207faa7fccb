//! The in-process twins keep the contracts.

use bus::{LocalBus, LocalCache};
use model::ports::Bus;
use std::sync::Arc;
use testkit::conformance;

#[tokio::test]
async fn local_bus() {
    let bus: Arc<dyn Bus> = Arc::new(LocalBus::default());
    conformance::bus::check(bus.clone(), bus).await;
}

#[tokio::test]
async fn local_cache() {
    conformance::cache::check(&LocalCache::new(1_000_000)).await;
}

#[tokio::test]
async fn without_a_url_there_is_nothing_to_be_healthy() {
    let (bus, cache, health) = bus::connect(None).await;
    assert!(health.is_none());
    conformance::cache::check(&*cache).await;
    conformance::bus::check(bus.clone(), bus).await;
}
