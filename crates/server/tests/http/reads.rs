//! What reads answer, and how lists are paged.

use crate::support::Server;
use serde_json::json;
use testkit::fixtures::{llm_span, span_id, trace_id};

const HOUR: &str = "from=2026-01-31T10:00:00Z&to=2026-01-31T11:00:00Z";

async fn filled() -> Server {
    let server = Server::local();
    let project = server.default_project().await;
    server.store_spans(project, (1..=5).map(llm_span)).await;
    server
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let server = filled().await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/spans?{HOUR}&limit=2&cursor={cursor}")).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["span_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, (1..=5).rev().map(|number| span_id(number).to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_shows_previews_and_one_span_its_payload() {
    let server = filled().await;
    let listed = server.get(&format!("/api/v1/spans?{HOUR}&limit=1&filter=model:gpt-4o*")).await.json();
    assert_eq!(listed["items"][0]["input_preview"], "question number 5");
    assert!(listed["items"][0].get("input").is_none());
    let span = server.get(&format!("/api/v1/spans/{}/{}", trace_id(5), span_id(5))).await.json();
    assert_eq!(span["input"][0]["parts"][0]["text"], "question number 5");
    assert_eq!(span["cost"]["total_usd"], json!(0.00045));
}

#[tokio::test]
async fn a_trace_is_found_by_hex_and_by_uuid_whatever_its_age() {
    let server = filled().await;
    let hex = trace_id(3).to_string();
    let uuid = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    for id in [hex, uuid] {
        let trace = server.get(&format!("/api/v1/traces/{id}")).await.json();
        assert_eq!((trace["spans"].as_array().unwrap().len(), &trace["total_tokens"]), (1, &json!(120)), "{id}");
    }
    assert_eq!(server.get(&format!("/api/v1/traces/{}", trace_id(99))).await.status, 404);
}

#[tokio::test]
async fn a_trace_and_a_span_are_found_by_the_clients_own_ids() {
    use protocol::{native_span_id, native_trace_id};
    let server = Server::local();
    let project = server.default_project().await;
    for (number, convention, trace, span) in
        [(1, "ingest_api", "order/7 é", "order/7 é"), (2, protocol::otlp::ID_CONVENTION, "run-7", "step-1")]
    {
        let mut stored = llm_span(number);
        (stored.trace_id, stored.span_id) = (native_trace_id(convention, trace), native_span_id(convention, span));
        let (trace_id, span_id) = (stored.trace_id, stored.span_id);
        server.store_spans(project, [stored]).await;
        let (trace, span) = (trace.replace('/', "%2F").replace(' ', "%20").replace('é', "%C3%A9"), span.replace('/', "%2F"));
        let span = span.replace(' ', "%20").replace('é', "%C3%A9");
        assert_eq!(server.get(&format!("/api/v1/traces/{trace}")).await.json()["trace_id"], json!(trace_id), "{convention}");
        for path in [format!("{trace}/{span}"), format!("{trace_id}/{span}"), format!("{trace}/{span_id}")] {
            assert_eq!(server.get(&format!("/api/v1/spans/{path}")).await.json()["span_id"], json!(span_id), "{path}");
        }
    }
    assert_eq!(server.get("/api/v1/traces/run-8").await.status, 404);
    assert_eq!(server.get("/api/v1/spans/run-7/step-2").await.status, 404);
    let other = server.project("other").await;
    assert_eq!(server.get(&format!("/api/v1/traces/run-7?project={other}")).await.status, 404);
}

#[tokio::test]
async fn answers_are_not_kept_by_caches() {
    let server = filled().await;
    for path in ["/api/v1/spans", "/api/v1/analytics/dashboard", "/api/v1/auth/me", "/api/v1/traces/none"] {
        assert_eq!(server.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn without_a_range_the_last_day_is_meant() {
    let server = filled().await;
    let mut recent = llm_span(9);
    recent.start_time = model::Timestamp::now();
    server.store_spans(server.default_project().await, [recent]).await;
    let count = async |path: &str| server.get(path).await.json()["items"].as_array().unwrap().len();
    assert_eq!(count("/api/v1/spans").await, 1);
    assert_eq!(count("/api/v1/spans?from=-1h&to=now").await, 1);
    assert_eq!(count("/api/v1/spans?from=1769853600&to=1769857200000").await, 5, "seconds and milliseconds");
}

#[tokio::test]
async fn analytics_add_up() {
    let server = filled().await;
    let dashboard = server.get(&format!("/api/v1/analytics/dashboard?{HOUR}")).await.json();
    assert_eq!((&dashboard["total_requests"], &dashboard["total_cost_usd"]), (&json!(5), &json!(0.00225)));
    assert_eq!(dashboard["previous"]["total_requests"], 0);

    let series = server.get(&format!("/api/v1/analytics/requests/timeseries?{HOUR}&interval=15m&group_by=provider")).await.json();
    assert_eq!((&series["interval_seconds"], &series["series"][0]["group"]), (&json!(900), &json!("openai")));
    let buckets = series["series"][0]["buckets"].as_array().unwrap().iter().map(|bucket| bucket["requests"].as_u64().unwrap());
    assert_eq!(buckets.collect::<Vec<_>>(), [5, 0, 0, 0]);

    let providers = server.get(&format!("/api/v1/analytics/providers?{HOUR}")).await.json();
    assert_eq!(providers["items"][0]["requests"], 5);
    assert_eq!(server.get(&format!("/api/v1/analytics/errors?{HOUR}")).await.json(), json!({"items": []}));
    let values = server.get(&format!("/api/v1/fields/provider/values?{HOUR}")).await.json();
    assert_eq!(values, json!({"items": [{"value": "openai", "count": 5}]}));
}

#[tokio::test]
async fn every_other_list_answers() {
    let server = filled().await;
    for path in [
        "/api/v1/traces",
        "/api/v1/sessions",
        "/api/v1/users",
        "/api/v1/logs",
        "/api/v1/analytics/logs/recent",
        "/api/v1/metrics",
        "/api/v1/metrics/names",
        "/api/v1/metrics/series?name=x",
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, &answer.json()["items"]), (200, &json!([])), "{path}");
    }
}
