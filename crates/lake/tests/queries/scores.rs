//! Late facts in SQL, beside spans that are reported again, and in numbers.

use crate::support::{compact_all, lake};
use lake::Lake;
use model::{
    ProjectId,
    filter::parse,
    ports::TelemetryStore,
    query::{ListQuery, SqlLimits, SqlQuery},
    telemetry::{RowBatch, RowKind, Score, ScoreTarget, Span},
};
use serde_json::{Value, json};
use testkit::fixtures::{about_span, at, bookmark, comment, fresh, full_score, hour, llm_span, score, span_id, trace_id};

async fn store(lake: &Lake, project: ProjectId, spans: Vec<Span>, scores: Vec<Score>) {
    let (spans, scores) = (spans.into_iter().map(fresh).collect(), scores.into_iter().map(fresh).collect());
    lake.commit(RowBatch { spans, scores, ..RowBatch::new(project) }).await.unwrap();
}

async fn rows(lake: &Lake, project: ProjectId, query: &str) -> Value {
    let answer = lake.sql(SqlQuery { project, query: query.to_owned(), limits: SqlLimits::default() }).await;
    json!(answer.unwrap_or_else(|error| panic!("{query}: {error}")).rows)
}

async fn names(lake: &Lake, project: ProjectId, filter: &str) -> Vec<String> {
    let filter = parse(filter, RowKind::Span).unwrap();
    let page = lake.list_spans(ListQuery { project, range: hour(), filter, limit: 1_000, cursor: None }).await.unwrap();
    page.items.into_iter().map(|span| span.name).collect()
}

#[tokio::test]
async fn sql_shows_what_holds_now_and_joins() {
    let (lake, _directory) = lake().await;
    let (project, other) = (ProjectId::generate(), ProjectId::generate());
    let spans = (1..=3).map(llm_span).collect();
    let first = Score { value: Some(0.1), ..score("quality", 1, about_span(1)) };
    store(
        &lake,
        project,
        spans,
        vec![first.clone(), score("quality", 2, about_span(2)), comment("said", "why?", about_span(2)), full_score()],
    )
    .await;
    store(&lake, other, Vec::new(), vec![score("quality", 9, about_span(1))]).await;
    compact_all(&lake).await;
    let gone = score("quality", 2, about_span(2)).deletion(at(50));
    let session = bookmark("mark", ScoreTarget::Session { session_id: "s".into() });
    store(&lake, project, Vec::new(), vec![Score { value: Some(0.9), ..first }, gone, session]).await;
    for round in ["two levels", "one level"] {
        let all = "SELECT score_id, kind, target, name, value, label, source, author FROM scores ORDER BY score_id";
        let expected = json!([
            ["mark", "bookmark", "session", "bookmark", null, null, "code", null],
            ["quality-1", "score", "span", "quality", 0.9, null, "code", null],
            ["quality-60", "score", "span", "quality", 0.5, "good", "human", "Ann"],
            ["said", "comment", "span", "comment", null, null, "code", null],
        ]);
        assert_eq!(rows(&lake, project, all).await, expected, "{round}");
        let joined = "SELECT spans.span_id, scores.value FROM spans JOIN scores USING (trace_id, span_id) WHERE scores.kind = 'score'";
        assert_eq!(rows(&lake, project, joined).await, json!([[span_id(1).to_hex(), 0.9]]), "{round}");
        let averages = "SELECT s.request_model, avg(f.value) FROM spans s LEFT JOIN scores f ON f.trace_id = s.trace_id AND f.span_id = s.span_id \
             AND f.name = 'quality' GROUP BY s.request_model";
        assert_eq!(rows(&lake, project, averages).await, json!([["gpt-4o", 0.9]]), "{round}");
        let columns =
            rows(&lake, project, "SELECT metadata, comment, trace_id, session_id FROM scores WHERE score_id = 'quality-60'").await;
        let metadata: Value = serde_json::from_str(columns[0][0].as_str().unwrap()).unwrap();
        assert_eq!((metadata, &columns[0][2]), (json!(full_score().metadata), &json!(trace_id(77).to_hex())), "{round}");
        compact_all(&lake).await;
    }
    assert_eq!(rows(&lake, other, "SELECT count(*), max(value) FROM scores").await, json!([[1, 0.5]]));
}

#[tokio::test]
async fn a_condition_on_scores_sees_only_the_last_report_of_a_span() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    let in_session = |number: u32, session: &str| Span { session_id: Some(session.into()), name: session.into(), ..llm_span(number) };
    store(&lake, project, vec![in_session(1, "before"), in_session(2, "stays")], Vec::new()).await;
    compact_all(&lake).await;
    store(&lake, project, vec![in_session(1, "after")], Vec::new()).await;
    let mark = |session: &str| bookmark(session, ScoreTarget::Session { session_id: session.into() });
    store(&lake, project, Vec::new(), vec![mark("before")]).await;
    assert_eq!(names(&lake, project, "bookmarked:true").await, [""; 0]);
    store(&lake, project, Vec::new(), vec![mark("after")]).await;
    assert_eq!(names(&lake, project, "bookmarked:true").await, ["after"]);
    assert_eq!(names(&lake, project, "-bookmarked:true").await, ["stays"]);
}

#[tokio::test]
async fn thousands_of_scores_are_resolved_whatever_their_levels() {
    let (lake, _directory) = lake().await;
    let project = ProjectId::generate();
    let spans = |numbers: std::ops::Range<u32>| numbers.map(llm_span).collect::<Vec<_>>();
    let judged = |numbers: std::ops::Range<u32>, value: f64| {
        numbers.map(|number| Score { value: Some(value), ..score("quality", number, about_span(number)) }).collect::<Vec<_>>()
    };
    store(&lake, project, spans(0..1_500), judged(0..1_500, 0.1)).await;
    compact_all(&lake).await;
    // The later half is judged again.
    store(&lake, project, Vec::new(), judged(750..1_500, 0.9)).await;
    let count = async |filter: &str| {
        let filter = parse(filter, RowKind::Span).unwrap();
        let query = model::query::DashboardQuery { project, range: hour(), filter };
        lake.dashboard(query).await.unwrap().current.total_requests
    };
    for _ in 0..2 {
        assert_eq!(count("score.quality>0.5").await, 750);
        assert_eq!(count("score.quality<0.5").await, 750);
        assert_eq!(count("-score.quality<0.5").await, 750);
        assert_eq!(count("score.quality:*").await, 1_500);
        assert_eq!(count("score.quality<0.5 score.quality>0.5").await, 0);
        compact_all(&lake).await;
    }
}
