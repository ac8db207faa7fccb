//! Traces and spans read back: by id, in pages, and as searches whose answer is one line for each.

use super::{
    filters::{Condition, filter_of},
    lines,
    projects::of_id,
};
use crate::{
    AppState,
    auth::{Authorized, SdkAdmin, SdkRead},
    http::{ApiResult, Json, Path, Problem, Query},
    ingest::LargeJson,
    native::by_native_id::span_by_native_id,
};
use axum::{extract::State, http::StatusCode, response::Response};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    ProjectId, SpanId, TimeRange, Timestamp,
    erase::EraseTarget,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value as FilterValue},
    query::{Cursor, ListQuery, MAX_PAGE},
    telemetry::{ScoreTarget, Span, SpanSummary},
};
use protocol::native::opik::{self, CONVENTION, Entity, PROJECT_ATTRIBUTE};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Rows of one search. The SDK asks for so many, and for what follows.
const MAX_LIMIT: usize = 2_000;
const DEFAULT_LIMIT: usize = 500;
/// Rows that are read with their payloads and written out together.
const PIECE: usize = 50;
const CONCURRENT_LOOKUPS: usize = 8;
/// Most traces of one deletion: each is an erasure of its own.
const MAX_DELETED: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    project_name: Option<String>,
    project_id: Option<String>,
    trace_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    filters: Option<Vec<Condition>>,
    limit: Option<usize>,
    last_retrieved_id: Option<String>,
    from_time: Option<Timestamp>,
    to_time: Option<Timestamp>,
}

/// The parameters of a list, and its page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListParams {
    project_name: Option<String>,
    project_id: Option<String>,
    trace_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    filters: Option<String>,
    page: Option<u64>,
    size: Option<usize>,
}

pub(super) async fn trace(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let found = state.store.span(caller.project, opik::trace_id(&id), opik::span_id(&id)).await?;
    let found = found.ok_or_else(|| Problem::not_found("trace"))?;
    let rendered = rendered(&state, caller.project, Entity::Traces, vec![found]).await?.pop();
    Ok(Json(rendered.unwrap_or_default()))
}

pub(super) async fn span(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let found = span_by_native_id(&state, caller.project, CONVENTION, &id).await?.ok_or_else(|| Problem::not_found("span"))?;
    let rendered = rendered(&state, caller.project, Entity::Spans, vec![found]).await?.pop();
    Ok(Json(rendered.unwrap_or_default()))
}

pub(super) async fn search_traces(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(question, _permits): LargeJson<Question>,
) -> ApiResult<Response> {
    search(state, caller.project, Entity::Traces, question).await
}

pub(super) async fn search_spans(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    LargeJson(question, _permits): LargeJson<Question>,
) -> ApiResult<Response> {
    search(state, caller.project, Entity::Spans, question).await
}

async fn search(state: AppState, project: ProjectId, entity: Entity, question: Question) -> ApiResult<Response> {
    let limit = question.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let found = found(&state, project, entity, &question, limit).await?;
    let pieces: Vec<Vec<SpanSummary>> = found.chunks(PIECE).map(<[SpanSummary]>::to_vec).collect();
    Ok(lines::streamed(stream::iter(pieces).then(move |piece| {
        let state = state.clone();
        async move { whole(&state, project, entity, piece).await }
    })))
}

pub(super) async fn list_traces(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    list(&state, caller.project, Entity::Traces, params).await
}

pub(super) async fn list_spans(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Json<Value>> {
    list(&state, caller.project, Entity::Spans, params).await
}

async fn list(state: &AppState, project: ProjectId, entity: Entity, params: ListParams) -> ApiResult<Json<Value>> {
    let filters = params.filters.as_deref().map(serde_json::from_str::<Vec<Condition>>).transpose();
    let question = Question {
        project_name: params.project_name,
        project_id: params.project_id,
        trace_id: params.trace_id,
        kind: params.kind,
        filters: filters.map_err(|error| Problem::invalid("filters", format!("expected a JSON list of conditions: {error}")))?,
        ..Question::default()
    };
    let (number, size) = (params.page.unwrap_or(1).max(1), params.size.unwrap_or(10).clamp(1, PIECE * 2));
    let skipped = usize::try_from(number - 1).unwrap_or(usize::MAX).saturating_mul(size);
    // Rows that match are counted as far as the longest search reaches.
    let found = found(state, project, entity, &question, MAX_LIMIT).await?;
    let total = found.len();
    let page = whole(state, project, entity, found.into_iter().skip(skipped).take(size).collect()).await?;
    Ok(Json(json!({"page": number, "size": page.len(), "total": total, "content": page})))
}

/// Newest first.
async fn found(state: &AppState, project: ProjectId, entity: Entity, question: &Question, limit: usize) -> ApiResult<Vec<SpanSummary>> {
    let range = TimeRange { from: question.from_time.unwrap_or(Timestamp::MIN), to: question.to_time.unwrap_or(Timestamp::MAX) };
    let mut query = ListQuery { project, range, filter: conditions(entity, question)?, limit: limit.min(MAX_PAGE), cursor: None };
    if let Some(id) = &question.last_retrieved_id {
        let last = span_by_native_id(state, project, CONVENTION, id).await?;
        let last = last.ok_or_else(|| Problem::invalid("last_retrieved_id", "expected the id of the last row of an answer"))?;
        query.cursor = Some(Cursor { time: last.start_time, tie: format!("{}{}", last.trace_id.to_hex(), last.span_id.to_hex()) });
    }
    let mut found = Vec::new();
    while found.len() < limit {
        query.limit = (limit - found.len()).min(MAX_PAGE);
        let page = state.store.list_spans(query.clone()).await?;
        found.extend(page.items);
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    Ok(found)
}

fn conditions(entity: Entity, question: &Question) -> ApiResult<Filter> {
    let text = |name| Field::Column(name, FieldType::Text);
    let has_parent = Comparison { field: text("parent_span_id"), operator: Operator::Exists, value: FilterValue::Any };
    let has_parent = Filter::Compare(has_parent);
    let mut all = Filter::equal(text("convention"), CONVENTION).and(match entity {
        Entity::Traces => Filter::Not(Box::new(has_parent)),
        Entity::Spans => has_parent,
    });
    if let Some(name) = &question.project_name {
        all = all.and(Filter::equal(Field::Attribute(PROJECT_ATTRIBUTE.to_owned()), name.clone()));
    }
    if let Some(id) = &question.project_id {
        all = all.and(of_id(&id.to_lowercase()));
    }
    if let Some(id) = &question.trace_id {
        all = all.and(Filter::equal(text("trace_id"), opik::trace_id(id).to_hex()));
    }
    if let Some(kind) = &question.kind {
        let kind = Condition::equal("type", kind);
        all = all.and(filter_of(Entity::Spans, &[kind])?);
    }
    Ok(all.and(filter_of(entity, question.filters.as_deref().unwrap_or_default())?))
}

async fn whole(state: &AppState, project: ProjectId, entity: Entity, found: Vec<SpanSummary>) -> ApiResult<Vec<Value>> {
    let spans = stream::iter(found).map(|summary| async move { state.store.span(project, summary.trace_id, summary.span_id).await });
    let spans: Vec<Option<Span>> = spans.buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    rendered(state, project, entity, spans.into_iter().flatten().collect()).await
}

/// With what was said about them.
pub(super) async fn rendered(state: &AppState, project: ProjectId, entity: Entity, spans: Vec<Span>) -> ApiResult<Vec<Value>> {
    let target = |span: &Span| match entity {
        Entity::Traces => ScoreTarget::Trace { trace_id: span.trace_id },
        Entity::Spans => ScoreTarget::Span { trace_id: span.trace_id, span_id: span.span_id },
    };
    let targets: Vec<ScoreTarget> = spans.iter().map(target).collect();
    let scores = state.store.scores_of(project, &targets).await?;
    let mut parents = Parents::default();
    let mut answer = Vec::with_capacity(spans.len());
    for (span, target) in spans.iter().zip(&targets) {
        let own: Vec<_> = scores.iter().filter(|score| score.target == *target && !score.deleted).cloned().collect();
        answer.push(match entity {
            Entity::Traces => opik::trace_json(span, &own),
            Entity::Spans => opik::span_json(span, parents.of(state, project, span).await?.as_deref(), &own),
        });
    }
    Ok(answer)
}

/// The clients' own ids of spans' parents, each looked up once.
#[derive(Default)]
struct Parents(HashMap<SpanId, Option<String>>);

impl Parents {
    /// `None` where the parent is the trace.
    async fn of(&mut self, state: &AppState, project: ProjectId, span: &Span) -> ApiResult<Option<String>> {
        let Some(parent) = span.parent_span_id else { return Ok(None) };
        if parent == opik::root_of(span.trace_id) {
            return Ok(None);
        }
        if let Some(known) = self.0.get(&parent) {
            return Ok(known.clone());
        }
        let native = state.store.span(project, span.trace_id, parent).await?.and_then(|span| span.native_id);
        self.0.insert(parent, native.clone());
        Ok(native)
    }
}

#[derive(Deserialize)]
pub(super) struct Ids {
    ids: Vec<String>,
}

/// Erases them: no read shows them any more, files lose them later.
pub(super) async fn delete_traces(
    State(state): State<AppState>,
    caller: Authorized<SdkAdmin>,
    LargeJson(asked, _permits): LargeJson<Ids>,
) -> ApiResult<StatusCode> {
    if asked.ids.len() > MAX_DELETED {
        return Err(Problem::invalid("ids", format!("expected at most {MAX_DELETED}")));
    }
    for id in &asked.ids {
        state.store.erase(caller.project, EraseTarget::Trace { trace_id: opik::trace_id(id) }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
