//! What every `Bus` owes. Publisher and subscriber may be one bus, or two processes' ends of one.
#![expect(clippy::expect_used, reason = "a broken contract fails the test")]

use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use model::{
    ProjectId,
    ports::{Bus, BusMessage, Topic},
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Only failing tests wait this long.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than any implementation keeps for a subscriber that does not read.
const FLOOD: usize = 5_000;

/// Checks the whole contract. Panics with what was broken.
pub async fn check(publisher: Arc<dyn Bus>, subscriber: Arc<dyn Bus>) {
    order_is_kept_and_nothing_comes_twice(&*publisher, &*subscriber).await;
    topics_are_apart(&*publisher, &*subscriber).await;
    everybody_hears_from_then_on(&*publisher, &*subscriber).await;
    a_slow_subscriber_blocks_nobody_and_is_told(&*publisher, &*subscriber).await;
    the_stream_ends_with_the_bus(publisher, subscriber).await;
}

/// The next message; panics when none comes.
pub async fn next(stream: &mut BoxStream<'static, BusMessage>) -> BusMessage {
    timeout(PATIENCE, stream.next()).await.expect("a message arrives").expect("the stream goes on")
}

/// Messages up to and including `last`.
pub async fn until(stream: &mut BoxStream<'static, BusMessage>, last: &Bytes) -> Vec<BusMessage> {
    let mut messages = Vec::new();
    loop {
        let message = next(stream).await;
        let is_last = matches!(&message, BusMessage::Payload(payload) if payload == last);
        messages.push(message);
        if is_last {
            return messages;
        }
    }
}

fn live() -> Topic {
    Topic::Live(ProjectId::generate())
}

fn text(number: usize) -> Bytes {
    Bytes::from(format!("message {number}"))
}

async fn order_is_kept_and_nothing_comes_twice(publisher: &dyn Bus, subscriber: &dyn Bus) {
    let topic = live();
    let mut stream = subscriber.subscribe(&topic).await.expect("subscribed");
    for number in 0..100 {
        publisher.publish(&topic, text(number)).await;
    }
    let expected: Vec<_> = (0..100).map(|number| BusMessage::Payload(text(number))).collect();
    assert_eq!(until(&mut stream, &text(99)).await, expected);
    publisher.publish(&topic, Bytes::new()).await;
    assert_eq!(next(&mut stream).await, BusMessage::Payload(Bytes::new()), "nothing came after the last message");
    let binary = Bytes::from_iter((0..=255u8).cycle().take(100_000));
    publisher.publish(&topic, binary.clone()).await;
    assert_eq!(next(&mut stream).await, BusMessage::Payload(binary));
}

async fn topics_are_apart(publisher: &dyn Bus, subscriber: &dyn Bus) {
    let (one, other) = (live(), live());
    let mut of_one = subscriber.subscribe(&one).await.expect("subscribed");
    let mut of_commits = subscriber.subscribe(&Topic::Committed).await.expect("subscribed");
    publisher.publish(&other, text(1)).await;
    publisher.publish(&Topic::Committed, text(2)).await;
    publisher.publish(&one, text(3)).await;
    assert_eq!(next(&mut of_commits).await, BusMessage::Payload(text(2)));
    assert_eq!(next(&mut of_one).await, BusMessage::Payload(text(3)));
}

async fn everybody_hears_from_then_on(publisher: &dyn Bus, subscriber: &dyn Bus) {
    let topic = live();
    publisher.publish(&topic, text(0)).await;
    let mut first = subscriber.subscribe(&topic).await.expect("subscribed");
    publisher.publish(&topic, text(1)).await;
    assert_eq!(next(&mut first).await, BusMessage::Payload(text(1)));
    let mut second = subscriber.subscribe(&topic).await.expect("subscribed");
    publisher.publish(&topic, text(2)).await;
    assert_eq!(next(&mut first).await, BusMessage::Payload(text(2)));
    assert_eq!(next(&mut second).await, BusMessage::Payload(text(2)));
    drop(first);
    publisher.publish(&topic, text(3)).await;
    assert_eq!(next(&mut second).await, BusMessage::Payload(text(3)));
    // After the last one has gone, the topic can be listened to again.
    drop(second);
    publisher.publish(&topic, text(4)).await;
    publisher.publish(&topic, text(5)).await;
    let mut third = subscriber.subscribe(&topic).await.expect("subscribed");
    publisher.publish(&topic, text(6)).await;
    assert_eq!(until(&mut third, &text(6)).await.last(), Some(&BusMessage::Payload(text(6))));
}

async fn a_slow_subscriber_blocks_nobody_and_is_told(publisher: &dyn Bus, subscriber: &dyn Bus) {
    let topic = live();
    let mut stream = subscriber.subscribe(&topic).await.expect("subscribed");
    let flood = async {
        for number in 0..FLOOD {
            publisher.publish(&topic, text(number)).await;
        }
    };
    timeout(PATIENCE, flood).await.expect("publishing does not wait for the subscriber");
    let messages = until(&mut stream, &text(FLOOD - 1)).await;
    assert!(
        messages.iter().any(|message| matches!(message, BusMessage::Missed(_))),
        "{} messages and no word of the missing",
        messages.len()
    );
    let numbers: Vec<usize> = messages.iter().filter_map(number_of).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "in order, none twice");
}

fn number_of(message: &BusMessage) -> Option<usize> {
    let BusMessage::Payload(payload) = message else { return None };
    std::str::from_utf8(payload).ok()?.strip_prefix("message ")?.parse().ok()
}

async fn the_stream_ends_with_the_bus(publisher: Arc<dyn Bus>, subscriber: Arc<dyn Bus>) {
    let mut stream = subscriber.subscribe(&live()).await.expect("subscribed");
    assert!(Arc::strong_count(&subscriber) <= 2, "the suite holds the last references");
    drop((publisher, subscriber));
    let ends = async { while stream.next().await.is_some() {} };
    timeout(PATIENCE, ends).await.expect("the stream ends");
}
