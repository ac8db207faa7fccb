//! What every `Cache` owes.

use bytes::Bytes;
use model::ports::Cache;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);
/// Only failing tests wait this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks the whole contract. Panics with what was broken.
pub async fn check(cache: &dyn Cache) {
    what_was_put_is_found(cache).await;
    what_is_expired_is_not(cache).await;
}

async fn what_was_put_is_found(cache: &dyn Cache) {
    assert_eq!(cache.get("nothing").await, None);
    let binary = Bytes::from_iter((0..=255u8).cycle().take(100_000));
    for (key, value) in [("a", Bytes::from_static(b"1")), ("b", Bytes::new()), ("ключ with spaces\n", binary)] {
        cache.put(key, value.clone(), MINUTE).await;
        assert_eq!(cache.get(key).await, Some(value), "{key}");
    }
    cache.put("a", Bytes::from_static(b"2"), MINUTE).await;
    assert_eq!(cache.get("a").await, Some(Bytes::from_static(b"2")), "the later value replaces the earlier");
    assert_eq!(cache.get("A").await, None, "keys are exact");
}

async fn what_is_expired_is_not(cache: &dyn Cache) {
    cache.put("brief", Bytes::from_static(b"1"), Duration::from_millis(30)).await;
    let start = Instant::now();
    while cache.get("brief").await.is_some() {
        assert!(start.elapsed() < PATIENCE, "an entry of 30 ms is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cache.put("gone", Bytes::from_static(b"1"), MINUTE).await;
    cache.put("gone", Bytes::from_static(b"2"), Duration::ZERO).await;
    assert_eq!(cache.get("gone").await, None, "a lifetime of zero leaves nothing, not even the earlier value");
    cache.put("long", Bytes::from_static(b"1"), Duration::from_secs(365 * 24 * 3600)).await;
    assert!(cache.get("long").await.is_some());
}
