//! How much one thing may hold. Beyond it is refused by field, never cut.

use crate::{StoreError, StoreResult};
use serde_json::Value;

/// Ids are the clients' own: UUIDs, hashes, file names.
pub const MAX_ID_CHARS: usize = 200;
/// Names are shown in lists and stand in URLs.
pub const MAX_NAME_CHARS: usize = 200;
/// A description, a commit message, an error, a judge's reason.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// A JSON field, and a prompt: what the largest context windows hold is about four times as much, and no prompt.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;
/// Labels of one version.
pub const MAX_LABELS: usize = 50;
/// Tags of one version.
pub const MAX_TAGS: usize = 50;
/// Verdicts on one result.
pub const MAX_VERDICTS: usize = 100;
/// Items or results of one call: one transaction.
pub const MAX_BATCH: usize = 1_000;
/// One image, recording or file. It is held in memory while it is stored or read.
pub const MAX_MEDIA_BYTES: usize = 20 * 1024 * 1024;

pub fn check_id(field: &str, id: &str) -> StoreResult<()> {
    check_word(field, id, MAX_ID_CHARS)
}

pub fn check_name(field: &str, name: &str) -> StoreResult<()> {
    check_word(field, name, MAX_NAME_CHARS)
}

fn check_word(field: &str, word: &str, max_chars: usize) -> StoreResult<()> {
    if word.trim().is_empty() {
        return Err(StoreError::invalid(field, "must not be empty"));
    }
    if word.chars().count() > max_chars {
        return Err(StoreError::invalid(field, format!("must have at most {max_chars} characters")));
    }
    // PostgreSQL cannot store NUL, and the others break lists and logs.
    if word.chars().any(char::is_control) {
        return Err(StoreError::invalid(field, "must not contain control characters"));
    }
    Ok(())
}

pub(super) fn check_optional_id(field: &str, id: Option<&str>) -> StoreResult<()> {
    id.map_or(Ok(()), |id| check_id(field, id))
}

/// Names in a list, such as labels.
pub(super) fn check_words(field: &str, words: &[String], max: usize) -> StoreResult<()> {
    check_count(field, words.len(), max)?;
    words.iter().enumerate().try_for_each(|(index, word)| check_name(&format!("{field}[{index}]"), word))
}

pub(super) fn check_count(field: &str, count: usize, max: usize) -> StoreResult<()> {
    if count > max { Err(StoreError::invalid(field, format!("must have at most {max} entries"))) } else { Ok(()) }
}

pub(super) fn check_text(field: &str, text: Option<&str>) -> StoreResult<()> {
    check_bytes(field, text.map_or(0, str::len), MAX_TEXT_BYTES)
}

pub(super) fn check_json(field: &str, value: &Value) -> StoreResult<()> {
    check_bytes(field, json_bytes(value), MAX_JSON_BYTES)
}

pub(super) fn check_bytes(field: &str, bytes: usize, max: usize) -> StoreResult<()> {
    if bytes > max { Err(StoreError::invalid(field, format!("must have at most {max} bytes"))) } else { Ok(()) }
}

/// A number that arithmetic and both databases keep as it is.
pub(super) fn check_number(field: &str, number: Option<f64>) -> StoreResult<()> {
    if number.is_some_and(|number| !number.is_finite()) { Err(StoreError::invalid(field, "expected a finite number")) } else { Ok(()) }
}

fn json_bytes(value: &Value) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail, and a value's keys are text.
    serde_json::to_writer(&mut counter, value).map_or(usize::MAX, |()| counter.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bounded_and_printable() {
        for word in ["", " ", "a\nb", "a\0b", &"x".repeat(201)] {
            assert!(matches!(check_name("name", word), Err(StoreError::Invalid { field, .. }) if field == "name"), "{word:?}");
        }
        for word in ["folder/prompt", "Émile", &"é".repeat(200)] {
            assert!(check_name("name", word).is_ok(), "{word:?}");
        }
        let labels = ["good".to_owned(), String::new()];
        assert!(matches!(check_words("labels", &labels, 5), Err(StoreError::Invalid { field, .. }) if field == "labels[1]"));
    }

    #[test]
    fn json_is_measured_as_it_is_written() {
        let value = serde_json::json!({ "text": "é\n", "list": [1, null] });
        assert_eq!(json_bytes(&value), value.to_string().len());
        assert!(check_json("input", &Value::String("x".repeat(MAX_JSON_BYTES))).is_err());
    }
}
