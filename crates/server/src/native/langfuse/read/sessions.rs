//! `/api/public/sessions`.

use super::{
    CONCURRENT_LOOKUPS, MAX_ROWS,
    params::{is, range},
    trace_view::TraceView,
    traces::{root_view, summaries},
    view::DEFAULT_ENVIRONMENT,
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::langfuse::paging::PageParams,
};
use axum::{Json, extract::State};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::Filter,
    query::{ListQuery, MAX_PAGE},
    telemetry::RowKind,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    environment: Option<String>,
    from_timestamp: Option<String>,
    to_timestamp: Option<String>,
}

pub(in super::super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let range = range(("fromTimestamp", &wanted.from_timestamp), ("toTimestamp", &wanted.to_timestamp))?;
    let filter = wanted.environment.as_deref().map_or(Filter::All, |environment| is(RowKind::Span, "env", environment));
    let mut query = ListQuery { project: caller.project, range, filter, limit: MAX_PAGE, cursor: None };
    let mut found = Vec::new();
    loop {
        let listed = state.store.list_sessions(query.clone()).await?;
        found.extend(listed.items);
        query.cursor = listed.next_cursor;
        if query.cursor.is_none() || found.len() >= MAX_ROWS {
            break;
        }
    }
    let (shown, total) = page.of(found);
    let environment = wanted.environment.as_deref();
    let data = shown.into_iter().map(|session| session_json(&session.session_id, session.first_seen, environment, caller.project));
    Ok(Json(page.answer(data.collect(), total)))
}

/// A session with its traces.
pub(in super::super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let filter = is(RowKind::Span, "session", &id);
    let query = ListQuery { project: caller.project, range: TimeRange::ALL, filter, limit: MAX_PAGE, cursor: None };
    let found = summaries(&state, query).await?;
    let first = found.iter().map(|trace| trace.start_time).min().ok_or_else(|| Problem::not_found(&format!("session {id:?}")))?;
    let views = stream::iter(found).map(|summary| root_view(&state, caller.project, summary));
    let views: Vec<TraceView> = views.buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    let environment = views.iter().find_map(|view| view.summary.environment.clone());
    let mut session = session_json(&id, first, environment.as_deref(), caller.project);
    session["traces"] = views.iter().map(|view| view.json(caller.project)).collect();
    Ok(Json(session))
}

fn session_json(id: &str, created: Timestamp, environment: Option<&str>, project: ProjectId) -> Value {
    json!({"id": id, "createdAt": created, "projectId": project, "environment": environment.unwrap_or(DEFAULT_ENVIRONMENT)})
}
