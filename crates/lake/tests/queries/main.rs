//! Every read of the lake, through the public port, over a real catalog. One binary: linking is what takes time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod conformance;
mod doctor;
mod exports;
mod model_based;
mod reads;
mod scores;
mod sql;
mod support;
