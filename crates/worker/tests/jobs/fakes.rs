//! A lake and leases that do nothing but keep a diary.

use async_trait::async_trait;
use model::{
    StoreError, StoreResult, WriterId,
    ports::{CompactionReport, Debt, EraseReport, JobLease, JobLeases, Maintenance, RetentionReport},
};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// What the next call of `compact` does.
pub(crate) enum Script {
    Done { more: bool },
    Takes(Duration),
    Fails(StoreError),
    Panics,
}

pub(crate) struct FakeLake {
    writer: WriterId,
    start: Instant,
    script: Mutex<VecDeque<Script>>,
    diary: Mutex<Vec<(&'static str, u64)>>,
    /// What heartbeats answer.
    pub(crate) is_fenced: Mutex<bool>,
}

impl FakeLake {
    pub(crate) fn new(script: impl IntoIterator<Item = Script>) -> Self {
        Self {
            writer: WriterId::generate(),
            start: Instant::now(),
            script: Mutex::new(script.into_iter().collect()),
            diary: Mutex::default(),
            is_fenced: Mutex::new(false),
        }
    }

    /// Milliseconds after the start at which this happened.
    pub(crate) fn times(&self, what: &str) -> Vec<u64> {
        self.diary.lock().iter().filter(|(name, _)| *name == what).map(|(_, at)| *at).collect()
    }

    fn note(&self, what: &'static str) {
        let at = self.start.elapsed().as_millis() as u64;
        self.diary.lock().push((what, at));
    }
}

#[async_trait]
impl Maintenance for FakeLake {
    fn writer(&self) -> WriterId {
        self.writer
    }

    async fn compact(&self, force: bool) -> StoreResult<CompactionReport> {
        assert!(!force);
        self.note("compact");
        let next = self.script.lock().pop_front();
        let report = CompactionReport { segments_in: 10, ..Default::default() };
        match next {
            None => Ok(CompactionReport::default()),
            Some(Script::Done { more }) => Ok(CompactionReport { more, ..report }),
            Some(Script::Takes(time)) => {
                sleep(time).await;
                self.note("compacted");
                Ok(report)
            }
            Some(Script::Fails(error)) => Err(error),
            Some(Script::Panics) => panic!("a bug in compaction"),
        }
    }

    async fn erase(&self) -> StoreResult<EraseReport> {
        self.note("erase");
        Ok(EraseReport::default())
    }

    async fn retain(&self) -> StoreResult<RetentionReport> {
        self.note("retain");
        Ok(RetentionReport::default())
    }

    async fn debt(&self) -> StoreResult<Debt> {
        Ok(Debt::default())
    }

    async fn collect_garbage(&self) -> StoreResult<u64> {
        self.note("collect");
        Ok(2)
    }

    async fn heartbeat(&self) -> StoreResult<()> {
        self.note("heartbeat");
        if *self.is_fenced.lock() { Err(StoreError::Fenced) } else { Ok(()) }
    }
}

#[derive(Default)]
pub(crate) struct FakeLeases {
    held: Mutex<HashMap<String, (JobLease, Instant)>>,
    tokens: Mutex<u64>,
    pub(crate) renewals: Mutex<u64>,
}

impl FakeLeases {
    pub(crate) fn holder(&self, job: &str) -> Option<WriterId> {
        let held = self.held.lock();
        held.get(job).filter(|(_, expires)| *expires > Instant::now()).map(|(lease, _)| lease.owner)
    }

    fn is_current(&self, lease: &JobLease) -> bool {
        self.held.lock().get(&lease.job).is_some_and(|(held, expires)| held == lease && *expires > Instant::now())
    }
}

#[async_trait]
impl JobLeases for FakeLeases {
    async fn claim(&self, job: &str, owner: WriterId, lifetime: Duration) -> StoreResult<Option<JobLease>> {
        if self.holder(job).is_some_and(|holder| holder != owner) {
            return Ok(None);
        }
        let token = {
            let mut tokens = self.tokens.lock();
            *tokens += 1;
            *tokens
        };
        let lease = JobLease { job: job.to_owned(), owner, token };
        self.held.lock().insert(job.to_owned(), (lease.clone(), Instant::now() + lifetime));
        Ok(Some(lease))
    }

    async fn renew(&self, lease: &JobLease, lifetime: Duration) -> StoreResult<bool> {
        *self.renewals.lock() += 1;
        let is_current = self.is_current(lease);
        if is_current {
            self.held.lock().insert(lease.job.clone(), (lease.clone(), Instant::now() + lifetime));
        }
        Ok(is_current)
    }

    async fn release(&self, lease: &JobLease) -> StoreResult<()> {
        if self.is_current(lease) {
            self.held.lock().remove(&lease.job);
        }
        Ok(())
    }
}
