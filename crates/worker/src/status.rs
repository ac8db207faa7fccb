//! How the jobs are doing, for the system page and the metrics.

use model::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for its next round.
    #[default]
    Waiting,
    Running,
    /// Another process does it.
    Elsewhere,
    /// The last round failed; it is tried again.
    Failing,
    Stopped,
}

/// One job of this process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct JobStatus {
    pub name: &'static str,
    pub state: JobState,
    /// Rounds that succeeded since the start, those that found nothing to do included.
    pub runs: u64,
    pub failures: u64,
    pub failures_in_a_row: u32,
    /// What it did since the start: segments compacted, files deleted, signs of life given.
    pub work: u64,
    pub last_run: Option<Timestamp>,
    pub last_duration_ms: Option<f64>,
    /// Kept after later successes; `last_error_at` says when it was.
    pub last_error: Option<String>,
    pub last_error_at: Option<Timestamp>,
}

/// The current status of every job. Clones show the same board.
#[derive(Debug, Clone, Default)]
pub struct StatusBoard(Arc<Mutex<Vec<JobStatus>>>);

impl StatusBoard {
    /// In a fixed order.
    pub fn snapshot(&self) -> Vec<JobStatus> {
        self.0.lock().clone()
    }

    pub(crate) fn add(&self, name: &'static str) {
        self.0.lock().push(JobStatus { name, ..JobStatus::default() });
    }

    /// Changes a job's line and returns it.
    pub(crate) fn update(&self, name: &'static str, change: impl FnOnce(&mut JobStatus)) -> JobStatus {
        let mut board = self.0.lock();
        let Some(line) = board.iter_mut().find(|line| line.name == name) else {
            return JobStatus::default();
        };
        change(line);
        line.clone()
    }
}
