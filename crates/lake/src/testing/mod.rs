//! What the tests of this crate share: a segment catalog in memory whose failures can be chosen, and rows.

mod catalog;
mod rows;

pub(crate) use catalog::{Failure, MemoryCatalog};
pub(crate) use rows::{batch_of, log, project, span, stored_spans};
