//! Prompts: versions and labels.

use crate::{
    AppState,
    auth::{Admin, Authorized, Ingest, Read},
    http::{ApiResult, Json, Path, Problem, ProblemDocument, Query},
    ingest::LargeJson,
    params::{Page, given},
};
use axum::{extract::State, http::StatusCode};
use model::library::{Listed, NewPromptVersion, PromptBody, PromptSelector, PromptSummary, PromptVersion};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum PromptType {
    Text,
    Chat,
}

/// A version to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPrompt {
    /// May contain `/`, for folders.
    #[schema(example = "support/answer")]
    name: String,
    /// Default: `chat` when `prompt` is a list, else `text`.
    #[serde(rename = "type")]
    kind: Option<PromptType>,
    /// A text, or a list of messages.
    prompt: Value,
    /// Model and parameters, or whatever else belongs to it.
    #[serde(default)]
    config: Value,
    /// Point at this version from now on.
    #[serde(default)]
    labels: Vec<String>,
    /// Default: those of the version before.
    tags: Option<Vec<String>>,
    commit_message: Option<String>,
    author: Option<String>,
}

impl NewPrompt {
    fn into_version(self) -> ApiResult<NewPromptVersion> {
        let body = match (self.kind, self.prompt) {
            (None | Some(PromptType::Text), Value::String(text)) => PromptBody::Text(text),
            (None | Some(PromptType::Chat), Value::Array(messages)) => PromptBody::Chat(messages),
            (Some(PromptType::Chat), _) => return Err(Problem::invalid("prompt", "expected a list of messages")),
            (Some(PromptType::Text), _) => return Err(Problem::invalid("prompt", "expected a text")),
            (None, _) => return Err(Problem::invalid("prompt", "expected a text or a list of messages")),
        };
        Ok(NewPromptVersion {
            name: self.name,
            body,
            config: self.config,
            labels: self.labels,
            tags: self.tags,
            commit_message: self.commit_message,
            author: self.author,
        })
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromptLabels {
    /// All labels of the version: others are taken from it, and those of other versions move here.
    labels: Vec<String>,
}

/// Which version: the newest when nothing is said.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct VersionParams {
    #[param(value_type = Option<u32>)]
    version: Option<String>,
    label: Option<String>,
}

impl VersionParams {
    fn selector(&self) -> ApiResult<PromptSelector> {
        match (given(&self.version), given(&self.label)) {
            (None, None) => Ok(PromptSelector::Latest),
            (Some(version), None) => Ok(PromptSelector::Version(number(version)?)),
            (None, Some(label)) => Ok(PromptSelector::Label(label.to_owned())),
            (Some(_), Some(_)) => Err(Problem::invalid("label", "expected either version or label, found both")),
        }
    }
}

fn number(text: &str) -> ApiResult<u32> {
    text.parse().map_err(|_| Problem::invalid("version", "expected a whole number such as 3"))
}

/// Prompts, the one changed last first
#[utoipa::path(get, path = "/api/v1/prompts", tag = "prompts", params(Page), responses((status = 200, body = Listed<PromptSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_prompts(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<PromptSummary>>> {
    Ok(Json(state.library.list_prompts(caller.project, page.of_list()?).await?))
}

/// Makes a version of a prompt: the first, or the next
#[utoipa::path(post, path = "/api/v1/prompts", tag = "prompts", request_body = NewPrompt, responses((status = 201, body = PromptVersion), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn create_prompt_version(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    LargeJson(new, _permits): LargeJson<NewPrompt>,
) -> ApiResult<(StatusCode, Json<PromptVersion>)> {
    let made = state.library.create_prompt_version(caller.project, new.into_version()?).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One version of a prompt
///
/// A `/` in the name is written `%2F`.
#[utoipa::path(get, path = "/api/v1/prompts/{name}", tag = "prompts", params(("name" = String, Path), VersionParams), responses((status = 200, body = PromptVersion), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_prompt(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(name): Path<String>,
    Query(version): Query<VersionParams>,
) -> ApiResult<Json<PromptVersion>> {
    let found = state.library.prompt(caller.project, &name, &version.selector()?).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("prompt"))
}

/// Deletes a prompt with all versions
#[utoipa::path(delete, path = "/api/v1/prompts/{name}", tag = "prompts", params(("name" = String, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_prompt(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(name): Path<String>,
) -> ApiResult<StatusCode> {
    state.library.delete_prompt(caller.project, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All versions of a prompt, newest first
#[utoipa::path(get, path = "/api/v1/prompts/{name}/versions", tag = "prompts", params(("name" = String, Path), Page), responses((status = 200, body = Listed<PromptVersion>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn list_prompt_versions(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Path(name): Path<String>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Listed<PromptVersion>>> {
    let listed = state.library.list_prompt_versions(caller.project, &name, page.of_list()?).await?;
    if listed.total == 0 { Err(Problem::not_found("prompt")) } else { Ok(Json(listed)) }
}

/// Deletes one version of a prompt
///
/// With its last version a prompt goes too.
#[utoipa::path(delete, path = "/api/v1/prompts/{name}/versions/{version}", tag = "prompts", params(("name" = String, Path), ("version" = u32, Path)), responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn delete_prompt_version(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path((name, version)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    state.library.delete_prompt_version(caller.project, &name, number(&version)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the labels of a version
#[utoipa::path(put, path = "/api/v1/prompts/{name}/versions/{version}/labels", tag = "prompts", params(("name" = String, Path), ("version" = u32, Path)), request_body = PromptLabels, responses((status = 200, body = PromptVersion), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn set_prompt_labels(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path((name, version)): Path<(String, String)>,
    LargeJson(labels, _permits): LargeJson<PromptLabels>,
) -> ApiResult<Json<PromptVersion>> {
    Ok(Json(state.library.set_prompt_labels(caller.project, &name, number(&version)?, &labels.labels).await?))
}
