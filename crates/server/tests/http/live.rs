//! The live stream.

use crate::support::{Server, with_headers};
use axum::{
    body::Body,
    http::{Method, Response},
};
use futures::StreamExt;
use http_body_util::BodyExt;
use model::{
    ProjectId,
    live::{LiveBatch, LiveRow},
    ports::{Accounts, Bus, KeyScope, Topic},
    telemetry::{SpanSummary, Status},
};
use serde_json::Value;
use testkit::fixtures::{llm_span, log};
use tower::ServiceExt;

/// Opens a stream; when this returns, the subscription stands.
async fn open(server: &Server, path: &str) -> Response<Body> {
    let mut response = server.router.clone().oneshot(Server::request(Method::GET, path)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(next(&mut response).await.starts_with("event: ready"));
    response
}

async fn next(response: &mut Response<Body>) -> String {
    let frame = response.body_mut().frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

fn data(event: &str) -> Value {
    serde_json::from_str(event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap()
}

async fn publish(server: &Server, project: ProjectId, rows: Vec<LiveRow>) {
    let batch = LiveBatch { project, commit_seq: 1, rows, omitted: 0 };
    server.bus.publish(&Topic::Live(project), serde_json::to_vec(&batch).unwrap().into()).await;
}

fn span(number: u32, status: Status) -> LiveRow {
    let mut span = llm_span(number);
    span.status = status;
    LiveRow::Span(Box::new(SpanSummary::from(&span)))
}

#[tokio::test]
async fn new_rows_of_the_project_arrive_and_others_do_not() {
    let server = Server::local();
    let (mine, other) = (server.default_project().await, server.project("other").await);
    let mut stream = open(&server, "/api/v1/live").await;
    publish(&server, other, vec![span(1, Status::Ok)]).await;
    publish(&server, mine, vec![span(2, Status::Ok), LiveRow::Log(log(1))]).await;
    let event = next(&mut stream).await;
    assert!(event.starts_with("event: rows"), "{event}");
    let rows = data(&event)["rows"].clone();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["span_id"]), (2, &serde_json::json!(testkit::fixtures::span_id(2))));
}

#[tokio::test]
async fn a_filter_and_a_kind_narrow_the_stream() {
    let server = Server::local();
    let project = server.default_project().await;
    let mut failed = open(&server, "/api/v1/live?filter=status:error").await;
    let mut logs = open(&server, "/api/v1/live?kind=log").await;
    publish(&server, project, vec![span(1, Status::Ok)]).await;
    publish(&server, project, vec![span(2, Status::Error), span(3, Status::Ok), LiveRow::Log(log(1))]).await;
    let rows = data(&next(&mut failed).await)["rows"].clone();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["status"]), (1, &serde_json::json!("error")));
    let rows = data(&next(&mut logs).await)["rows"].clone();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["type"]), (1, &serde_json::json!("log")));
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told() {
    let server = Server::local();
    let project = server.default_project().await;
    let mut stream = open(&server, "/api/v1/live").await;
    for number in 0..20_000 {
        publish(&server, project, vec![span(number, Status::Ok)]).await;
    }
    let mut events = 0;
    while !next(&mut stream).await.starts_with("event: missed") {
        events += 1;
        assert!(events < 20_000, "nothing was said of what was missed");
    }
}

#[tokio::test]
async fn a_metric_is_streamed_under_point_as_the_schema_says() {
    let server = Server::local();
    let project = server.default_project().await;
    let mut stream = open(&server, "/api/v1/live?kind=metric&filter=type:counter").await;
    let point = |metric_type: &str| {
        let point = serde_json::json!({"timestamp": 1, "name": "queue", "type": metric_type, "value": 3.0, "ingest_time": 1});
        LiveRow::Metric { point: serde_json::from_value(point).unwrap() }
    };
    publish(&server, project, vec![point("gauge"), point("counter")]).await;
    let rows = data(&next(&mut stream).await)["rows"].clone();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["point"]["type"]), (1, &serde_json::json!("counter")));

    let document = serde_json::to_value(server::openapi()).unwrap();
    let variants = document["components"]["schemas"]["LiveRow"]["oneOf"].as_array().unwrap();
    let metric = variants.iter().find(|variant| variant["properties"]["type"]["enum"][0] == "metric").unwrap();
    let mut written: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let mut promised: Vec<&String> = metric["properties"].as_object().unwrap().keys().collect();
    written.sort();
    promised.sort();
    assert_eq!(written, promised);
    assert_eq!(metric["properties"]["point"]["$ref"], "#/components/schemas/MetricPoint");
}

/// Time stands still but for what the test waits for.
#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_its_key_is_deleted() {
    let server = Server::exposed();
    let project = server.project("mine").await;
    server.key(project, "tt_live", &[KeyScope::Read]).await;
    let request = with_headers(Server::request(Method::GET, "/api/v1/live"), &[("authorization", "Bearer tt_live")]);
    let mut response = server.router.clone().oneshot(request).await.unwrap();
    assert!(next(&mut response).await.starts_with("event: ready"));
    let key = server.accounts.list_keys(project).await.unwrap().remove(0);
    server.accounts.delete_key(project, key.id).await.unwrap();
    let heartbeats = response.into_body().into_data_stream().take(10).count().await;
    assert!(heartbeats <= 2, "the stream outlived its key");
}

#[tokio::test]
async fn draining_ends_the_stream() {
    let server = Server::local();
    let mut stream = open(&server, "/api/v1/live").await;
    server.state.shutdown.cancel();
    assert!(stream.body_mut().frame().await.is_none());
}
