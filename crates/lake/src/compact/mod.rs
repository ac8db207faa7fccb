//! Compaction: many small segments in, few sorted Parquet files out, switched in one transaction.
//!
//! One piece of work at a time, bounded by the decoded size of its inputs. The result of two reports of one span is the later one.

mod arrange;
mod job;
mod parquet;
mod plan;

pub(crate) use job::Compactor;
#[cfg(test)]
pub(crate) use parquet::read_all;
pub(crate) use parquet::read_columns;
