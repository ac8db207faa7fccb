//! The current status of every job of this process.

use model::ports::JobStatus;
use parking_lot::Mutex;
use std::sync::Arc;

/// Clones show the same board.
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
