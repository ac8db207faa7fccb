//! What was used and paid, and what is in no sum.

use crate::support::Server;
use model::telemetry::{Span, Status};
use serde_json::{Value, json};
use testkit::fixtures::{cost, llm_span};

const HOUR: &str = "from=2026-01-31T10:00:00Z&to=2026-01-31T11:00:00Z";

fn paid(number: u32, model: &str, microdollars: i128) -> Span {
    let mut span = llm_span(number);
    span.response_model = Some(model.into());
    span.cost = cost(microdollars);
    span
}

fn unpriced(number: u32, model: &str, note: &str) -> Span {
    let mut span = paid(number, model, 0);
    span.cost = Default::default();
    span.quality = vec![note.into()];
    span
}

async fn filled() -> Server {
    let server = Server::local();
    let mut failed = paid(3, "a", 40);
    failed.status = Status::Error;
    let spans = [paid(1, "a", 100), paid(2, "a", 100), failed, paid(61, "b, \"c\"", 7), unpriced(62, "x", "unpriced_model")];
    server.store_spans(server.default_project().await, spans).await;
    server
}

#[tokio::test]
async fn sums_say_how_much_of_the_traffic_is_in_them() {
    let server = filled().await;
    let answer = server.get(&format!("/api/v1/costs?{HOUR}&group_by=model,provider")).await.json();
    assert_eq!(answer["group_by"], json!(["model", "provider"]));
    let total = &answer["total"];
    assert_eq!((&total["requests"], &total["priced_requests"], &total["coverage"]), (&json!(5), &json!(4), &json!(0.8)));
    assert_eq!((&total["cost_usd"], &total["cost_per_successful_request_usd"]), (&json!(0.000247), &Value::Null));
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["groups"][0].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b, \"c\"", "x"]);
    assert_eq!(items[0]["cost_per_successful_request_usd"], json!(0.00012), "the failed one is paid for, too");
    assert_eq!((&items[2]["cost_usd"], &items[2]["coverage"]), (&Value::Null, &json!(0.0)));
    assert_eq!(items[0]["buckets"]["input_uncached"], json!(300));
}

#[tokio::test]
async fn a_table_has_a_line_per_row_and_empty_cells_for_the_unknown() {
    let server = filled().await;
    let answer = server.get(&format!("/api/v1/costs?{HOUR}&group_by=model&interval=1m&format=csv")).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let text = answer.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("time,model,requests,failed_requests,priced_requests,"), "{}", lines[0]);
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].starts_with("2026-01-31T10:00:00Z,a,3,1,3,0,1,0.00024,,,,0.00012,300,60,360,300,"), "{}", lines[1]);
    assert!(
        lines[2].starts_with("2026-01-31T10:01:00Z,\"b, \"\"c\"\"\",1,0,1,0,1,0.000007,"),
        "{}: amounts are written digit by digit",
        lines[2]
    );
    assert!(lines[3].starts_with("2026-01-31T10:01:00Z,x,1,0,0,0,0,,,"), "{}", lines[3]);
}

#[tokio::test]
async fn what_cannot_be_priced_is_listed_with_its_reasons() {
    let server = filled().await;
    let more = [unpriced(70, "x", "output_tokens_unknown"), unpriced(71, "x", "unpriced_model"), unpriced(72, "y", "missing_bucket_price")];
    server.store_spans(server.default_project().await, more).await;
    let answer = server.get(&format!("/api/v1/costs/unpriced?{HOUR}")).await.json();
    assert_eq!((&answer["requests"], &answer["unpriced_requests"], &answer["coverage"]), (&json!(8), &json!(4), &json!(0.5)));
    let items = answer["items"].as_array().unwrap();
    assert_eq!((&items[0]["model"], &items[0]["requests"]), (&json!("x"), &json!(3)));
    let reasons = json!([{"note": "unpriced_model", "requests": 2}, {"note": "output_tokens_unknown", "requests": 1}]);
    assert_eq!(items[0]["reasons"], reasons);
    assert_eq!((&items[1]["model"], &items[1]["reasons"][0]["note"]), (&json!("y"), &json!("missing_bucket_price")));
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn questions_that_make_no_sense_name_the_field() {
    let server = Server::local();
    for (query, field) in [
        ("group_by=colour", "group_by"),
        ("group_by=model,model", "group_by"),
        ("group_by=model,user,agent,tag", "group_by"),
        ("interval=1y", "interval"),
        ("limit=0", "limit"),
        ("format=xls", "format"),
        ("filter=a:", "filter"),
    ] {
        let answer = server.get(&format!("/api/v1/costs?{query}")).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
}
