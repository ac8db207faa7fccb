//! The Redis twins keep the contracts, and lose nothing but time when the server is killed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use bus::{RedisBus, RedisCache, RedisServer};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use model::{
    ProjectId,
    ports::{Bus, BusMessage, Cache, ComponentStatus, Topic},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::{
    conformance::{self, bus::next},
    redis::TempRedis,
};
use tokio::time::timeout;

/// Only failing tests wait this long.
const PATIENCE: Duration = Duration::from_secs(20);
const MINUTE: Duration = Duration::from_secs(60);

fn bus_on(redis: &TempRedis) -> Arc<dyn Bus> {
    Arc::new(RedisBus::start(&RedisServer::new(&redis.url()).unwrap()))
}

fn payload(text: &'static str) -> BusMessage {
    BusMessage::Payload(Bytes::from_static(text.as_bytes()))
}

#[tokio::test]
async fn one_process() {
    let redis = TempRedis::start().unwrap();
    let bus = bus_on(&redis);
    conformance::bus::check(bus.clone(), bus).await;
}

#[tokio::test]
async fn two_processes() {
    let redis = TempRedis::start().unwrap();
    conformance::bus::check(bus_on(&redis), bus_on(&redis)).await;
}

#[tokio::test]
async fn cache() {
    let redis = TempRedis::start().unwrap();
    conformance::cache::check(&RedisCache::new(RedisServer::new(&redis.url()).unwrap())).await;
}

#[tokio::test]
async fn a_cached_value_is_shared() {
    let redis = TempRedis::start().unwrap();
    let cache = || RedisCache::new(RedisServer::new(&redis.url()).unwrap());
    cache().put("key", Bytes::from_static(b"value"), MINUTE).await;
    assert_eq!(cache().get("key").await, Some(Bytes::from_static(b"value")));
}

#[tokio::test]
async fn a_killed_server_stops_nobody_and_is_found_again() {
    let mut redis = TempRedis::start().unwrap();
    let (here, there) = (bus_on(&redis), bus_on(&redis));
    let topic = Topic::Live(ProjectId::generate());
    let mut local = here.subscribe(&topic).await.unwrap();
    let mut remote = there.subscribe(&topic).await.unwrap();
    here.publish(&topic, Bytes::from_static(b"before")).await;
    assert_eq!(next(&mut local).await, payload("before"));
    assert_eq!(next(&mut remote).await, payload("before"));

    for _ in 0..2 {
        redis.kill().unwrap();
        // Publishing goes on, at once and locally complete.
        for _ in 0..10_000 {
            here.publish(&topic, Bytes::from_static(b"during")).await;
            assert_eq!(next(&mut local).await, payload("during"));
        }
        redis.restart().unwrap();
        missed_then_hears_again(&*here, &topic, &mut local, &mut remote).await;
    }
}

/// After the restart both ends have been told `Missed(None)`, and a message sent after that arrives once.
async fn missed_then_hears_again(
    here: &dyn Bus,
    topic: &Topic,
    local: &mut BoxStream<'static, BusMessage>,
    remote: &mut BoxStream<'static, BusMessage>,
) {
    for stream in [&mut *local, &mut *remote] {
        while next(stream).await != BusMessage::Missed(None) {}
    }
    // The publisher may still have to notice that its connection is a dead one: the first messages may be lost, and that is told too.
    let arrives = async {
        loop {
            here.publish(topic, Bytes::from_static(b"after")).await;
            if timeout(Duration::from_millis(50), remote.next()).await.is_ok_and(|message| message == Some(payload("after"))) {
                break;
            }
        }
    };
    timeout(PATIENCE, arrives).await.expect("the other process hears again");
    let end = Bytes::from_static(b"end");
    here.publish(topic, end.clone()).await;
    let heard = conformance::bus::until(remote, &end).await;
    assert_eq!(heard.iter().filter(|message| **message == payload("end")).count(), 1);
    conformance::bus::until(local, &end).await;
}

#[tokio::test]
async fn a_server_that_comes_later_is_found() {
    let mut redis = TempRedis::start().unwrap();
    redis.kill().unwrap();
    let (bus, cache, health) = bus::connect(Some(&redis.url())).await;
    let health = health.unwrap();
    let away = health.check().await;
    assert_eq!((away.status, away.required), (ComponentStatus::Degraded, false));
    assert!(away.message.is_some());
    let mut stream = bus.subscribe(&Topic::Committed).await.unwrap();
    bus.publish(&Topic::Committed, Bytes::from_static(b"local")).await;
    assert_eq!(next(&mut stream).await, payload("local"));
    cache.put("key", Bytes::from_static(b"value"), MINUTE).await;
    assert_eq!(cache.get("key").await, None);

    redis.restart().unwrap();
    assert_eq!(next(&mut stream).await, BusMessage::Missed(None), "whoever subscribed without Redis is told when it is there");
    until(async || health.check().await.status == ComponentStatus::Up).await;
    until(async || {
        cache.put("key", Bytes::from_static(b"value"), MINUTE).await;
        cache.get("key").await.is_some()
    })
    .await;
}

#[tokio::test]
async fn the_cache_answers_in_time_whatever_the_server_does() {
    // Accepts connections and never answers: the worst kind of server.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://127.0.0.1:{}/", silent.local_addr().unwrap().port());
    let (bus, cache, health) = bus::connect(Some(&url)).await;
    for _ in 0..3 {
        let start = Instant::now();
        assert_eq!(cache.get("key").await, None);
        assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    }
    let start = Instant::now();
    assert_eq!(health.unwrap().check().await.status, ComponentStatus::Degraded);
    assert!(start.elapsed() < Duration::from_secs(1));
    let mut stream = bus.subscribe(&Topic::Committed).await.unwrap();
    bus.publish(&Topic::Committed, Bytes::from_static(b"local")).await;
    assert_eq!(next(&mut stream).await, payload("local"));
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_told_without_repeating_it() {
    let (bus, cache, health) = bus::connect(Some("redis://user:hunter2@host:port/")).await;
    let answer = health.unwrap().check().await;
    assert_eq!((answer.status, answer.required), (ComponentStatus::Degraded, false));
    assert!(!format!("{answer:?}").contains("hunter2"));
    conformance::cache::check(&*cache).await;
    conformance::bus::check(bus.clone(), bus).await;
}

/// Polls until it is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let polls = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, polls).await.expect("it becomes so");
}
