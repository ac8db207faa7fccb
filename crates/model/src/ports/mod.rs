//! Contracts between the parts. Each method states in MUSTs what an implementation owes; one conformance suite per
//! trait (crate `testkit`) checks every implementation.

mod accounts;
mod bus;
mod health;
mod inspection;
mod job_status;
mod jobs;
mod library;
mod maintenance;
mod price_lists;
mod segments;
mod telemetry_store;

pub use accounts::{Accounts, ApiKey, KeyScope, KeySecretHash, NewKey, Project, Session, TokenHash};
pub use bus::{Bus, BusMessage, Cache, Topic};
pub use health::{ComponentHealth, ComponentStatus, HealthCheck};
pub use inspection::{CatalogInspection, CatalogState, WriterState};
pub use job_status::{JobRound, JobState, JobStatus, JobVolume};
pub use jobs::{JobLease, JobLeases};
pub use library::{Datasets, Experiments, Library, MediaStore, Prompts};
pub use maintenance::{CompactionReport, Debt, EraseReport, Maintenance, RetentionReport};
pub use price_lists::{MAX_PRICE_LIST_BYTES, PriceList, PriceLists};
pub use segments::{SegmentCatalog, SnapshotLease};
pub use telemetry_store::{StoreStats, TelemetryStore};
