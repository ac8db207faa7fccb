//! Prompts. Their ids are made of name and number, as Opik's are of their own; environments are our labels.

use super::{CONVENTION, fields::Fields, parse};
use crate::{
    DecodeError, RowError,
    ids::{hex_text, leading, uuid_bytes, uuid_text},
};
use model::library::{LATEST, NewPromptVersion, PromptBody, PromptSummary, PromptVersion};
use serde_json::{Map, Value, json};

/// What is kept in a version's configuration beside the client's metadata: names of ours begin so.
const OWN: &str = "opik.";
const TYPE: &str = "opik.type";
const DESCRIPTION: &str = "opik.description";
/// Metadata that is no object, or one of no fields.
const METADATA: &str = "opik.metadata";
const MUSTACHE: &str = "mustache";
/// Digits of a commit, as Opik counts them.
const COMMIT_DIGITS: usize = 8;
/// Bytes of an id that stand for the name; the version's number follows.
const NAME_BYTES: usize = 12;

/// Which prompt an id names, and which version of it: 0 is the prompt itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptKey {
    name: [u8; NAME_BYTES],
    pub version: u32,
}

impl PromptKey {
    pub fn of(name: &str, version: u32) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(CONVENTION.as_bytes()).update(b" prompt ").update(name.as_bytes());
        let mut name: [u8; NAME_BYTES] = leading(&hasher.finalize());
        // The marks of a UUID that is made of something else (version 8).
        name[6] = name[6] & 0x0f | 0x80;
        name[8] = name[8] & 0x3f | 0x80;
        Self { name, version }
    }

    pub fn is_of(self, name: &str) -> bool {
        Self::of(name, self.version) == self
    }

    fn id(self) -> String {
        let bytes: Vec<u8> = self.name.into_iter().chain(self.version.to_be_bytes()).collect();
        uuid_text(&hex_text(&bytes))
    }
}

/// Reads an id of a prompt or of a version.
pub fn prompt_key(id: &str) -> Option<PromptKey> {
    let bytes = uuid_bytes(id)?;
    let (name, version) = bytes.split_at(NAME_BYTES);
    Some(PromptKey { name: name.try_into().ok()?, version: u32::from_be_bytes(version.try_into().ok()?) })
}

/// `POST /prompts`: a name with its first version.
pub fn new_prompt(body: &[u8]) -> Result<NewPromptVersion, DecodeError> {
    let fields = Fields::read(parse(body)?).map_err(malformed)?;
    version_of(fields, None).map_err(malformed)
}

/// `POST /prompts/versions`: a version of a name that may be new.
pub fn new_prompt_version(body: &[u8]) -> Result<NewPromptVersion, DecodeError> {
    let mut fields = Fields::read(parse(body)?).map_err(malformed)?;
    let version = fields.take("version").unwrap_or_default();
    version_of(fields, Some(version)).map_err(malformed)
}

fn malformed(error: RowError) -> DecodeError {
    DecodeError::malformed(format!("{}: {}", error.field, error.message))
}

/// `version`: where what belongs to the version stands by itself.
fn version_of(mut prompt: Fields, version: Option<Value>) -> Result<NewPromptVersion, RowError> {
    let name = prompt.text("name").ok_or_else(|| RowError::new("name", "expected a string; this field is required"))?;
    let is_chat = prompt.text("template_structure").as_deref() == Some("chat");
    let description = prompt.text("description");
    let mut version = match version {
        Some(version) => Fields::read(version)?,
        None => prompt,
    };
    if version.text("version_type").as_deref() == Some("mask") {
        return Err(RowError::new("version_type", "expected a version: masks are not kept here"));
    }
    let template = version.text("template").ok_or_else(|| RowError::new("template", "expected a string; this field is required"))?;
    let body = if is_chat {
        let messages = serde_json::from_str(&template);
        PromptBody::Chat(messages.map_err(|_| RowError::new("template", "expected a list of messages as JSON"))?)
    } else {
        PromptBody::Text(template)
    };
    let tags = version.labels("tags");
    Ok(NewPromptVersion {
        name,
        body,
        config: config(version.take("metadata"), version.text("type"), description),
        labels: Vec::new(),
        tags: (!tags.is_empty()).then_some(tags),
        commit_message: version.text("change_description"),
        author: None,
    })
}

fn config(metadata: Option<Value>, kind: Option<String>, description: Option<String>) -> Value {
    let mut config = Map::new();
    match metadata {
        Some(Value::Object(metadata)) if !metadata.is_empty() => config = metadata,
        Some(other) => drop(config.insert(METADATA.to_owned(), other)),
        None => {}
    }
    if let Some(kind) = kind.filter(|kind| kind != MUSTACHE) {
        config.insert(TYPE.to_owned(), Value::String(kind));
    }
    if let Some(description) = description {
        config.insert(DESCRIPTION.to_owned(), Value::String(description));
    }
    if config.is_empty() { Value::Null } else { Value::Object(config) }
}

fn metadata(config: &Value) -> Value {
    match config {
        Value::Object(fields) if fields.contains_key(METADATA) => fields[METADATA].clone(),
        Value::Object(fields) => {
            let told: Map<String, Value> =
                fields.iter().filter(|(name, _)| !name.starts_with(OWN)).map(|(name, value)| (name.clone(), value.clone())).collect();
            if told.is_empty() { Value::Null } else { Value::Object(told) }
        }
        other => other.clone(),
    }
}

/// The short name of a version: digits that say nothing.
pub fn commit_of(version: &PromptVersion) -> String {
    let digest = crate::ids::made_id(&[CONVENTION, "commit", &version.name, &version.version.to_string()]);
    digest.chars().take(COMMIT_DIGITS).collect()
}

/// A version as the SDK knows it.
pub fn version_json(version: &PromptVersion) -> Value {
    let (structure, template) = match &version.body {
        PromptBody::Text(text) => ("text", text.clone()),
        PromptBody::Chat(messages) => ("chat", json!(messages).to_string()),
    };
    let environments: Vec<&String> = version.labels.iter().filter(|label| *label != LATEST).collect();
    json!({
        "id": PromptKey::of(&version.name, version.version).id(),
        "prompt_id": PromptKey::of(&version.name, 0).id(),
        "commit": commit_of(version),
        "version_number": format!("v{}", version.version),
        "template": template,
        "metadata": metadata(&version.config),
        "type": version.config.get(TYPE).and_then(Value::as_str).unwrap_or(MUSTACHE),
        "environments": environments,
        "change_description": version.commit_message,
        "tags": version.tags,
        "template_structure": structure,
        "created_at": version.created_at,
        "created_by": version.author,
    })
}

/// A name in a list.
pub fn prompt_json(prompt: &PromptSummary) -> Value {
    json!({
        "id": PromptKey::of(&prompt.name, 0).id(),
        "name": prompt.name,
        "template_structure": prompt.kind,
        "tags": prompt.tags,
        "version_count": prompt.versions,
        "created_at": prompt.created_at,
        "last_updated_at": prompt.updated_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn stored(new: NewPromptVersion) -> PromptVersion {
        PromptVersion {
            name: new.name,
            version: 3,
            body: new.body,
            config: new.config,
            labels: vec![LATEST.to_owned(), "production".to_owned()],
            tags: new.tags.unwrap_or_default(),
            commit_message: new.commit_message,
            author: new.author,
            created_at: Timestamp::from_nanos(0),
        }
    }

    #[test]
    fn ids_name_the_prompt_and_its_version() {
        let answer = version_json(&stored(new_prompt(br#"{"name": "greet", "template": "Hi"}"#).unwrap()));
        let version = prompt_key(answer["id"].as_str().unwrap()).unwrap();
        assert!(version.is_of("greet") && !version.is_of("other"));
        assert_eq!((version.version, prompt_key(answer["prompt_id"].as_str().unwrap()).unwrap().version), (3, 0));
        assert_eq!(prompt_key("greet"), None);
        assert_eq!((answer["version_number"].as_str(), answer["environments"][0].as_str()), (Some("v3"), Some("production")));
    }

    #[test]
    fn metadata_comes_back_as_it_was_sent() {
        for told in [json!({"a": 1}), json!({}), json!([1]), Value::Null] {
            let body = json!({"name": "p", "version": {"template": "x", "metadata": told, "type": "jinja2"}}).to_string();
            let answer = version_json(&stored(new_prompt_version(body.as_bytes()).unwrap()));
            assert_eq!((&answer["metadata"], answer["type"].as_str()), (&told, Some("jinja2")));
        }
    }

    #[test]
    fn what_is_no_prompt_is_refused_by_field() {
        for (body, field) in [
            (r#"{"template": "x"}"#, "name"),
            (r#"{"name": "p"}"#, "template"),
            (r#"{"name": "p", "template": "x", "template_structure": "chat"}"#, "template"),
            (r#"{"name": "p", "template": "x", "version_type": "mask"}"#, "version_type"),
        ] {
            let error = new_prompt(body.as_bytes()).unwrap_err();
            assert!(error.message.starts_with(field), "{body}: {}", error.message);
        }
    }
}
