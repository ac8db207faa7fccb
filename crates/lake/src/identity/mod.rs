//! Which segments may hold a span, a trace, a session or a user, and which spans more than one segment holds reports of.
//!
//! A span may be reported more than once. Reads merge the reports (`rows::merge_reports`), and because that is dear they have to know
//! which spans need it: each snapshot knows its [`Repeats`]. They are found when a level-0 segment appears, by asking what is live
//! whether it holds one of its spans too, and they are handed on from segment to segment by compaction.

mod filters;
mod hash;
mod level0;
mod repeats;

pub(crate) use filters::{FilterBuilder, Filters};
pub(crate) use hash::{name_hash, span_hash, trace_hash};
pub(crate) use level0::{KEY_COLUMNS, Level0Keys};
pub(crate) use repeats::{Finder, Known, Level0Counts, RepeatedSpans, Repeats, START_TOLERANCE_NANOS, decode_repeats, encode_repeats};
