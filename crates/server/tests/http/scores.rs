//! Scores, comments and bookmarks over HTTP: sent, shown beside what they are about, found by filters, taken away.

use crate::support::{Answer, Server, with_headers};
use axum::http::Method;
use model::ports::KeyScope;
use serde_json::{Value, json};
use testkit::fixtures::{llm_span, span_id, trace_id};

const HOUR: &str = "from=2026-01-31T10:00:00Z&to=2026-01-31T11:00:00Z";

/// Spans 1 to 3, a trace each; 2 and 3 in session `s`.
async fn filled() -> Server {
    let server = Server::local();
    let project = server.default_project().await;
    let spans = (1..=3).map(|number| {
        let mut span = llm_span(number);
        span.session_id = (number > 1).then(|| "s".to_owned());
        span
    });
    server.store_spans(project, spans).await;
    server
}

async fn send(server: &Server, rows: Value) {
    let answer = server.post("/api/v1/scores", rows).await;
    assert_eq!((answer.status, &answer.json()["rejected"]), (200, &json!([])), "{}", answer.text());
}

fn about(number: u32) -> Value {
    json!({"trace_id": trace_id(u64::from(number)).to_hex(), "span_id": span_id(number).to_hex()})
}

fn quality(number: u32, value: f64) -> Value {
    let mut row = about(number);
    row["name"] = json!("quality");
    row["value"] = json!(value);
    row
}

async fn delete(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    server.send(with_headers(Server::request(Method::DELETE, path), headers)).await
}

#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_named() {
    let server = filled().await;
    let rows = json!([quality(1, 0.9), {"name": "x", "value": 1}, quality(2, 0.1), {"kind": "comment", "session_id": "s"}]);
    let answer = server.post("/api/v1/scores", rows).await.json();
    assert_eq!(answer["accepted"], 2);
    let named: Vec<_> = answer["rejected"].as_array().unwrap().iter().map(|row| (row["index"].clone(), row["field"].clone())).collect();
    assert_eq!(named, [(json!(1), json!("trace_id")), (json!(3), json!("comment"))]);
    assert_eq!(server.get("/api/v1/scores").await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn they_stand_beside_what_they_are_about() {
    let server = filled().await;
    let long = "é".repeat(300);
    let trace = trace_id(1).to_hex();
    let comment =
        json!({"kind": "comment", "comment": long, "metadata": {"a": 1}, "trace_id": about(1)["trace_id"], "span_id": about(1)["span_id"]});
    let rows =
        json!([quality(1, 0.9), comment, {"kind": "bookmark", "trace_id": trace}, {"session_id": "s", "name": "mood", "label": "fine"}]);
    send(&server, rows).await;

    let spans = server.get(&format!("/api/v1/spans?{HOUR}")).await.json();
    let first = &spans["items"][2];
    assert_eq!((first["scores"].as_array().unwrap().len(), &first["bookmarked"]), (2, &json!(false)), "the bookmark is the trace's");
    assert_eq!((&first["scores"][0]["name"], &first["scores"][0]["target"]), (&json!("quality"), &json!("span")));
    assert_eq!(first["scores"][1]["comment"].as_str().unwrap().chars().count(), 200);
    assert_eq!(first["scores"][1].get("metadata"), None);
    assert_eq!(spans["items"][0]["scores"], json!([]));

    let span = server.get(&format!("/api/v1/spans/{trace}/{}", span_id(1))).await.json();
    assert_eq!((&span["scores"][1]["comment"], &span["scores"][1]["metadata"]), (&json!(long), &json!({"a": 1})));
    assert_eq!(span["input"][0]["role"], "user");

    let traces = server.get(&format!("/api/v1/traces?{HOUR}")).await.json();
    assert_eq!((&traces["items"][2]["bookmarked"], &traces["items"][1]["bookmarked"]), (&json!(true), &json!(false)));
    let detail = server.get(&format!("/api/v1/traces/{trace}")).await.json();
    assert_eq!((&detail["bookmarked"], detail["spans"][0]["scores"].as_array().unwrap().len()), (&json!(true), 2));
    let sessions = server.get(&format!("/api/v1/sessions?{HOUR}")).await.json();
    assert_eq!(sessions["items"][0]["scores"][0]["label"], "fine");
}

#[tokio::test]
async fn lists_are_of_a_target_or_of_a_time() {
    let server = filled().await;
    let old = json!({"name": "old", "value": 1, "trace_id": trace_id(1).to_hex(), "timestamp": "2020-01-01T00:00:00Z"});
    send(&server, json!([quality(1, 0.9), old, {"session_id": "s", "name": "mood", "value": 1}])).await;
    let names = async |query: &str| {
        let page = server.get(&format!("/api/v1/scores?{query}")).await.json();
        page["items"].as_array().unwrap().iter().map(|score| score["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let trace = trace_id(1);
    let mut recent = names("").await;
    recent.sort();
    assert_eq!(recent, ["mood", "quality"], "the last 24 hours");
    assert_eq!(names(&format!("trace_id={trace}")).await, ["quality", "old"], "whatever their age");
    assert_eq!(names(&format!("trace_id={trace}&span_id={}", span_id(1))).await, ["quality"]);
    assert_eq!(names(&format!("trace_id={trace}&from=-1h")).await, ["quality"]);
    assert_eq!(names("session_id=s").await, ["mood"]);
    assert_eq!(names("filter=value%3E0.95").await, ["mood"]);
    for (query, field) in
        [("span_id=b7ad6b7169203331", "trace_id"), ("trace_id=a&session_id=s", "session_id"), ("filter=model:x", "filter")]
    {
        let answer = server.get(&format!("/api/v1/scores?{query}")).await;
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{query}");
    }
}

#[tokio::test]
async fn filters_on_late_facts_select_rows_and_sums() {
    let server = filled().await;
    send(&server, json!([quality(1, 0.9), quality(2, 0.1), {"kind": "bookmark", "session_id": "s"}])).await;
    let found = async |path: &str, filter: &str| {
        let filter = filter.replace('>', "%3E").replace('<', "%3C");
        let answer = server.get(&format!("/api/v1/{path}?{HOUR}&filter={filter}")).await.json();
        answer["items"].as_array().unwrap().len()
    };
    assert_eq!(found("spans", "score.quality>0.5").await, 1);
    assert_eq!(found("spans", "bookmarked:true").await, 2);
    assert_eq!(found("traces", "-score.quality:*").await, 1);
    assert_eq!(found("sessions", "score.quality<0.5").await, 1);
    let totals = server.get(&format!("/api/v1/analytics/dashboard?{HOUR}&filter=bookmarked:true")).await.json();
    assert_eq!(totals["total_requests"], 2);
    let live = server.get("/api/v1/live?filter=bookmarked:true").await;
    assert_eq!((live.status, live.field().as_str()), (400, "filter"));
}

#[tokio::test]
async fn a_fact_is_replaced_and_taken_away() {
    let server = filled().await;
    let mut row = quality(1, 0.2);
    row["score_id"] = json!("a/b c");
    send(&server, row.clone()).await;
    row["value"] = json!(0.7);
    send(&server, row).await;
    let list = || async { server.get("/api/v1/scores").await.json()["items"].clone() };
    let items = list().await;
    assert_eq!((items.as_array().unwrap().len(), &items[0]["value"]), (1, &json!(0.7)));
    assert_eq!(delete(&server, "/api/v1/scores/a%2Fb%20c", &[]).await.status, 204);
    assert_eq!(list().await, json!([]));
    assert_eq!(delete(&server, "/api/v1/scores/a%2Fb%20c", &[]).await.status, 404);
    let span = server.get(&format!("/api/v1/spans/{}/{}", trace_id(1), span_id(1))).await.json();
    assert_eq!(span["scores"], json!([]));
}

#[tokio::test]
async fn keys_need_the_scope() {
    let server = filled().await;
    let project = server.project("ours").await;
    server.key(project, "tt_read", &[KeyScope::Read]).await;
    server.key(project, "tt_ingest", &[KeyScope::Ingest]).await;
    let (read, ingest) = ([("authorization", "Bearer tt_read")], [("authorization", "Bearer tt_ingest")]);
    let mut row = quality(1, 0.2);
    row["score_id"] = json!("one");
    assert_eq!(server.post_with("/api/v1/scores", row.clone(), &read).await.status, 403);
    assert_eq!(server.post_with("/api/v1/scores", row, &ingest).await.status, 200);
    assert_eq!(server.get_with("/api/v1/scores", &ingest).await.status, 403);
    assert_eq!(server.get_with("/api/v1/scores", &read).await.json()["items"][0]["score_id"], "one");
    assert_eq!(server.get("/api/v1/scores").await.json()["items"], json!([]), "another project");
    assert_eq!(delete(&server, "/api/v1/scores/one", &[]).await.status, 404, "another project");
    assert_eq!(delete(&server, "/api/v1/scores/one", &read).await.status, 403);
    assert_eq!(delete(&server, "/api/v1/scores/one", &ingest).await.status, 204);
}
