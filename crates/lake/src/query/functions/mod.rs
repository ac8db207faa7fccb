//! Our own functions for DataFusion: text tests of the filter language, values inside JSON columns, whole nanoseconds, and the
//! aggregates that can be merged with those of rollups.

mod distinct;
mod json_text;
mod nanos;
mod sketch;
mod text_test;

pub(crate) use distinct::hll;
pub(crate) use json_text::json_text;
pub(crate) use nanos::nanos;
pub(crate) use sketch::ddsketch;
pub(crate) use text_test::{TextTest, equals, starts_with, text_test};
