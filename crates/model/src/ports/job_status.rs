//! How background jobs are doing, for the system page and the metrics.

use crate::Timestamp;
use serde::Serialize;

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

/// What went through a job. Zero where a job has no such thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct JobVolume {
    /// Things done, in the job's own unit: segments compacted, files deleted, signs of life given.
    pub work: u64,
    /// Rows read, or erased.
    pub rows: u64,
    /// Bytes as stored.
    pub bytes_in: u64,
    pub bytes_out: u64,
}

impl JobVolume {
    pub fn add(&mut self, other: Self) {
        self.work += other.work;
        self.rows += other.rows;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }
}

/// A round that found something to do.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct JobRound {
    pub ended_at: Timestamp,
    pub duration_ms: f64,
    #[serde(flatten)]
    pub volume: JobVolume,
    pub rows_per_second: f64,
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
    /// What it did since the start.
    #[serde(flatten)]
    pub volume: JobVolume,
    pub last_run: Option<Timestamp>,
    pub last_duration_ms: Option<f64>,
    /// The last round that did something.
    pub last_work: Option<JobRound>,
    /// Kept after later successes; `last_error_at` says when it was.
    pub last_error: Option<String>,
    pub last_error_at: Option<Timestamp>,
}
