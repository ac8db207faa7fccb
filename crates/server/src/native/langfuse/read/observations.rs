//! `/api/public/observations` by pages, and `/api/public/v2/observations` by cursor.

use super::{
    CONCURRENT_LOOKUPS, MAX_ROWS,
    params::{all, equal, range, unknown},
    view::{id_of, is_trace, observation_json},
};
use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    native::langfuse::{lookup::trace_of_observation, paging::PageParams},
    params::given,
};
use axum::{Json, extract::State};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    ProjectId,
    filter::{Comparison, Field, Filter, Operator, Value as Operand},
    query::{Cursor, ListQuery, MAX_PAGE},
    telemetry::{RowKind, Span, SpanKind, SpanSummary, Status},
};
use protocol::langfuse;
use serde::Deserialize;
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 50;
/// Fields that hold what was said, by the group that lists give them in when it is asked for.
const PAYLOAD_FIELDS: [(&str, &str); 3] = [("io", "input"), ("io", "output"), ("metadata", "metadata")];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in super::super) struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    fields: Option<String>,
    name: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    #[serde(rename = "type")]
    observation_type: Option<String>,
    trace_id: Option<String>,
    parent_observation_id: Option<String>,
    level: Option<String>,
    environment: Option<String>,
    from_start_time: Option<String>,
    to_start_time: Option<String>,
}

impl Wanted {
    fn query(&self, project: ProjectId) -> ApiResult<ListQuery> {
        let span = RowKind::Span;
        let kinds = |name: &str| {
            let same = |kind: &&SpanKind| langfuse::observation_type(**kind).eq_ignore_ascii_case(name);
            let kinds = SpanKind::ALL.iter().filter(same).map(|kind| equal(span, "kind", &Some(kind.as_str().to_owned())));
            Filter::Or(kinds.collect())
        };
        let id = |text: &Option<String>, stored: fn(&str) -> String| given(text).map(stored);
        let filter = all([
            equal(span, "name", &self.name),
            equal(span, "user", &self.user_id),
            equal(span, "session", &self.session_id),
            equal(span, "env", &self.environment),
            equal(span, "trace", &id(&self.trace_id, |text| langfuse::trace_id(text).to_hex())),
            equal(span, "parent", &id(&self.parent_observation_id, |text| langfuse::observation_id(text).to_hex())),
            given(&self.observation_type).map_or(Filter::All, kinds),
            given(&self.level).map_or(Filter::All, of_level),
            is_observation(),
        ]);
        let range = range(("fromStartTime", &self.from_start_time), ("toStartTime", &self.to_start_time))?;
        Ok(ListQuery { project, range, filter, limit: MAX_PAGE, cursor: None })
    }
}

/// The spans that stand for traces are the only ones of their kind without a parent.
fn is_observation() -> Filter {
    let field = Field::Attribute(langfuse::NATIVE_TRACE_ID.to_owned());
    let is_told_so = Filter::Compare(Comparison { field, operator: Operator::Exists, value: Operand::Any });
    Filter::Not(Box::new(Filter::And(vec![is_told_so, unknown(RowKind::Span, "parent")])))
}

fn of_level(level: &str) -> Filter {
    let error = Filter::equal(Field::Column("status", model::filter::FieldType::Text), Status::Error.as_str());
    let field = Field::Attribute(langfuse::LEVEL.to_owned());
    match level.to_ascii_uppercase().as_str() {
        "ERROR" => error,
        "DEFAULT" => {
            let other = Filter::Compare(Comparison { field, operator: Operator::Exists, value: Operand::Any });
            Filter::And(vec![Filter::Not(Box::new(error)), Filter::Not(Box::new(other))])
        }
        level => Filter::equal(field, level),
    }
}

pub(in super::super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let mut query = wanted.query(caller.project)?;
    let mut found = Vec::new();
    loop {
        let listed = state.store.list_spans(query.clone()).await?;
        found.extend(listed.items);
        query.cursor = listed.next_cursor;
        if query.cursor.is_none() || found.len() >= MAX_ROWS {
            break;
        }
    }
    let (shown, total) = page.of(found);
    let data = details(&state, caller.project, shown).await?;
    Ok(Json(page.answer(data, total)))
}

pub(in super::super) async fn list_by_cursor(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let cursor = given(&wanted.cursor).map(str::parse::<Cursor>).transpose();
    let cursor = cursor.map_err(|error| Problem::invalid("cursor", error.to_string()))?;
    let limit = wanted.limit.map_or(DEFAULT_LIMIT, |limit| limit as usize).clamp(1, MAX_PAGE);
    let listed = state.store.list_spans(ListQuery { limit, cursor, ..wanted.query(caller.project)? }).await?;
    let mut data = details(&state, caller.project, listed.items).await?;
    let groups: Vec<&str> = wanted.fields.as_deref().unwrap_or_default().split(',').map(str::trim).collect();
    for (_, field) in PAYLOAD_FIELDS.into_iter().filter(|(group, _)| !groups.contains(group)) {
        data.iter_mut().filter_map(Value::as_object_mut).for_each(|observation| drop(observation.remove(field)));
    }
    Ok(Json(json!({"data": data, "meta": {"cursor": listed.next_cursor}})))
}

pub(in super::super) async fn get(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let missing = || Problem::not_found(&format!("observation {id:?}"));
    let span_id = langfuse::observation_id(&id);
    let trace = trace_of_observation(&state, caller.project, span_id).await?.ok_or_else(missing)?;
    let span = state.store.span(caller.project, trace, span_id).await?.ok_or_else(missing)?;
    Ok(Json(with_parent(&state, caller.project, &span).await?))
}

async fn details(state: &AppState, project: ProjectId, spans: Vec<SpanSummary>) -> ApiResult<Vec<Value>> {
    let views = stream::iter(spans).map(|span| async move {
        match state.store.span(project, span.trace_id, span.span_id).await? {
            Some(span) if !is_trace(&span) => with_parent(state, project, &span).await.map(Some),
            _ => ApiResult::Ok(None),
        }
    });
    let found: Vec<Option<Value>> = views.buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// An observation with its parent's id as the client wrote it, which only the parent knows.
async fn with_parent(state: &AppState, project: ProjectId, span: &Span) -> ApiResult<Value> {
    let parent = match span.parent_span_id {
        // Ids that are not hashed need no look-up.
        Some(parent) if span.native_id.is_some() => match state.store.span(project, span.trace_id, parent).await? {
            Some(parent) if is_trace(&parent) => None,
            Some(parent) => Some(id_of(&parent)),
            None => Some(parent.to_hex()),
        },
        parent => parent.map(|parent| parent.to_hex()),
    };
    Ok(observation_json(span, parent, project))
}
