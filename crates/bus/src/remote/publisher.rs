//! Carries the outbox to Redis.

use super::{MISSED_CHANNEL, Origin, RedisServer, channel, outbox::Outbox};
use crate::remote::server::{FIRST_RETRY, LAST_RETRY};
use std::sync::Arc;

/// Messages sent in one round trip.
const BATCH: usize = 128;

/// Runs until dropped. What was sent when the connection broke is not sent again: it may have arrived, and nobody may see a message
/// twice. The other processes are told that something is missing instead.
pub(super) async fn run(server: RedisServer, outbox: Arc<Outbox>, origin: Origin) {
    let mut connection = server.connection();
    let mut retry = FIRST_RETRY;
    let mut away = false;
    loop {
        let batch = outbox.take(BATCH).await;
        let was_lossy = outbox.take_lossy();
        let mut pipeline = redis::pipe();
        if was_lossy {
            pipeline.publish(MISSED_CHANNEL, origin.seal(b"")).ignore();
        }
        for (topic, payload) in &batch {
            pipeline.publish(channel(topic), origin.seal(payload)).ignore();
        }
        match pipeline.exec_async(&mut connection).await {
            Ok(()) => {
                if away {
                    tracing::info!(%server, dropped = outbox.dropped(), "redis is back");
                }
                (retry, away) = (FIRST_RETRY, false);
            }
            Err(error) => {
                outbox.lost(batch.len() as u64);
                if !away {
                    tracing::warn!(%server, reason = error.category(), "redis is away: messages for other processes are dropped");
                }
                away = true;
                tokio::time::sleep(retry).await;
                retry = (retry * 2).min(LAST_RETRY);
            }
        }
    }
}
