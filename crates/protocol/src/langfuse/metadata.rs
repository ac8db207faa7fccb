//! Values of metadata. Version 5 of the Python SDK writes each as JSON, texts too; the others leave texts as they are and write the rest as
//! JSON, so that a text that looks like a number cannot be told from one. A text in quotes is taken for JSON whoever wrote it: version 5
//! puts trace metadata on spans of other libraries too.

use crate::{json_bounds::is_too_deep, messages::parse_or_text};
use serde_json::Value;

/// Whether an SDK of this scope leaves texts as they are.
pub(crate) fn is_older_sdk(scope_version: Option<&str>, language: Option<&str>) -> bool {
    let major = scope_version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    !(language == Some("python") && major.is_some_and(|major| major >= FIRST_WITH_JSON_TEXTS))
}

const FIRST_WITH_JSON_TEXTS: u32 = 5;

/// A value as the application gave it.
pub(crate) fn decoded(text: String, older_sdk: bool) -> Value {
    let is_json = !older_sdk || text.starts_with('"');
    match serde_json::from_str(&text) {
        Ok(value) if is_json && !is_too_deep(&value) => value,
        _ => parse_or_text(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn python_5_tells_texts_from_numbers_and_the_others_do_not() {
        assert!(!is_older_sdk(Some("5.0.4"), Some("python")));
        for (version, language) in [(Some("3.15.0"), Some("python")), (Some("5.11.1"), Some("nodejs")), (None, None)] {
            assert!(is_older_sdk(version, language));
        }
        let both = |text: &str| (decoded(text.to_owned(), false), decoded(text.to_owned(), true));
        assert_eq!(both("\"acme\""), (json!("acme"), json!("acme")));
        assert_eq!(both("12"), (json!(12), json!("12")));
        assert_eq!(both(r#"{"y":1}"#), (json!({"y": 1}), json!({"y": 1})));
        assert_eq!(both("acme"), (json!("acme"), json!("acme")));
    }
}
