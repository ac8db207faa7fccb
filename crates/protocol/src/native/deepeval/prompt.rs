//! Prompts: each push of DeepEval's makes a version here. Its commit's hash and its version's number both name it.

use super::{CONVENTION, fields::Fields};
use crate::{RowError, ids::made_id};
use model::library::{LATEST, NewPromptVersion, PromptBody, PromptVersion};
use serde_json::{Value, json};

/// What is kept with a version under DeepEval's names.
const SETTINGS: [&str; 5] = ["interpolationType", "modelSettings", "outputType", "outputSchema", "tools"];
/// Hexadecimal digits of a commit's hash that say its number; the digits before them tell hashes of different prompts apart.
const NUMBER_DIGITS: usize = 8;

/// Reads what `push` sends.
pub fn new_prompt_version(value: Value) -> Result<NewPromptVersion, RowError> {
    let mut fields = Fields::of(value, "prompt")?;
    let name = fields.required_text("alias")?;
    let body = match (fields.take("text"), fields.take("messages")) {
        (Some(Value::String(text)), None) => PromptBody::Text(text),
        (None, Some(Value::Array(messages))) => PromptBody::Chat(messages),
        _ => return Err(RowError::new("text", "expected either a text or a list of messages")),
    };
    let config = SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), fields.take(name)?))).collect();
    Ok(NewPromptVersion {
        name,
        body,
        config: Value::Object(config),
        labels: Vec::new(),
        tags: None,
        commit_message: fields.text("message"),
        author: None,
    })
}

/// A version as `pull` expects it. `label` is the one that it was asked for by.
pub fn prompt(version: &PromptVersion, label: Option<&str>) -> Value {
    let (kind, field, body) = match &version.body {
        PromptBody::Text(text) => ("TEXT", "text", json!(text)),
        PromptBody::Chat(messages) => ("LIST", "messages", json!(messages)),
    };
    let label = label.or_else(|| version.labels.iter().map(String::as_str).find(|label| *label != LATEST));
    let mut prompt = json!({
        "id": format!("{}:{}", version.name, version.version),
        "hash": commit_hash(version),
        "version": version.version.to_string(),
        "label": label,
        "type": kind,
        "interpolationType": interpolation(&version.body),
        "branch": "main",
    });
    prompt[field] = body;
    for name in SETTINGS {
        if let Some(setting) = version.config.get(name) {
            prompt[name] = setting.clone();
        }
    }
    prompt
}

/// How variables are written, of prompts whose maker did not say.
fn interpolation(body: &PromptBody) -> &'static str {
    let text = match body {
        PromptBody::Text(text) => text.clone(),
        PromptBody::Chat(messages) => json!(messages).to_string(),
    };
    if text.contains("{{") { "MUSTACHE" } else { "FSTRING" }
}

/// The hash of the commit that made a version.
pub fn commit_hash(version: &PromptVersion) -> String {
    let made = version.created_at.to_string();
    let digest = made_id(&[CONVENTION, "commit", &version.name, &made]);
    format!("{}{:0NUMBER_DIGITS$x}", &digest[..digest.len() - NUMBER_DIGITS], version.version)
}

/// The number of the version that a commit's hash may belong to: its own hash must be compared.
pub fn version_of_hash(hash: &str) -> Option<u32> {
    let digits = hash.get(hash.len().checked_sub(NUMBER_DIGITS)?..)?;
    u32::from_str_radix(digits, 16).ok()
}

/// `3`, `v3`, and `00.00.03`, as DeepEval's own server counts.
pub fn version_number(text: &str) -> Option<u32> {
    let text = text.trim_start_matches(['v', 'V']);
    let (last, before) = match text.rsplit_once('.') {
        Some((before, last)) => (last, before),
        None => (text, ""),
    };
    let is_zero = before.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if is_zero { last.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_by_number_and_by_hash() {
        for (text, number) in [("3", Some(3)), ("v12", Some(12)), ("00.00.07", Some(7)), ("01.00.07", None), ("latest", None), ("", None)] {
            assert_eq!(version_number(text), number, "{text}");
        }
        let new = new_prompt_version(json!({"alias": "a", "text": "Hi {name}", "interpolationType": "FSTRING"})).unwrap();
        let version = PromptVersion {
            name: new.name,
            version: 300,
            body: new.body,
            config: new.config,
            labels: vec!["latest".into(), "production".into()],
            tags: Vec::new(),
            commit_message: None,
            author: None,
            created_at: "2026-11-27T10:00:00Z".parse().unwrap(),
        };
        let hash = commit_hash(&version);
        assert_eq!((hash.len(), version_of_hash(&hash)), (32, Some(300)));
        let pulled = prompt(&version, None);
        assert_eq!((&pulled["hash"], &pulled["label"], &pulled["version"]), (&json!(hash), &json!("production"), &json!("300")));
        assert_eq!(
            (&pulled["type"], &pulled["text"], &pulled["interpolationType"]),
            (&json!("TEXT"), &json!("Hi {name}"), &json!("FSTRING"))
        );
        assert_eq!((version_of_hash("é"), version_of_hash("latest")), (None, None));
    }
}
