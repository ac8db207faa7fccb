//! The index against its meaning: random rows of random texts, random patterns, random merges, random damage.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod damage;
mod merging;
mod texts;
