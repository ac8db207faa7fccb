//! When jobs run, who runs them, and how they fail and stop. Time is virtual: each test takes milliseconds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod fakes;

use bus::LocalBus;
use bytes::Bytes;
use fakes::{FakeLake, FakeLeases, Script};
use model::{
    StoreError, WriterId,
    ports::{Bus, JobLeases, JobState, JobStatus, JobVolume, Topic},
};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;
use worker::{Stopped, Worker, WorkerConfig};

struct Running {
    lake: Arc<FakeLake>,
    bus: Arc<LocalBus>,
    worker: Worker,
    cancel: CancellationToken,
    ends: JoinHandle<Stopped>,
}

fn start(script: impl IntoIterator<Item = Script>, leases: &Arc<FakeLeases>) -> Running {
    let (lake, bus) = (Arc::new(FakeLake::new(script)), Arc::new(LocalBus::default()));
    let worker = Worker::new(WorkerConfig::default(), lake.clone(), leases.clone(), bus.clone());
    let cancel = CancellationToken::new();
    let ends = tokio::spawn({
        let (worker, cancel) = (worker.clone(), cancel.clone());
        async move { worker.run(cancel).await }
    });
    Running { lake, bus, worker, cancel, ends }
}

impl Running {
    fn job(&self, name: &str) -> JobStatus {
        self.worker.status().into_iter().find(|job| job.name == name).unwrap()
    }

    async fn stop(self) -> Stopped {
        self.cancel.cancel();
        self.ends.await.unwrap()
    }
}

async fn seconds(count: u64) {
    sleep(Duration::from_secs(count)).await;
}

#[tokio::test(start_paused = true)]
async fn every_job_runs_at_once_and_then_by_its_clock() {
    let running = start([], &Arc::default());
    seconds(61).await;
    assert_eq!(running.lake.times("heartbeat"), (0..=60).step_by(5).map(|second| second * 1_000).collect::<Vec<_>>());
    assert_eq!(running.lake.times("compact"), running.lake.times("heartbeat"));
    assert_eq!(running.lake.times("collect"), [0, 60_000]);
    assert_eq!(running.lake.times("erase"), (0..=60).step_by(10).map(|second| second * 1_000).collect::<Vec<_>>());
    assert_eq!(running.lake.times("retain"), [0]);
    let garbage = running.job("garbage_collection");
    assert_eq!((garbage.runs, garbage.volume.work, garbage.failures, garbage.state), (2, 4, 0, JobState::Waiting));
    assert_eq!(running.stop().await, Stopped::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn compaction_goes_on_while_there_is_more() {
    let running = start([true, true, false].map(|more| Script::Done { more }), &Arc::default());
    seconds(1).await;
    assert_eq!(running.lake.times("compact"), [0, 0, 0]);
    let status = running.job("compaction");
    let volume = JobVolume { work: 30, rows: 3_000, bytes_in: 300, bytes_out: 150 };
    assert_eq!((status.runs, status.volume), (1, volume));
    let last = status.last_work.unwrap();
    assert_eq!((last.volume, last.duration_ms >= 0.0, last.rows_per_second > 0.0), (volume, true, true));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn erasing_goes_on_while_there_is_more_and_starts_when_something_was_published() {
    let running = start([], &Arc::default());
    sleep(Duration::from_millis(2_500)).await;
    *running.lake.to_erase.lock() = 3;
    running.bus.publish(&Topic::Committed, Bytes::new()).await;
    sleep(Duration::from_millis(10)).await;
    assert_eq!(running.lake.times("erase"), [0, 2_500, 2_500, 2_500, 2_500]);
    let status = running.job("erasure");
    assert_eq!((status.volume.work, status.volume.rows, status.failures), (3, 21, 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn retention_goes_on_while_there_is_more() {
    let running = start([], &Arc::default());
    *running.lake.to_retain.lock() = 2;
    seconds(301).await;
    assert_eq!(running.lake.times("retain"), [0, 0, 0, 300_000]);
    assert_eq!(running.job("retention").volume, JobVolume { work: 2, rows: 10, ..JobVolume::default() });
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_starts_compaction_early_and_many_commits_no_more_often_than_once_a_second() {
    let running = start([], &Arc::default());
    sleep(Duration::from_millis(2_500)).await;
    running.bus.publish(&Topic::Committed, Bytes::new()).await;
    sleep(Duration::from_millis(10)).await;
    assert_eq!(running.lake.times("compact"), [0, 2_500]);
    for _ in 0..2_000 {
        running.bus.publish(&Topic::Committed, Bytes::new()).await;
        sleep(Duration::from_millis(1)).await;
    }
    let times = running.lake.times("compact");
    assert!(times.len() >= 3 && times.is_sorted_by(|one, next| next - one >= 1_000), "{times:?}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_are_retried_ever_more_slowly_and_shown() {
    let fails = || Script::Fails(StoreError::Unavailable("disk full".to_owned()));
    let running = start([fails(), fails(), Script::Panics, fails(), Script::Done { more: false }], &Arc::default());
    seconds(10).await;
    assert_eq!(running.lake.times("compact"), [0, 1_000, 3_000, 7_000]);
    let failing = running.job("compaction");
    assert_eq!((failing.state, failing.failures, failing.failures_in_a_row, failing.runs), (JobState::Failing, 4, 4, 0));
    assert_eq!(failing.last_error.as_deref(), Some("unavailable: disk full"));
    seconds(6).await;
    let well = running.job("compaction");
    assert_eq!((well.state, well.failures, well.failures_in_a_row, well.runs), (JobState::Waiting, 4, 0, 1));
    assert!(well.last_error.is_some() && well.last_error_at.is_some());
    assert_eq!(running.job("heartbeat").failures, 0, "the other jobs are not touched");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_one_does_the_job_and_the_other_takes_over() {
    let leases = Arc::<FakeLeases>::default();
    let (one, other) = (start([], &leases), start([], &leases));
    seconds(20).await;
    let (working, waiting) = if one.lake.times("compact").is_empty() { (other, one) } else { (one, other) };
    assert!(waiting.lake.times("compact").is_empty());
    assert_eq!((waiting.job("compaction").state, waiting.job("compaction").runs), (JobState::Elsewhere, 0));
    assert!(!waiting.lake.times("heartbeat").is_empty(), "each has its own heart");
    working.stop().await;
    seconds(6).await;
    assert!(!waiting.lake.times("compact").is_empty(), "a stopped process has given its lease back");
    assert_eq!(waiting.job("compaction").state, JobState::Waiting);
    waiting.stop().await;
    assert_eq!(leases.holder("compaction"), None);
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_holds_a_job_up_only_until_its_lease_expires() {
    let leases = Arc::<FakeLeases>::default();
    leases.claim("compaction", WriterId::generate(), Duration::from_secs(30)).await.unwrap();
    let running = start([], &leases);
    seconds(29).await;
    assert!(running.lake.times("compact").is_empty());
    seconds(6).await;
    assert!(!running.lake.times("compact").is_empty());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_step_keeps_its_lease() {
    let leases = Arc::<FakeLeases>::default();
    let running = start([Script::Takes(Duration::from_secs(300))], &leases);
    for _ in 0..29 {
        seconds(10).await;
        assert!(leases.holder("compaction").is_some());
        assert_eq!(running.job("compaction").state, JobState::Running);
    }
    assert!(*leases.renewals.lock() >= 28);
    running.cancel.cancel();
    assert_eq!(running.ends.await.unwrap(), Stopped::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_fenced_writer_stops_everything_and_says_so() {
    let running = start([], &Arc::default());
    seconds(7).await;
    *running.lake.is_fenced.lock() = true;
    assert_eq!(running.ends.await.unwrap(), Stopped::Fenced);
    assert_eq!(running.lake.times("heartbeat"), [0, 5_000, 10_000]);
    assert!(running.worker.status().iter().all(|job| job.state == JobState::Stopped));
}

#[tokio::test(start_paused = true)]
async fn stopping_lets_a_step_finish_but_not_for_ever() {
    let leases = Arc::<FakeLeases>::default();
    let brief = start([Script::Takes(Duration::from_secs(5))], &leases);
    seconds(1).await;
    let lake = brief.lake.clone();
    assert_eq!(brief.stop().await, Stopped::Cancelled);
    assert_eq!(lake.times("compacted"), [5_000]);

    let endless = start([Script::Takes(Duration::from_secs(3_600))], &leases);
    seconds(1).await;
    let (lake, before) = (endless.lake.clone(), tokio::time::Instant::now());
    assert_eq!(endless.stop().await, Stopped::Cancelled);
    assert_eq!((before.elapsed(), lake.times("compacted")), (Duration::from_secs(10), vec![]));
    assert_eq!(leases.holder("compaction"), None);
}

#[tokio::test(start_paused = true)]
async fn the_board_is_for_people_too() {
    let running = start([], &Arc::default());
    seconds(1).await;
    let json = serde_json::to_value(running.worker.board().snapshot()).unwrap();
    let names: Vec<_> = json.as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["heartbeat", "compaction", "erasure", "retention", "garbage_collection"]);
    assert_eq!(json[0]["state"], "waiting");
    assert!(json[0]["last_run"].is_string());
    running.stop().await;
}
