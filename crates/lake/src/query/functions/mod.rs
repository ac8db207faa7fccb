//! Our own functions for DataFusion: text tests of the filter language, membership in sets, values inside JSON columns, and the quantile
//! sketch.

mod attached;
mod json_text;
mod membership;
mod sketch;
mod text_test;

pub(crate) use attached::{is_attached, is_one_of};
pub(crate) use json_text::json_text;
pub(crate) use membership::{is_erased, is_repeated};
pub(crate) use sketch::ddsketch;
pub(crate) use text_test::{TextTest, as_text_test, text_test};
