//! Compaction: level 0 into sorted Parquet files with their derived data, small files into larger ones, reports of one span into one
//! row; and the rewriting that erasing and retention ask for. Every piece of work is one publication.

mod arrange;
mod derive;
mod fold;
mod job;
mod level0;
mod merge;
mod parquet;
mod plan;
mod rules;
mod runs;
mod texts;
mod verify;
mod writer;

pub(crate) use job::{Compactor, rules_of};
#[cfg(test)]
pub(crate) use parquet::read_all;
pub(crate) use parquet::read_columns;
pub(crate) use plan::Plan;
pub(crate) use rules::Rules;
