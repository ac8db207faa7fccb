//! Runs one job: rounds, leases, back-off, stop.

use crate::{
    job::{Job, Step},
    status::StatusBoard,
    worker::Stopped,
};
use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use model::{
    StoreError, StoreResult, Timestamp, WriterId,
    ports::{Bus, BusMessage, JobLease, JobLeases, JobRound, JobState, JobVolume},
};
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, interval_at, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Shortest pause between two rounds: a busy server commits hundreds of times a second, and each round asks the catalog for the lease.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// Pause after the first failure; doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// A rate over less time than this says nothing.
const SHORTEST_ROUND_SECONDS: f64 = 0.001;

pub(crate) struct Runner {
    pub(crate) job: Box<dyn Job>,
    pub(crate) leases: Arc<dyn JobLeases>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) board: StatusBoard,
    pub(crate) owner: WriterId,
    pub(crate) stop: CancellationToken,
    /// How long a running step may go on after the stop.
    pub(crate) grace: Duration,
}

/// How a round ended, when it did not fail.
enum Round {
    Done(JobVolume),
    /// Another process holds the lease.
    Elsewhere,
}

impl Runner {
    /// Until told to stop, or fenced.
    pub(crate) async fn run(self) -> Stopped {
        let mut wakes = self.wakes().await;
        let mut lease = None;
        let outcome = loop {
            let round = tokio::select! {
                round = self.round(&mut lease) => round,
                () = self.out_of_grace() => break Stopped::Cancelled,
            };
            if matches!(round, Err(StoreError::Fenced)) {
                break Stopped::Fenced;
            }
            let failed = round.is_err();
            if failed {
                // Perhaps another process can.
                self.release(&mut lease).await;
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break Stopped::Cancelled,
                () = self.pause(failed, &mut wakes) => {}
            }
        };
        self.release(&mut lease).await;
        self.board.update(self.job.name(), |line| line.state = JobState::Stopped);
        outcome
    }

    /// One round, noted on the board. A panic in the job is a failure like others.
    async fn round(&self, lease: &mut Option<JobLease>) -> StoreResult<()> {
        let name = self.job.name();
        let start = Instant::now();
        let caught = AssertUnwindSafe(self.claim_and_work(lease)).catch_unwind().await;
        let result = caught.unwrap_or_else(|_| Err(StoreError::Internal("the job panicked".to_owned())));
        let line = self.board.update(name, |line| match &result {
            Ok(Round::Elsewhere) => line.state = JobState::Elsewhere,
            Ok(Round::Done(volume)) => {
                let took = start.elapsed().as_secs_f64();
                line.state = JobState::Waiting;
                line.runs += 1;
                line.failures_in_a_row = 0;
                line.last_duration_ms = Some(took * 1e3);
                if *volume != JobVolume::default() {
                    line.last_work = Some(JobRound {
                        ended_at: Timestamp::now(),
                        duration_ms: took * 1e3,
                        volume: *volume,
                        rows_per_second: volume.rows as f64 / took.max(SHORTEST_ROUND_SECONDS),
                    });
                }
            }
            Err(error) => {
                line.state = JobState::Failing;
                line.failures += 1;
                line.failures_in_a_row = line.failures_in_a_row.saturating_add(1);
                line.last_error = Some(error.to_string());
                line.last_error_at = Some(Timestamp::now());
            }
        });
        if let Err(error) = &result {
            // The first, second, fourth, eighth … of a row: an outage does not fill the log.
            if line.failures_in_a_row.is_power_of_two() {
                tracing::warn!(job = name, failures = line.failures_in_a_row, %error, "background job failed");
            }
        }
        result.map(drop)
    }

    async fn claim_and_work(&self, lease: &mut Option<JobLease>) -> StoreResult<Round> {
        let Some(lifetime) = self.job.lease() else {
            return self.work(&AtomicBool::new(true)).await.map(Round::Done);
        };
        // Claiming what is ours already prolongs it: the holder keeps the job until it stops, fails or dies.
        *lease = self.leases.claim(self.job.name(), self.owner, lifetime).await?;
        let Some(held) = lease.as_ref() else { return Ok(Round::Elsewhere) };
        let is_held = AtomicBool::new(true);
        let mut work = std::pin::pin!(self.work(&is_held));
        let mut renewal = interval_at(Instant::now() + lifetime / 3, lifetime / 3);
        loop {
            tokio::select! {
                done = &mut work => return done.map(Round::Done),
                _ = renewal.tick() => {
                    // A catalog that does not answer has not taken the lease away.
                    let still = self.leases.renew(held, lifetime).await.unwrap_or(true);
                    is_held.store(still, Ordering::Relaxed);
                }
            }
        }
    }

    /// Steps until there is no more to do. A lost lease ends it after the step under way, not half-way through: publications are
    /// compare-and-swap, so a step that two processes do at once is at worst wasted.
    async fn work(&self, is_held: &AtomicBool) -> StoreResult<JobVolume> {
        self.board.update(self.job.name(), |line| {
            line.state = JobState::Running;
            line.last_run = Some(Timestamp::now());
        });
        let mut done = JobVolume::default();
        loop {
            let Step { volume, more } = self.job.step().await?;
            done.add(volume);
            self.board.update(self.job.name(), |line| line.volume.add(volume));
            if !more || self.stop.is_cancelled() || !is_held.load(Ordering::Relaxed) {
                return Ok(done);
            }
            // A job with endless work leaves room for others on its thread, whatever its steps do.
            tokio::task::yield_now().await;
        }
    }

    async fn pause(&self, failed: bool, wakes: &mut BoxStream<'static, BusMessage>) {
        if failed {
            let line = self.board.update(self.job.name(), |_| {});
            return sleep(retry_after(line.failures_in_a_row, self.job.longest_retry())).await;
        }
        sleep(SHORTEST_PAUSE.min(self.job.every())).await;
        tokio::select! {
            () = sleep(self.job.every().saturating_sub(SHORTEST_PAUSE)) => {}
            Some(_) = wakes.next() => while wakes.next().now_or_never().flatten().is_some() {},
        }
    }

    /// Messages that start a round early; none when the bus does not give any.
    async fn wakes(&self) -> BoxStream<'static, BusMessage> {
        let Some(topic) = self.job.wakes_on() else { return stream::pending().boxed() };
        match self.bus.subscribe(&topic).await {
            // After its end the timer is enough.
            Ok(stream) => stream.chain(stream::pending()).boxed(),
            Err(error) => {
                tracing::warn!(job = self.job.name(), %error, "no wake-ups from the bus: running by time alone");
                stream::pending().boxed()
            }
        }
    }

    async fn out_of_grace(&self) {
        self.stop.cancelled().await;
        sleep(self.grace).await;
        tracing::warn!(job = self.job.name(), "background job did not finish in time");
    }

    /// Lets the next process have the job at once. Best effort: the lease expires anyway.
    async fn release(&self, lease: &mut Option<JobLease>) {
        if let Some(held) = lease.take() {
            timeout(self.grace, self.leases.release(&held)).await.ok();
        }
    }
}

fn retry_after(failures_in_a_row: u32, longest: Duration) -> Duration {
    let doublings = failures_in_a_row.saturating_sub(1).min(16);
    (FIRST_RETRY * 2u32.pow(doublings)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_up_to_the_longest() {
        let longest = Duration::from_secs(60);
        let seconds: Vec<_> = [1, 2, 3, 6, 7, 8, u32::MAX].map(|failures| retry_after(failures, longest).as_secs()).into();
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60, 60]);
    }
}
