//! Prompts of the library, as Opik's SDK knows them: by name, by version, by commit, by environment.

use super::{pages::PageParams, unsupported::not_here};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkAdmin, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::{self, LargeJson, Received},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use model::{
    ProjectId,
    library::{NewPromptVersion, PageRequest, PromptSelector, PromptSummary, PromptVersion},
    query::MAX_PAGE,
};
use protocol::{
    DecodeError,
    native::opik::{commit_of, new_prompt, new_prompt_version, prompt_json, prompt_key, version_json},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Names that are looked through for one, by pages of [`MAX_PAGE`].
const MAX_PAGES: usize = 10;

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    let (new, _received) = read_body(&state, &headers, body, new_prompt).await?;
    if state.library.prompt(caller.project, &new.name, &PromptSelector::Latest).await?.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "a prompt of this name is there already"));
    }
    state.library.create_prompt_version(caller.project, new).await?;
    Ok(StatusCode::CREATED)
}

pub(super) async fn create_version(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (new, _received) = read_body(&state, &headers, body, new_prompt_version).await?;
    Ok(Json(version_json(&state.library.create_prompt_version(caller.project, new).await?)))
}

async fn read_body(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
    read: fn(&[u8]) -> Result<NewPromptVersion, DecodeError>,
) -> ApiResult<(NewPromptVersion, Received)> {
    let received = ingest::receive(state, headers, body).await?;
    let bytes: Bytes = received.bytes.clone();
    let new = ingest::decode(received.length, move || Ok(read(&bytes)?)).await?;
    Ok((new, received))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: String,
    commit: Option<String>,
    environment: Option<String>,
    version_number: Option<String>,
}

pub(super) async fn retrieve(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(wanted, _permits): LargeJson<Wanted>,
) -> ApiResult<Json<Value>> {
    let missing = || Problem::not_found(&format!("the prompt {:?} in this version", wanted.name));
    if let Some(commit) = &wanted.commit {
        let known = state.library.list_prompt_versions(caller.project, &wanted.name, PageRequest::first(MAX_PAGE)).await?;
        let found = known.items.iter().find(|version| commit_of(version) == *commit).ok_or_else(missing)?;
        return Ok(Json(version_json(found)));
    }
    let selector = match (&wanted.version_number, &wanted.environment) {
        (Some(number), _) => PromptSelector::Version(number.trim_start_matches('v').parse().map_err(|_| missing())?),
        (None, Some(environment)) => PromptSelector::Label(environment.clone()),
        (None, None) => PromptSelector::Latest,
    };
    let found = state.library.prompt(caller.project, &wanted.name, &selector).await?;
    Ok(Json(version_json(&found.ok_or_else(missing)?)))
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    name: Option<String>,
    filters: Option<String>,
    search: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
}

impl ListParams {
    fn page(&self) -> ApiResult<PageParams> {
        if self.filters.as_deref().is_some_and(|filters| !matches!(filters, "" | "[]")) || self.search.is_some() {
            return Err(not_here("prompts are found by name here, not by filters or a search"));
        }
        Ok(PageParams::new(self.page, self.size))
    }
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    let page = params.page()?;
    let part = params.name.clone().unwrap_or_default().to_lowercase();
    if part.is_empty() {
        let listed = state.library.list_prompts(caller.project, page.request()).await?;
        return Ok(Json(page.answer(listed.items.iter().map(prompt_json).collect(), listed.total)));
    }
    let found = names(&state, caller.project, |prompt| prompt.name.to_lowercase().contains(&part)).await?;
    Ok(Json(page.of(found.iter().map(prompt_json).collect())))
}

async fn names(state: &AppState, project: ProjectId, is_wanted: impl Fn(&PromptSummary) -> bool) -> ApiResult<Vec<PromptSummary>> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let listed = state.library.list_prompts(project, PageRequest::after(after, MAX_PAGE)).await?;
        found.extend(listed.items.into_iter().filter(|prompt| is_wanted(prompt)));
        after = listed.next_cursor;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// A prompt by its id, and the number in the id.
async fn by_id(state: &AppState, project: ProjectId, id: &str) -> ApiResult<(PromptSummary, u32)> {
    let missing = || Problem::not_found("prompt");
    let key = prompt_key(id).ok_or_else(missing)?;
    let found = names(state, project, |prompt| key.is_of(&prompt.name)).await?.into_iter().next();
    Ok((found.ok_or_else(missing)?, key.version))
}

pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let (prompt, _) = by_id(&state, caller.project, &id).await?;
    let newest = state.library.prompt(caller.project, &prompt.name, &PromptSelector::Latest).await?;
    let mut answer = prompt_json(&prompt);
    answer["latest_version"] = newest.as_ref().map(version_json).unwrap_or_default();
    Ok(Json(answer))
}

pub(super) async fn delete(State(state): State<AppState>, caller: Authorized<SdkAdmin>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let (prompt, _) = by_id(&state, caller.project, &id).await?;
    state.library.delete_prompt(caller.project, &prompt.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Newest first.
pub(super) async fn versions(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    let page = params.page()?;
    let (prompt, _) = by_id(&state, caller.project, &id).await?;
    let listed = state.library.list_prompt_versions(caller.project, &prompt.name, page.request()).await?;
    Ok(Json(page.answer(listed.items.iter().map(version_json).collect(), listed.total)))
}

pub(super) async fn read_version(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    Ok(Json(version_json(&version(&state, caller.project, &id).await?)))
}

async fn version(state: &AppState, project: ProjectId, id: &str) -> ApiResult<PromptVersion> {
    let (prompt, number) = by_id(state, project, id).await?;
    let found = state.library.prompt(project, &prompt.name, &PromptSelector::Version(number)).await?;
    found.ok_or_else(|| Problem::not_found("prompt version"))
}

#[derive(Deserialize)]
pub(super) struct Environments {
    environments: Vec<String>,
}

/// They point at this version from now on, and others no longer do.
pub(super) async fn set_environments(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    Path(id): Path<String>,
    LargeJson(told, _permits): LargeJson<Environments>,
) -> ApiResult<Json<Value>> {
    let version = version(&state, caller.project, &id).await?;
    let labelled = state.library.set_prompt_labels(caller.project, &version.name, version.version, &told.environments).await?;
    Ok(Json(json!({"environments": version_json(&labelled)["environments"]})))
}
