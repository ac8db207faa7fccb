//! `/v1/prompts`: pushed, and pulled by version, label or commit. Every push makes a version; its commit is another name of it.

use super::{envelope::Envelope, keep};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::links::Dashboard,
};
use axum::{body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId,
    library::{LATEST, PageRequest, PromptBody, PromptSelector, PromptVersion},
    query::MAX_PAGE,
};
use protocol::native::deepeval;
use serde::Deserialize;
use serde_json::{Value, json};

/// The only branch there is.
const MAIN: &str = "main";

#[derive(Deserialize)]
pub(super) struct Branch {
    branch: Option<String>,
}

pub(super) async fn push(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    dashboard: Dashboard,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let read = |body: Value| {
        let branch = body.get("branch").and_then(Value::as_str).map(str::to_owned);
        Ok((branch, deepeval::new_prompt_version(body)?))
    };
    let ((branch, new), _received) = keep::read(&state, &headers, body, read).await?;
    check_branch(branch.as_deref())?;
    let version = state.library.create_prompt_version(caller.project, new).await?;
    let data = json!({"promptId": id_of(&version), "hash": deepeval::commit_hash(&version), "version": version.version.to_string()});
    Ok(Envelope::with_link(data, dashboard.of(&state, caller.project).await.prompt(&version.name)))
}

pub(super) async fn by_version(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path((alias, version)): Path<(String, String)>,
) -> ApiResult<Envelope> {
    let number = deepeval::version_number(&version).ok_or_else(|| no_prompt(&alias, &format!("version {version:?}")))?;
    let found = state.library.prompt(caller.project, &alias, &PromptSelector::Version(number)).await?;
    let found = found.ok_or_else(|| no_prompt(&alias, &format!("version {version:?}")))?;
    Ok(Envelope::new(deepeval::prompt(&found, None)))
}

pub(super) async fn by_label(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path((alias, label)): Path<(String, String)>,
) -> ApiResult<Envelope> {
    let found = state.library.prompt(caller.project, &alias, &PromptSelector::Label(label.clone())).await?;
    let found = found.ok_or_else(|| no_prompt(&alias, &format!("label {label:?}")))?;
    Ok(Envelope::new(deepeval::prompt(&found, Some(&label))))
}

pub(super) async fn by_commit(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path((alias, hash)): Path<(String, String)>,
    Query(asked): Query<Branch>,
) -> ApiResult<Envelope> {
    check_branch(asked.branch.as_deref())?;
    let found = commit(&state, caller.project, &alias, &hash).await?;
    Ok(Envelope::new(deepeval::prompt(&found, None)))
}

/// The version that a commit made. `latest` is the newest.
async fn commit(state: &AppState, project: ProjectId, alias: &str, hash: &str) -> ApiResult<PromptVersion> {
    let missing = || no_prompt(alias, &format!("commit {hash:?}"));
    if hash == LATEST {
        return state.library.prompt(project, alias, &PromptSelector::Latest).await?.ok_or_else(missing);
    }
    let number = deepeval::version_of_hash(hash).ok_or_else(missing)?;
    let found = state.library.prompt(project, alias, &PromptSelector::Version(number)).await?;
    found.filter(|version| deepeval::commit_hash(version) == hash).ok_or_else(missing)
}

/// Newest first; the newest [`MAX_PAGE`] of them.
pub(super) async fn commits(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(alias): Path<String>,
    Query(asked): Query<Branch>,
) -> ApiResult<Envelope> {
    check_branch(asked.branch.as_deref())?;
    let known = state.library.list_prompt_versions(caller.project, &alias, PageRequest::first(MAX_PAGE)).await?;
    let commit = |version: &PromptVersion| {
        let message = version.commit_message.clone().unwrap_or_else(|| format!("Version {}", version.version));
        json!({"id": id_of(version), "hash": deepeval::commit_hash(version), "message": message})
    };
    Ok(Envelope::new(json!({"commits": known.items.iter().map(commit).collect::<Vec<_>>()})))
}

pub(super) async fn versions(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(alias): Path<String>) -> ApiResult<Envelope> {
    let known = state.library.list_prompt_versions(caller.project, &alias, PageRequest::first(MAX_PAGE)).await?;
    let version = |version: &PromptVersion| json!({"id": id_of(version), "version": version.version.to_string()});
    let list = match known.items.first().map(|newest| &newest.body) {
        Some(PromptBody::Chat(_)) => "messagesVersions",
        _ => "textVersions",
    };
    Ok(Envelope::new(json!({list: known.items.iter().map(version).collect::<Vec<_>>()})))
}

#[derive(Deserialize)]
struct CreateVersion {
    hash: Option<String>,
}

/// Every commit is a version already: says which.
pub(super) async fn create_version(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(alias): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Envelope> {
    let read = |body| serde_json::from_value(body).map_err(|error| protocol::RowError::new("hash", error.to_string()));
    let (asked, _received) = keep::read::<CreateVersion>(&state, &headers, body, read).await?;
    let found = commit(&state, caller.project, &alias, asked.hash.as_deref().unwrap_or(LATEST)).await?;
    Ok(Envelope::new(json!({"id": id_of(&found), "version": found.version.to_string(), "hash": deepeval::commit_hash(&found)})))
}

pub(super) async fn branches(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(alias): Path<String>) -> ApiResult<Envelope> {
    let newest = state.library.prompt(caller.project, &alias, &PromptSelector::Latest).await?;
    newest.ok_or_else(|| no_prompt(&alias, "version"))?;
    Ok(Envelope::new(json!({"branches": [{"id": MAIN, "name": MAIN}]})))
}

fn id_of(version: &PromptVersion) -> String {
    format!("{}:{}", version.name, version.version)
}

fn check_branch(branch: Option<&str>) -> ApiResult<()> {
    match branch {
        None | Some(MAIN) => Ok(()),
        Some(other) => Err(Problem::invalid("branch", format!("expected main: this server keeps one line of versions, not {other:?}"))),
    }
}

fn no_prompt(alias: &str, which: &str) -> Problem {
    Problem::not_found(&format!("the prompt {alias:?} with {which}"))
}
