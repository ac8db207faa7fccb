//! Bounds of JSON: how many values a text may hold before it is parsed, and how deep a value may be before it is kept.

use crate::{DecodeError, rules::MAX_JSON_LEVELS};
use serde_json::Value;

/// Most values (numbers, texts, lists, objects) in one body. Each takes 32 to 72 bytes once parsed, many times its two in the text.
const MAX_JSON_VALUES: usize = 4_000_000;

/// Refuses a body whose parsed form would be far larger than its text.
pub fn check_json_values(body: &[u8]) -> Result<(), DecodeError> {
    check_all_json_values([body])
}

/// The same for a body that holds several texts.
pub(crate) fn check_all_json_values<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Result<(), DecodeError> {
    if texts.into_iter().map(count_json_values).sum::<usize>() > MAX_JSON_VALUES {
        return Err(DecodeError::too_large(format!("expected at most {MAX_JSON_VALUES} JSON values in one body")));
    }
    Ok(())
}

/// Close to the number of values: every value but the first of a list or object stands behind a comma or an opening.
pub fn count_json_values(body: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

/// Whether lists and objects are nested deeper than can be kept.
pub fn is_too_deep(value: &Value) -> bool {
    fn exceeds(value: &Value, levels: usize) -> bool {
        match value {
            Value::Array(items) => levels == 0 || items.iter().any(|item| exceeds(item, levels - 1)),
            Value::Object(fields) => levels == 0 || fields.values().any(|field| exceeds(field, levels - 1)),
            _ => false,
        }
    }
    exceeds(value, MAX_JSON_LEVELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_grow_when_parsed_are_refused() {
        let bomb = format!("[{}0]", "0,".repeat(MAX_JSON_VALUES));
        assert!(check_json_values(bomb.as_bytes()).unwrap_err().too_large);
        let text = format!("{{\"prompt\":\"{}\"}}", "a, \\\"[".repeat(1_000_000));
        assert_eq!(check_json_values(text.as_bytes()), Ok(()), "punctuation inside text does not count");
    }

    #[test]
    fn levels_are_those_of_lists_and_objects() {
        let nested = |levels| (0..levels).fold(Value::from(1), |inner, _| serde_json::json!({"in": inner}));
        assert!(!is_too_deep(&nested(MAX_JSON_LEVELS)));
        assert!(is_too_deep(&nested(MAX_JSON_LEVELS + 1)));
        assert!(is_too_deep(&(0..=MAX_JSON_LEVELS).fold(Value::Null, |inner, _| Value::Array(vec![inner]))));
    }
}
