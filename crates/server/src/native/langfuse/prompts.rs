//! `/api/public/v2/prompts`: versions and labels.

use super::{
    body,
    paging::{Page, PageParams},
};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    params::given,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{
    ProjectId, Timestamp,
    library::{LATEST, NewPromptVersion, PageRequest, PromptBody, PromptSelector, PromptSummary, PromptVersion},
    query::MAX_PAGE,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a prompt is asked for by when the caller names neither version nor label.
const PRODUCTION: &str = "production";
/// Most prompts that are looked through for a label or a tag.
const MAX_PROMPTS: usize = 5_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPrompt {
    name: String,
    prompt: Value,
    #[serde(default)]
    config: Value,
    labels: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    commit_message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewLabels {
    new_labels: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: Option<u32>,
    label: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Wanted {
    name: Option<String>,
    label: Option<String>,
    tag: Option<String>,
    from_updated_at: Option<String>,
    to_updated_at: Option<String>,
    page: Option<u64>,
    limit: Option<u64>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (new, _permits) = body::read::<NewPrompt>(&state, &headers, body).await?;
    let body = match new.prompt {
        Value::String(text) => PromptBody::Text(text),
        Value::Array(messages) => PromptBody::Chat(messages),
        _ => return Err(Problem::invalid("prompt", "expected a text or a list of messages")),
    };
    let version = NewPromptVersion {
        name: new.name,
        body,
        config: if new.config.is_null() { json!({}) } else { new.config },
        labels: new.labels.unwrap_or_default(),
        tags: new.tags,
        commit_message: new.commit_message,
        author: None,
    };
    let made = state.library.create_prompt_version(caller.project, version).await?;
    Ok(Json(prompt_json(&made, caller.project)))
}

pub(super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Value>> {
    let selector = match (asked.version, given(&asked.label)) {
        (Some(version), None) => PromptSelector::Version(version),
        (None, label) => PromptSelector::Label(label.unwrap_or(PRODUCTION).to_owned()),
        (Some(_), Some(_)) => return Err(Problem::invalid("label", "expected either version or label, found both")),
    };
    let found = state.library.prompt(caller.project, &name, &selector).await?;
    let what = match &selector {
        PromptSelector::Version(version) => format!("prompt {name:?} with version {version}"),
        PromptSelector::Label(label) => format!("prompt {name:?} with label {label:?}"),
        PromptSelector::Latest => format!("prompt {name:?}"),
    };
    found.map(|prompt| Json(prompt_json(&prompt, caller.project))).ok_or_else(|| Problem::not_found(&what))
}

/// Labels are added to the version, and taken from the versions that had them.
pub(super) async fn add_labels(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((name, version)): Path<(String, u32)>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (NewLabels { new_labels }, _permits) = body::read(&state, &headers, body).await?;
    if new_labels.iter().any(|label| label == LATEST) {
        return Err(Problem::invalid("newLabels", "the label latest always is the newest version's"));
    }
    let known = state.library.prompt(caller.project, &name, &PromptSelector::Version(version)).await?;
    let mut labels = known.ok_or_else(|| Problem::not_found("prompt"))?.labels;
    labels.retain(|label| label != LATEST && !new_labels.contains(label));
    labels.extend(new_labels);
    let prompt = state.library.set_prompt_labels(caller.project, &name, version, &labels).await?;
    Ok(Json(prompt_json(&prompt, caller.project)))
}

/// A whole prompt, or the versions that are asked for.
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Authorized<SdkAdmin>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<StatusCode> {
    let version = match (asked.version, given(&asked.label)) {
        (None, None) => {
            state.library.delete_prompt(caller.project, &name).await?;
            return Ok(StatusCode::NO_CONTENT);
        }
        (Some(version), _) => version,
        (None, Some(label)) => {
            let selector = PromptSelector::Label(label.to_owned());
            let found = state.library.prompt(caller.project, &name, &selector).await?;
            found.ok_or_else(|| Problem::not_found("prompt"))?.version
        }
    };
    state.library.delete_prompt_version(caller.project, &name, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let (prompts, total) = if wanted.is_everything() {
        let listed = state.library.list_prompts(caller.project, page.request()).await?;
        (listed.items, listed.total)
    } else {
        matching(&state, caller.project, &wanted, page).await?
    };
    let mut data = Vec::with_capacity(prompts.len());
    for prompt in prompts {
        data.push(summary_json(&state, caller.project, prompt).await?);
    }
    Ok(Json(page.answer(data, total)))
}

impl Wanted {
    fn is_everything(&self) -> bool {
        let texts = [&self.name, &self.label, &self.tag, &self.from_updated_at, &self.to_updated_at];
        texts.into_iter().all(|text| given(text).is_none())
    }

    fn matches(&self, prompt: &PromptSummary) -> ApiResult<bool> {
        let time = |name: &str, text: &Option<String>| {
            let parsed = given(text).map(|text| text.parse::<Timestamp>()).transpose();
            parsed.map_err(|_| Problem::invalid(name, "expected an RFC 3339 time"))
        };
        let has_label = |label: &str| label == LATEST || prompt.labels.iter().any(|known| known.label == label);
        Ok(given(&self.name).is_none_or(|name| prompt.name == name)
            && given(&self.label).is_none_or(has_label)
            && given(&self.tag).is_none_or(|tag| prompt.tags.iter().any(|known| known == tag))
            && time("fromUpdatedAt", &self.from_updated_at)?.is_none_or(|from| prompt.updated_at >= from)
            && time("toUpdatedAt", &self.to_updated_at)?.is_none_or(|to| prompt.updated_at < to))
    }
}

async fn matching(state: &AppState, project: ProjectId, wanted: &Wanted, page: Page) -> ApiResult<(Vec<PromptSummary>, u64)> {
    let (mut found, mut cursor, mut seen) = (Vec::new(), None, 0);
    while seen < MAX_PROMPTS {
        let listed = state.library.list_prompts(project, PageRequest::after(cursor, MAX_PAGE)).await?;
        seen += listed.items.len();
        for prompt in listed.items {
            if wanted.matches(&prompt)? {
                found.push(prompt);
            }
        }
        cursor = listed.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(page.of(found))
}

async fn summary_json(state: &AppState, project: ProjectId, prompt: PromptSummary) -> ApiResult<Value> {
    let versions = state.library.list_prompt_versions(project, &prompt.name, PageRequest::first(MAX_PAGE)).await?.items;
    let mut labels: Vec<&str> = prompt.labels.iter().map(|label| label.label.as_str()).collect();
    labels.push(LATEST);
    let mut numbers: Vec<u32> = versions.iter().map(|version| version.version).collect();
    numbers.sort_unstable();
    Ok(json!({
        "name": prompt.name, "type": prompt.kind, "versions": numbers, "labels": labels, "tags": prompt.tags,
        "lastUpdatedAt": prompt.updated_at, "lastConfig": versions.first().map(|version| &version.config),
    }))
}

fn prompt_json(prompt: &PromptVersion, project: ProjectId) -> Value {
    let body = match &prompt.body {
        PromptBody::Text(text) => Value::from(text.as_str()),
        PromptBody::Chat(messages) => messages.iter().map(typed_message).collect(),
    };
    json!({
        "id": format!("{}:{}", prompt.name, prompt.version), "projectId": project, "createdAt": prompt.created_at,
        "updatedAt": prompt.created_at, "createdBy": prompt.author.as_deref().unwrap_or("API"), "type": prompt.body.kind(),
        "name": prompt.name, "version": prompt.version, "prompt": body, "config": prompt.config, "labels": prompt.labels,
        "tags": prompt.tags, "commitMessage": prompt.commit_message, "isActive": null, "resolutionGraph": null,
    })
}

/// The SDKs tell messages from placeholders by a type that older ones did not write.
fn typed_message(message: &Value) -> Value {
    let mut message = message.clone();
    if let Value::Object(fields) = &mut message
        && fields.contains_key("role")
    {
        fields.entry("type").or_insert_with(|| "chatmessage".into());
    }
    message
}
