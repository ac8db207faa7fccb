//! Annotations in, and those of spans read back.

use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Json, Problem, Query},
    ingest,
    params::limit,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{
    ProjectId, SpanId, TimeRange, TraceId,
    filter::{Field, FieldType, Filter},
    query::{Cursor, ListQuery},
    telemetry::{Incoming, RowBatch, RowKind, Score},
};
use protocol::native::phoenix::{About, Annotation, annotation_json, read_annotations, read_note};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Spans that one look-up or one list may name.
const MAX_SPANS: usize = 1_000;
/// Spans looked up together: each is a condition of a filter.
const SPANS_AT_ONCE: usize = 200;
const DEFAULT_PAGE: usize = 10;

macro_rules! annotates {
    ($($name:ident: $about:expr;)+) => {
        $(pub(super) async fn $name(State(state): State<AppState>, caller: Authorized<Ingest>, headers: HeaderMap, body: Body) -> ApiResult<Json<Value>> {
            let body = read_body(&state, &headers, body).await?;
            let annotations = read_annotations($about, body).map_err(|error| Problem::invalid(error.field, error.message))?;
            Ok(Json(json!({"data": store(&state, caller.project, annotations).await?})))
        })+
    };
}

annotates! {
    of_spans: About::Spans;
    of_documents: About::Documents;
    of_traces: About::Traces;
    of_sessions: About::Sessions;
}

pub(super) async fn note(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let body = read_body(&state, &headers, body).await?;
    let note = read_note(body).map_err(|error| Problem::invalid(error.field, error.message))?;
    let ids = store(&state, caller.project, vec![note]).await?;
    Ok(Json(json!({"data": ids.into_iter().next()})))
}

async fn read_body(state: &AppState, headers: &HeaderMap, body: Body) -> ApiResult<Value> {
    let received = ingest::receive(state, headers, body).await?;
    let bytes = received.bytes;
    ingest::decode(received.length, move || ingest::single(&bytes)).await
}

/// Stores annotations, all or none, and answers `{"id"}` of each.
async fn store(state: &AppState, project: ProjectId, annotations: Vec<Annotation>) -> ApiResult<Vec<Value>> {
    let context = ingest::context(state, project, RowKind::Score).await?;
    let spans: BTreeSet<SpanId> = annotations.iter().filter_map(Annotation::span).collect();
    if spans.len() > MAX_SPANS {
        return Err(Problem::invalid("data", format!("expected annotations of at most {MAX_SPANS} spans, got {}", spans.len())));
    }
    let traces = traces_of(state, project, &spans).await?;
    let missing: Vec<String> = spans.iter().filter(|span| !traces.contains_key(span)).map(|span| span.to_hex()).collect();
    if !missing.is_empty() {
        // As its server says it. Spans are exported in batches: an annotation may be ahead of its span.
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("spans with IDs {} do not exist", missing.join(", "))));
    }
    let aim = |annotation: Annotation| {
        let trace = annotation.span().and_then(|span| traces.get(&span).copied());
        annotation.aimed(trace, &context)
    };
    let scores: Vec<Score> = annotations.into_iter().filter_map(aim).collect();
    let ids = scores.iter().map(|score| json!({"id": score.score_id})).collect();
    let batch = RowBatch { scores: scores.into_iter().map(|score| Incoming::new(score, None)).collect(), ..RowBatch::new(project) };
    ingest::store(state, RowKind::Score, batch, Vec::new()).await?;
    Ok(ids)
}

async fn traces_of(state: &AppState, project: ProjectId, spans: &BTreeSet<SpanId>) -> ApiResult<HashMap<SpanId, TraceId>> {
    let spans: Vec<SpanId> = spans.iter().copied().collect();
    let mut traces = HashMap::new();
    for some in spans.chunks(SPANS_AT_ONCE) {
        let filter = any_of("span_id", some.iter().map(|span| span.to_hex()));
        let query = ListQuery { project, range: TimeRange::ALL, filter, limit: model::query::MAX_PAGE, cursor: None };
        traces.extend(state.store.list_spans(query).await?.items.into_iter().map(|span| (span.span_id, span.trace_id)));
    }
    Ok(traces)
}

fn any_of(column: &'static str, values: impl Iterator<Item = String>) -> Filter {
    Filter::Or(values.map(|value| Filter::equal(Field::Column(column, FieldType::Text), value)).collect())
}

/// `span_ids`, `include_annotation_names` and `exclude_annotation_names` come once for each value.
pub(super) async fn list_of_spans(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> ApiResult<Json<Value>> {
    let all = |name: &str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let one = |name: &str| all(name).into_iter().next();
    let spans = all("span_ids");
    if spans.is_empty() || spans.len() > MAX_SPANS {
        return Err(Problem::invalid("span_ids", format!("expected 1 to {MAX_SPANS} ids")));
    }
    let mut filter = any_of("span_id", spans.into_iter().map(|span| span.to_lowercase()));
    let (included, excluded) = (all("include_annotation_names"), all("exclude_annotation_names"));
    if !included.is_empty() {
        filter = filter.and(any_of("name", included.into_iter()));
    }
    if !excluded.is_empty() {
        filter = filter.and(Filter::Not(Box::new(any_of("name", excluded.into_iter()))));
    }
    let cursor = one("cursor").filter(|cursor| !cursor.is_empty()).map(|cursor| cursor.parse::<Cursor>()).transpose();
    let cursor = cursor.map_err(|error| Problem::invalid("cursor", error.to_string()))?;
    let limit = limit(&one("limit"), DEFAULT_PAGE, 10_000)?.min(model::query::MAX_PAGE);
    let query = ListQuery { project: caller.project, range: TimeRange::ALL, filter, limit, cursor };
    let page = state.store.list_scores(query).await?;
    let data: Vec<Value> = page.items.iter().filter_map(annotation_json).collect();
    Ok(Json(json!({"data": data, "next_cursor": page.next_cursor.map(|cursor| cursor.to_string())})))
}
