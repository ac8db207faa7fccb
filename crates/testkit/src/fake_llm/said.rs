//! What the fake says, whichever API it is asked through.

use std::sync::atomic::{AtomicU64, Ordering};

/// The answer to everything.
pub const ANSWER: &str = "Hello, the weather in Paris is sunny.";
/// The arguments of every tool call, as text. A space after the colon, as models write it.
pub const TOOL_ARGUMENTS: &str = r#"{"city": "Paris"}"#;
/// Said when the request asks for thoughts.
pub const THOUGHT: &str = "The user asks for the weather.";
/// 2026-01-31T10:00:00Z
pub(super) const CREATED: u64 = 1_769_853_600;

pub(super) fn new_id(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{prefix}{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The answer in pieces, as a stream brings it.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    ANSWER.split_inclusive(' ')
}

/// Models whose streams break off with an error after the first words.
pub(super) fn breaks_off(model: &str) -> bool {
    model.contains("errstream")
}

/// How many words come before a stream breaks off.
pub(super) const WORDS_BEFORE_BREAK: usize = 2;
