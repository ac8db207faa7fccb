//! Our own functions for DataFusion: text tests of the filter language, membership in sets, values inside JSON columns, whole nanoseconds,
//! and the aggregates that can be merged with those of rollups.

mod attached;
mod distinct;
mod json_text;
mod membership;
mod nanos;
mod sketch;
mod text_test;

pub(crate) use attached::{is_attached, is_one_of};
pub(crate) use distinct::hll;
pub(crate) use json_text::json_text;
pub(crate) use membership::{is_erased, is_repeated};
pub(crate) use nanos::nanos;
pub(crate) use sketch::ddsketch;
pub(crate) use text_test::{TextTest, as_text_test, equals, starts_with, text_test};
