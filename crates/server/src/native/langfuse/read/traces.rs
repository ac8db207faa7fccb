//! `/api/public/traces`.

use super::{
    CONCURRENT_LOOKUPS, MAX_ROWS,
    params::{all, equal, is, range, unknown},
    scores::{score_json, scores_of},
    trace_view::TraceView,
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::langfuse::paging::PageParams,
    params::given,
};
use axum::{Json, extract::State};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    ProjectId, TraceId,
    filter::{Field, Filter},
    query::{ListQuery, MAX_PAGE, TraceSummary},
    telemetry::{RowKind, Span, SpanSummary},
};
use protocol::langfuse;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most observations of one trace in an answer.
const MAX_OBSERVATIONS: usize = 2_000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    user_id: Option<String>,
    session_id: Option<String>,
    name: Option<String>,
    tags: Option<String>,
    release: Option<String>,
    environment: Option<String>,
    from_timestamp: Option<String>,
    to_timestamp: Option<String>,
}

impl Wanted {
    /// What a trace's spans must say.
    fn filter(&self) -> Filter {
        let span = RowKind::Span;
        let is_named = |name: &str| {
            let root = is(span, "name", name).and(unknown(span, "parent"));
            Filter::Or(vec![Filter::equal(Field::Attribute(langfuse::TRACE_NAME.to_owned()), name), root])
        };
        all([
            equal(span, "user", &self.user_id),
            equal(span, "session", &self.session_id),
            equal(span, "release", &self.release),
            equal(span, "env", &self.environment),
            equal(span, "tag", &self.tags),
            given(&self.name).map_or(Filter::All, is_named),
        ])
    }
}

pub(in super::super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let range = range(("fromTimestamp", &wanted.from_timestamp), ("toTimestamp", &wanted.to_timestamp))?;
    let query = ListQuery { project: caller.project, range, filter: wanted.filter(), limit: MAX_PAGE, cursor: None };
    let (shown, total) = page.of(summaries(&state, query).await?);
    let views = stream::iter(shown).map(|summary| root_view(&state, caller.project, summary));
    let views: Vec<TraceView> = views.buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    let mut data = Vec::with_capacity(views.len());
    for view in views {
        let mut trace = view.json(caller.project);
        trace["observations"] = json!(view.observation_ids());
        let scores = scores_of(&state, caller.project, view.summary.trace_id, &[]).await?;
        trace["scores"] = scores.iter().map(|score| Value::from(score.score_id.as_str())).collect();
        data.push(trace);
    }
    Ok(Json(page.answer(data, total)))
}

/// The traces that match, newest first, within bounds.
pub(super) async fn summaries(state: &AppState, mut query: ListQuery) -> ApiResult<Vec<TraceSummary>> {
    let mut found = Vec::new();
    loop {
        let listed = state.store.list_traces(query.clone()).await?;
        found.extend(listed.items);
        query.cursor = listed.next_cursor;
        if query.cursor.is_none() || found.len() >= MAX_ROWS {
            return Ok(found);
        }
    }
}

/// A trace with its root alone, for lists.
pub(super) async fn root_view(state: &AppState, project: ProjectId, summary: TraceSummary) -> ApiResult<TraceView> {
    let detail = state.store.trace(project, summary.trace_id, None, MAX_PAGE).await?;
    let Some(detail) = detail else { return Ok(TraceView { summary, spans: Vec::new() }) };
    let root = detail.spans.iter().find(|span| span.parent_span_id.is_none()).or(detail.spans.first());
    let spans = match root {
        Some(root) => state.store.span(project, root.trace_id, root.span_id).await?.into_iter().collect(),
        None => Vec::new(),
    };
    Ok(TraceView { summary: detail.summary, spans })
}

pub(in super::super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let view = whole_view(&state, caller.project, langfuse::trace_id(&id)).await?;
    let view = view.ok_or_else(|| Problem::not_found(&format!("trace {id:?}")))?;
    let mut trace = view.json(caller.project);
    let scores = scores_of(&state, caller.project, view.summary.trace_id, &view.spans).await?;
    trace["scores"] = scores.iter().map(|score| score_json(score, caller.project)).collect();
    trace["observations"] = Value::Array(view.observations(caller.project));
    Ok(Json(trace))
}

/// A trace with its spans in full.
async fn whole_view(state: &AppState, project: ProjectId, trace: TraceId) -> ApiResult<Option<TraceView>> {
    let mut summary = None;
    let mut spans: Vec<SpanSummary> = Vec::new();
    let mut cursor = None;
    while spans.len() < MAX_OBSERVATIONS {
        let Some(detail) = state.store.trace(project, trace, cursor, MAX_PAGE).await? else { break };
        spans.extend(detail.spans);
        summary = Some(detail.summary);
        cursor = detail.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let Some(summary) = summary else { return Ok(None) };
    let details = stream::iter(spans).map(|span| async move { state.store.span(project, span.trace_id, span.span_id).await });
    let found: Vec<Option<Span>> = details.buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    Ok(Some(TraceView { summary, spans: found.into_iter().flatten().collect() }))
}
