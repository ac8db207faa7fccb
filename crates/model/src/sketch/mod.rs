//! Summaries that can be merged: quantiles ([`DdSketch`]) and counts of distinct values ([`Hll`]).
//!
//! Both depend only on what was added, not on the order, nor on how it was grouped before it was merged: an answer from sums per minute
//! equals the answer from the rows.

mod ddsketch;
mod hll;
pub mod varint;

pub use ddsketch::{DdSketch, RELATIVE_ACCURACY};
pub use hll::{EXACT_DISTINCT, Hll, STANDARD_ERROR, distinct_hash};
