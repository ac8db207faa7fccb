//! Sends requests: as fast as they are answered (a closed loop), or on a timetable whatever the answers (an open loop).

use crate::{api::Api, latency::Latencies, workload::Batch};
use anyhow::Context as _;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Makes request number n, or says that there is none.
pub(crate) type Source = Arc<dyn Fn(u64) -> Option<Batch> + Send + Sync>;

/// How requests follow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    Closed {
        connections: usize,
    },
    /// One request every `every`. Latency counts from when a request was due, so that a stalled server cannot hide what waited.
    Open {
        every: Duration,
    },
}

/// Requests under way at once on a timetable; with more, the server is behind by seconds anyway.
const OPEN_CONNECTIONS: usize = 64;

/// What was sent and acknowledged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loaded {
    pub requests: u64,
    pub spans: u64,
    pub bytes: u64,
    /// Answers that asked to come again later.
    pub refusals: u64,
    pub latencies: Latencies,
    pub elapsed: Duration,
}

impl Loaded {
    pub(crate) fn spans_per_second(&self) -> f64 {
        self.spans as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}

/// Sends requests `first ..` until the source or the time ends. All that were begun are acknowledged in the end: `first .. first + requests`.
///
/// # Errors
/// As [`Api::send`].
pub(crate) async fn send(api: &Api, source: Source, first: u64, pace: Pace, limit: Option<Duration>) -> anyhow::Result<Loaded> {
    let next = Arc::new(AtomicU64::new(first));
    let started = Instant::now();
    let connections = match pace {
        Pace::Closed { connections } => connections,
        Pace::Open { .. } => OPEN_CONNECTIONS,
    };
    // Ends its tasks when it is dropped: an interrupted run sends no more.
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        senders.spawn(sender(api.clone(), Arc::clone(&source), Arc::clone(&next), first, pace, started, limit));
    }
    let mut loaded = Loaded::default();
    while let Some(sent) = senders.join_next().await {
        let sent = sent.context("a sender ended")??;
        loaded.requests += sent.requests;
        loaded.spans += sent.spans;
        loaded.bytes += sent.bytes;
        loaded.refusals += sent.refusals;
        loaded.latencies.merge(sent.latencies);
    }
    loaded.elapsed = started.elapsed();
    Ok(loaded)
}

async fn sender(
    api: Api,
    source: Source,
    next: Arc<AtomicU64>,
    first: u64,
    pace: Pace,
    started: Instant,
    limit: Option<Duration>,
) -> anyhow::Result<Loaded> {
    let mut sent = Loaded::default();
    loop {
        if limit.is_some_and(|limit| started.elapsed() >= limit) {
            return Ok(sent);
        }
        let number = next.fetch_add(1, Ordering::SeqCst);
        let due = match pace {
            Pace::Closed { .. } => None,
            Pace::Open { every } => Some(every.mul_f64((number - first) as f64)),
        };
        if due.is_some_and(|due| limit.is_some_and(|limit| due >= limit)) {
            return Ok(sent);
        }
        // Off the threads that read answers: it would delay what they measure.
        let make = Arc::clone(&source);
        let Some(batch) = tokio::task::spawn_blocking(move || make(number)).await? else { return Ok(sent) };
        let from = match due {
            Some(due) => {
                tokio::time::sleep_until((started + due).into()).await;
                started + due
            }
            None => Instant::now(),
        };
        sent.refusals += u64::from(api.send(&batch.body).await?);
        sent.latencies.add(from.elapsed());
        sent.requests += 1;
        sent.spans += batch.spans;
        sent.bytes += batch.body.len() as u64;
    }
}
