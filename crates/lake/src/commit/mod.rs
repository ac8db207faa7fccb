//! The commit: requests become groups, a group becomes level-0 segments, one transaction publishes them, then everybody is answered.
//!
//! There is no other write-ahead log. The order is: file, its directory, catalog, answer.

mod digests;
mod disk;
mod group;
mod reload;
mod request;
mod task;
mod unresolved;

pub(crate) use task::{Committer, CommitterParts};
pub(crate) use unresolved::{remove_files, was_published};
