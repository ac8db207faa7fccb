//! What the fake says, whichever API it is asked through.

use serde_json::Value;
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

/// A tool, and the text of its arguments.
pub(super) type Call = (String, String);

/// The tool to call of those offered: the one that the request asks for in a line `use NAME {"argument": …}`, else the first.
pub(super) fn tool_call(request: &Value, offered: &[&str]) -> Option<Call> {
    let mut asked = None;
    each_text(request, MAX_DEPTH, &mut |text| {
        let calls = text.lines().filter_map(|line| line.trim().strip_prefix("use ")?.split_once(' '));
        let known = calls.filter(|(name, arguments)| offered.contains(name) && serde_json::from_str::<Value>(arguments).is_ok());
        for (name, arguments) in known {
            asked = Some((name.to_owned(), arguments.to_owned()));
        }
    });
    asked.or_else(|| offered.first().map(|name| ((*name).to_owned(), TOOL_ARGUMENTS.to_owned())))
}

/// Requests are nested less deeply.
const MAX_DEPTH: usize = 32;

fn each_text(value: &Value, depth: usize, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) if depth > 0 => items.iter().for_each(|item| each_text(item, depth - 1, visit)),
        Value::Object(fields) if depth > 0 => fields.values().for_each(|item| each_text(item, depth - 1, visit)),
        _ => {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_of_the_request_chooses_the_tool() {
        let request =
            json!({"messages": [{"content": [{"text": "please\nuse run {\"command\": \"ls\"}\nuse unknown {}\nuse run nothing"}]}]});
        assert_eq!(tool_call(&request, &["look", "run"]), Some(("run".to_owned(), "{\"command\": \"ls\"}".to_owned())));
        assert_eq!(tool_call(&json!({}), &["look", "run"]), Some(("look".to_owned(), TOOL_ARGUMENTS.to_owned())));
        assert_eq!(tool_call(&request, &[]), None);
    }
}
