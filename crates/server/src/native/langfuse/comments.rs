//! `/api/public/comments`: on traces, observations and sessions.

use super::{body, lookup::trace_of_observation, paging::PageParams};
use crate::{
    AppState,
    auth::{Authorized, Ingest, SdkRead},
    http::{ApiResult, Path, Problem, Query},
    ingest,
    params::given,
};
use axum::{Json, body::Body, extract::State, http::HeaderMap};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{Field, Filter},
    library::generate_id,
    query::{ListQuery, MAX_PAGE},
    telemetry::{Attributes, Incoming, RowBatch, RowKind, Score, ScoreKind, ScoreSource, ScoreTarget},
};
use protocol::langfuse;
use serde::Deserialize;
use serde_json::{Value, json};

/// Longest comment, as Langfuse has it too.
const MAX_CONTENT_BYTES: usize = 32 * 1024;
/// Most comments that a numbered page looks over.
const MAX_COMMENTS: usize = 10_000;
/// Where the id of what a comment is about is kept as the client wrote it.
const OBJECT_ID: &str = "langfuse.objectId";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewComment {
    object_type: String,
    object_id: String,
    content: String,
    author_user_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    object_type: Option<String>,
    object_id: Option<String>,
    author_user_id: Option<String>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Authorized<Ingest>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<Value>> {
    let (new, permits) = body::read::<NewComment>(&state, &headers, body).await?;
    if new.content.trim().is_empty() || new.content.len() > MAX_CONTENT_BYTES {
        return Err(Problem::invalid("content", format!("expected a text that is not empty, of at most {MAX_CONTENT_BYTES} bytes")));
    }
    let now = Timestamp::now();
    let comment = Score {
        score_id: generate_id(),
        kind: ScoreKind::Comment,
        target: target(&state, caller.project, &new.object_type, &new.object_id).await?,
        name: ScoreKind::Comment.as_str().to_owned(),
        value: None,
        label: None,
        source: ScoreSource::Human,
        comment: Some(new.content),
        author: new.author_user_id,
        metadata: Attributes::from_iter([(OBJECT_ID.to_owned(), Value::String(new.object_id))]),
        timestamp: now,
        ingest_time: now,
        deleted: false,
    };
    let id = comment.score_id.clone();
    let batch = RowBatch { scores: vec![Incoming::new(comment, None)], ..RowBatch::new(caller.project) };
    ingest::store(&state, RowKind::Score, batch, permits).await?;
    Ok(Json(json!({"id": id})))
}

async fn target(state: &AppState, project: ProjectId, object_type: &str, id: &str) -> ApiResult<ScoreTarget> {
    match object_type.to_ascii_uppercase().as_str() {
        "TRACE" => Ok(ScoreTarget::Trace { trace_id: langfuse::trace_id(id) }),
        "SESSION" => Ok(ScoreTarget::Session { session_id: id.to_owned() }),
        "OBSERVATION" => {
            let span_id = langfuse::observation_id(id);
            let trace_id = trace_of_observation(state, project, span_id).await?;
            Ok(ScoreTarget::Span { trace_id: trace_id.ok_or_else(|| Problem::not_found("observation"))?, span_id })
        }
        _ => Err(Problem::invalid("objectType", "expected TRACE, OBSERVATION or SESSION: nothing else has comments here")),
    }
}

pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authorized<SdkRead>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Value>> {
    let page = PageParams::new(wanted.page, wanted.limit).page()?;
    let filter = column("kind", ScoreKind::Comment.as_str());
    let mut query = ListQuery { project: caller.project, range: TimeRange::ALL, filter, limit: MAX_PAGE, cursor: None };
    if let Some(author) = given(&wanted.author_user_id) {
        query.filter = query.filter.and(column("author", author));
    }
    let mut found = Vec::new();
    loop {
        let listed = state.store.list_scores(query.clone()).await?;
        found.extend(listed.items.into_iter().filter(|comment| wanted.matches(comment)));
        query.cursor = listed.next_cursor;
        if query.cursor.is_none() || found.len() >= MAX_COMMENTS {
            break;
        }
    }
    let (shown, total) = page.of(found);
    Ok(Json(page.answer(shown.iter().map(|comment| comment_json(comment, caller.project)).collect(), total)))
}

fn column(name: &str, text: &str) -> Filter {
    Field::lookup(RowKind::Score, name).map_or(Filter::All, |field| Filter::equal(field, text))
}

impl Wanted {
    fn matches(&self, comment: &Score) -> bool {
        let (object_type, id) = object_of(comment);
        given(&self.object_type).is_none_or(|wanted| wanted.eq_ignore_ascii_case(object_type))
            && given(&self.object_id).is_none_or(|wanted| wanted == id)
    }
}

pub(super) async fn get(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let found = state.store.score(caller.project, &id).await?.filter(|row| row.kind == ScoreKind::Comment);
    found.map(|comment| Json(comment_json(&comment, caller.project))).ok_or_else(|| Problem::not_found("comment"))
}

/// What a comment is about, as Langfuse names it.
fn object_of(comment: &Score) -> (&'static str, String) {
    let kept = comment.metadata.get(OBJECT_ID).and_then(Value::as_str).map(str::to_owned);
    let (object_type, id) = match &comment.target {
        ScoreTarget::Span { span_id, .. } => ("OBSERVATION", span_id.to_hex()),
        ScoreTarget::Trace { trace_id } => ("TRACE", trace_id.to_hex()),
        ScoreTarget::Session { session_id } => ("SESSION", session_id.clone()),
    };
    (object_type, kept.unwrap_or(id))
}

fn comment_json(comment: &Score, project: ProjectId) -> Value {
    let (object_type, object_id) = object_of(comment);
    json!({
        "id": comment.score_id, "projectId": project, "createdAt": comment.timestamp, "updatedAt": comment.ingest_time,
        "objectType": object_type, "objectId": object_id, "content": comment.comment, "authorUserId": comment.author,
    })
}
