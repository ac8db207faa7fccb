//! Every read of the lake: the filter language and SQL as DataFusion plans over a snapshot, and their results as rows of the model.
//!
//! A query opens a [`table::SegmentTable`] of its project (nothing else is in reach), runs on the threads of the [`engine`], and is bounded
//! in time, memory and rows.

mod analytics;
mod bounds;
mod by_id;
mod cells;
mod clusters;
pub(crate) mod engine;
mod entities;
mod failure;
mod filter;
mod functions;
mod latest;
mod list;
mod measures;
mod memory;
mod metrics;
mod recent;
mod rollups;
mod sql;
mod store;
mod sums;
mod table;
mod text;
mod values;
mod windows;
