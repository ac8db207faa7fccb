//! All jobs of a process.

use crate::{
    job::Job,
    jobs::{Compaction, Erasing, GarbageCollection, Heartbeat, Retention},
    runner::Runner,
    status::StatusBoard,
};
use model::ports::{Bus, JobLeases, JobStatus, Maintenance};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the jobs run.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Compaction also runs after commits; this is for what no message told.
    pub compact_every: Duration,
    /// Erasing also runs after commits; this is for what no message told.
    pub erase_every: Duration,
    /// Rows are over at the end of a day.
    pub retain_every: Duration,
    pub collect_every: Duration,
    /// Well below the silence after which a writer is fenced.
    pub heartbeat_every: Duration,
    /// How long a running step may take to finish once the worker is asked to stop; then it is dropped.
    pub stop_grace: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            compact_every: Duration::from_secs(5),
            erase_every: Duration::from_secs(10),
            retain_every: Duration::from_secs(300),
            collect_every: Duration::from_secs(60),
            heartbeat_every: Duration::from_secs(5),
            stop_grace: Duration::from_secs(10),
        }
    }
}

/// Why a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was asked to.
    Cancelled,
    /// Another process took this one for dead: nothing it writes counts any more. The process must stop.
    Fenced,
}

/// The background jobs of one process. Clones are the same worker; run it once.
#[derive(Clone)]
pub struct Worker {
    config: WorkerConfig,
    maintenance: Arc<dyn Maintenance>,
    leases: Arc<dyn JobLeases>,
    bus: Arc<dyn Bus>,
    board: StatusBoard,
}

impl Worker {
    pub fn new(config: WorkerConfig, maintenance: Arc<dyn Maintenance>, leases: Arc<dyn JobLeases>, bus: Arc<dyn Bus>) -> Self {
        let worker = Self { config, maintenance, leases, bus, board: StatusBoard::default() };
        worker.jobs().iter().for_each(|job| worker.board.add(job.name()));
        worker
    }

    /// How the jobs are doing now.
    pub fn status(&self) -> Vec<JobStatus> {
        self.board.snapshot()
    }

    /// To be kept where the worker itself is not.
    pub fn board(&self) -> StatusBoard {
        self.board.clone()
    }

    /// Runs the jobs until `cancel`, or until this process turns out to be fenced. Dropping it stops them at once.
    pub async fn run(&self, cancel: CancellationToken) -> Stopped {
        let stop = cancel.child_token();
        let mut tasks = JoinSet::new();
        for job in self.jobs() {
            let runner = Runner {
                job,
                leases: self.leases.clone(),
                bus: self.bus.clone(),
                board: self.board.clone(),
                owner: self.maintenance.writer(),
                stop: stop.clone(),
                grace: self.config.stop_grace,
            };
            tasks.spawn(runner.run());
        }
        let mut outcome = Stopped::Cancelled;
        while let Some(ended) = tasks.join_next().await {
            // A runner ends only when it is told to, when it is fenced, or by a bug: in each case the others must not go on alone.
            stop.cancel();
            match ended {
                Ok(Stopped::Cancelled) => {}
                Ok(Stopped::Fenced) => outcome = Stopped::Fenced,
                Err(error) => tracing::error!(%error, "a job's runner failed"),
            }
        }
        outcome
    }

    fn jobs(&self) -> Vec<Box<dyn Job>> {
        let maintenance = || self.maintenance.clone();
        vec![
            Box::new(Heartbeat { maintenance: maintenance(), every: self.config.heartbeat_every }),
            Box::new(Compaction { maintenance: maintenance(), every: self.config.compact_every }),
            Box::new(Erasing { maintenance: maintenance(), every: self.config.erase_every }),
            Box::new(Retention { maintenance: maintenance(), every: self.config.retain_every }),
            Box::new(GarbageCollection { maintenance: maintenance(), every: self.config.collect_every }),
        ]
    }
}
