//! Secrets in what clients tell about themselves: some copy environment variables and constructor arguments into metadata.

use serde_json::{Map, Value};

/// The quality note of a row that lost one.
pub(crate) const SECRET_REMOVED: &str = "secret_removed";

/// Parts of names (lower case, without separators) whose texts are secrets.
const NAMES: [&str; 12] = [
    "apikey",
    "secret",
    "password",
    "passwd",
    "privatekey",
    "accesskey",
    "authorization",
    "credential",
    "accesstoken",
    "authtoken",
    "apitoken",
    "bearertoken",
];
/// How keys of well-known services begin, and the shortest that is one.
const KEY_PREFIXES: [(&str, usize); 13] = [
    ("tt_", 30),
    ("sk-", 20),
    ("lsv2_", 20),
    ("ls__", 20),
    ("ghp_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AKIA", 20),
    ("AIza", 35),
    ("Bearer ", 20),
    ("-----BEGIN ", 30),
];

/// Takes out every text that looks like a secret, by its name or by itself, at any depth. Whether there was one.
pub(crate) fn remove_secrets(fields: &mut Map<String, Value>) -> bool {
    let before = fields.len();
    fields.retain(|name, value| !value.as_str().is_some_and(|text| is_secret(name, text)));
    let mut removed = fields.len() < before;
    for value in fields.values_mut() {
        removed |= remove_from(value);
    }
    removed
}

fn remove_from(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => remove_secrets(fields),
        Value::Array(items) => {
            let before = items.len();
            items.retain(|item| !item.as_str().is_some_and(is_key));
            items.iter_mut().fold(false, |removed, item| remove_from(item) | removed) || items.len() < before
        }
        _ => false,
    }
}

fn is_secret(name: &str, text: &str) -> bool {
    let is_named = || {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
        NAMES.iter().any(|secret| name.contains(secret))
    };
    !text.is_empty() && (is_key(text) || is_named())
}

fn is_key(text: &str) -> bool {
    KEY_PREFIXES.iter().any(|(prefix, shortest)| text.starts_with(prefix) && text.len() >= *shortest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_by_name_or_by_form_and_the_rest_stays() {
        let mut fields = json!({
            "LANGSMITH_API_KEY": "x", "nested": {"openai_api_key": "abc", "max_tokens": 7, "keys": ["sk-0123456789abcdefghij", "kept"]},
            "header": "Bearer 0123456789abcdef", "model": "gpt-4o", "eos_token": "</s>", "password": null, "client_secret": {"env": "SECRET"},
        });
        assert!(remove_secrets(fields.as_object_mut().unwrap()));
        let expected = json!({
            "nested": {"max_tokens": 7, "keys": ["kept"]}, "model": "gpt-4o", "eos_token": "</s>", "password": null,
            "client_secret": {"env": "SECRET"},
        });
        assert_eq!(fields, expected);
        assert!(!remove_secrets(fields.as_object_mut().unwrap()));
    }
}
