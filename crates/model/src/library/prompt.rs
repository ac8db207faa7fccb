//! Prompts: a name has versions 1, 2, …, and labels that point at them.

use super::limits::{MAX_JSON_BYTES, MAX_LABELS, MAX_TAGS, check_bytes, check_json, check_name, check_text, check_words};
use crate::{StoreResult, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The label of the newest version. Computed, never stored.
pub const LATEST: &str = "latest";

/// What a version says. `{"type": "text", "prompt": "…"}` or `{"type": "chat", "prompt": [{"role": "system", "content": "…"}]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", content = "prompt", rename_all = "snake_case")]
pub enum PromptBody {
    Text(String),
    /// Messages and placeholders, as they were written.
    Chat(Vec<Value>),
}

impl PromptBody {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Chat(_) => "chat",
        }
    }
}

/// A version. It never changes, but for its labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PromptVersion {
    pub name: String,
    pub version: u32,
    #[serde(flatten)]
    pub body: PromptBody,
    /// Model and parameters, or whatever else the client keeps with it.
    pub config: Value,
    /// Sorted; with `latest` when it is the newest.
    pub labels: Vec<String>,
    pub tags: Vec<String>,
    pub commit_message: Option<String>,
    pub author: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewPromptVersion {
    pub name: String,
    pub body: PromptBody,
    pub config: Value,
    /// Point at this version from now on.
    pub labels: Vec<String>,
    /// `None`: those of the version before.
    pub tags: Option<Vec<String>>,
    pub commit_message: Option<String>,
    pub author: Option<String>,
}

impl NewPromptVersion {
    pub fn check(&self) -> StoreResult<()> {
        check_name("name", &self.name)?;
        match &self.body {
            PromptBody::Text(text) => check_bytes("prompt", text.len(), MAX_JSON_BYTES)?,
            PromptBody::Chat(messages) => {
                messages.iter().enumerate().try_for_each(|(index, message)| check_json(&format!("prompt[{index}]"), message))?;
                check_json("prompt", &Value::Array(messages.clone()))?;
            }
        }
        check_json("config", &self.config)?;
        check_labels(&self.labels)?;
        check_words("tags", self.tags.as_deref().unwrap_or_default(), MAX_TAGS)?;
        check_text("commit_message", self.commit_message.as_deref())?;
        check_text("author", self.author.as_deref())
    }
}

pub fn check_labels(labels: &[String]) -> StoreResult<()> {
    check_words("labels", labels, MAX_LABELS)
}

/// Which version of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptSelector {
    Version(u32),
    /// `latest` is the newest.
    Label(String),
    Latest,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PromptLabel {
    pub label: String,
    pub version: u32,
}

/// A name in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PromptSummary {
    pub name: String,
    /// `text` or `chat`, as the newest version is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The newest.
    pub version: u32,
    /// How many there are.
    pub versions: u64,
    /// Sorted, without `latest`.
    pub labels: Vec<PromptLabel>,
    /// Of the newest version.
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    /// When the newest version was made.
    pub updated_at: Timestamp,
}
