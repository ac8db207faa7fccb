//! Background work: compaction, erasing, retention, garbage collection, the writer's sign of life. Owns when a job runs, who runs it among several processes
//! (leases), what happens when it fails, how it stops, and what the system page shows of it. What a job *does* is behind the ports.

mod job;
mod jobs;
mod runner;
mod status;
mod worker;

pub use status::StatusBoard;
pub use worker::{Stopped, Worker, WorkerConfig};
