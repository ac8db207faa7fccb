//! Every read of the lake: the filter language and SQL as DataFusion plans over a snapshot, and their results as rows of the model.
//!
//! A query opens a [`table::SegmentTable`] of its project (nothing else is in reach), runs on the threads of the [`engine`], and is bounded
//! in time, memory and rows.

mod analytics;
mod bounds;
mod by_id;
pub(crate) mod cells;
pub(crate) mod engine;
mod entities;
pub(crate) mod failure;
pub(crate) mod filter;
mod functions;
pub(crate) mod list;
mod measures;
mod memory;
mod merged;
mod metrics;
mod narrow;
mod newest;
mod recent;
mod rollups;
pub(crate) mod scores;
mod sql;
mod store;
mod streaming;
mod sums;
pub(crate) mod table;
mod text;
mod values;
mod windows;
