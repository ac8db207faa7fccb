//! The usage at the end of an answer whose beginning is not there.

use super::usage::{ProviderUsage, usage};
use serde::Deserialize;
use serde_json::Value;

/// Looks for the last usage object that is whole.
pub fn usage_in_tail(tail: &[u8]) -> Option<ProviderUsage> {
    /// Earlier ones are part of what was said.
    const MAX_TRIES: usize = 8;
    let text = String::from_utf8_lossy(tail);
    let names = ["\"usage\"", "\"usageMetadata\""];
    let mut places: Vec<usize> = names.iter().flat_map(|name| text.match_indices(name).map(|(place, name)| place + name.len())).collect();
    places.sort_unstable();
    places.into_iter().rev().take(MAX_TRIES).find_map(|place| {
        let object = text[place..].trim_start().strip_prefix(':')?;
        let value = Value::deserialize(&mut serde_json::Deserializer::from_str(object)).ok()?;
        usage(&value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_usage_is_found() {
        let tail = r#"0.1, 0.2]}], "usage": {"prompt_tokens": 16, "total_tokens": 16}, "model": "e"}"#;
        assert_eq!(usage_in_tail(tail.as_bytes()).unwrap().usage.input_tokens, Some(16));
        let said = r#"\"usage\": {}", "usage": {"input_tokens": 3, "output_tokens": 4}, "usage": nothing}"#;
        assert_eq!(usage_in_tail(said.as_bytes()).unwrap().usage.output_tokens, Some(4));
        assert!(usage_in_tail(b"\"usage\": {\"prompt_tokens\": 1").is_none() && usage_in_tail(b"").is_none());
    }
}
