//! Erasing: hidden at once by every read, physically gone once the segments that hold it are rewritten.

mod hidden;
mod request;
mod rewrite;

pub(crate) use hidden::{ErasedRows, columns, concerns};
pub(crate) use request::erase;
pub(crate) use rewrite::rewrite_one;
