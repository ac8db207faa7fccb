//! The promise under test: what was acknowledged is there exactly once, whatever is killed when.
//! The real binary under load, `kill -9` at random moments, restart, count, resend.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use testkit::process::{Program, Running};

const ROUNDS: usize = 30;
const SENDERS: usize = 4;
/// Large enough that some commits go to files and some stay in the catalog.
const SPANS_PER_BODY: usize = 25;

/// One OTLP request of one trace.
#[derive(Clone)]
struct Body {
    trace_id: String,
    text: Arc<str>,
}

/// Deterministic and different for every (round, sender, number), with text that does not compress to nothing.
fn body(round: usize, sender: usize, number: usize) -> Body {
    let trace_id = format!("{:016x}{:08x}{:08x}", round + 1, sender + 1, number + 1);
    let started = model::Timestamp::now().as_nanos();
    let spans: Vec<Value> = (0..SPANS_PER_BODY)
        .map(|index| {
            let words: String = (0..200).map(|word| format!("{:x} ", (word + 1) * (index + 7) * (number + 13) * (sender + 3) * (round + 5))).collect();
            json!({
                "traceId": trace_id, "spanId": format!("{:016x}", index + 1), "name": "chat", "kind": 3,
                "startTimeUnixNano": started.to_string(), "endTimeUnixNano": (started + 1_000_000).to_string(),
                "attributes": [
                    {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                    {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
                    {"key": "gen_ai.input.messages", "value": {"stringValue": json!([{"role": "user", "parts": [{"type": "text", "content": words}]}]).to_string()}},
                ],
            })
        })
        .collect();
    Body { trace_id, text: json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string().into() }
}

async fn send(client: &reqwest::Client, server: &Running, body: &Body) -> bool {
    let request = client.post(server.url("/v1/traces")).header("content-type", "application/json").body(body.text.to_string());
    request.send().await.is_ok_and(|answer| answer.status() == 200)
}

/// (trace, rows, distinct spans) of everything stored.
async fn stored(client: &reqwest::Client, server: &Running) -> HashMap<String, (usize, usize)> {
    let query = json!({"query": "SELECT trace_id, count(*), count(DISTINCT span_id) FROM spans GROUP BY trace_id"});
    let answer = client.post(server.url("/api/v1/sql")).json(&query).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["truncated"], false);
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    answer["rows"].as_array().unwrap().iter().map(|row| (row[0].as_str().unwrap().to_owned(), (number(&row[1]), number(&row[2])))).collect()
}

async fn start(data_dir: &Path) -> Running {
    Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error").serve(data_dir).await.unwrap()
}

/// Sends until the server is gone. Returns what was acknowledged and what was not.
async fn load_until_killed(server: Running, round: usize) -> (Vec<Body>, Vec<Body>) {
    let server = Arc::new(server);
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let outcome: Arc<Mutex<(Vec<Body>, Vec<Body>)>> = Arc::default();
    // A different moment each round, told in acknowledgements and then in yields: from the first commit to well into compaction.
    let kill_after = 1 + (round * 7) % 40;
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (server, acknowledged, outcome) = (Arc::clone(&server), Arc::clone(&acknowledged), Arc::clone(&outcome));
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                for number in 0.. {
                    let body = body(round, sender, number);
                    if send(&client, &server, &body).await {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                        outcome.lock().unwrap().0.push(body);
                    } else {
                        outcome.lock().unwrap().1.push(body);
                        return;
                    }
                }
            })
        })
        .collect();
    while acknowledged.load(Ordering::SeqCst) < kill_after {
        tokio::task::yield_now().await;
    }
    let pid = server.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    for sender in senders {
        sender.await.unwrap();
    }
    Arc::into_inner(server).unwrap().kill().await.unwrap();
    Arc::into_inner(outcome).unwrap().into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_span_is_there_exactly_once_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut expected: HashSet<String> = HashSet::new();
    for round in 0..ROUNDS {
        let (acknowledged, refused) = load_until_killed(start(folder.path()).await, round).await;
        expected.extend(acknowledged.iter().map(|body| body.trace_id.clone()));

        let server = start(folder.path()).await;
        let rows = stored(&client, &server).await;
        for trace in &expected {
            assert_eq!(rows.get(trace), Some(&(SPANS_PER_BODY, SPANS_PER_BODY)), "round {round}: acknowledged trace {trace}");
        }
        let maybe: HashSet<&String> = refused.iter().map(|body| &body.trace_id).collect();
        for (trace, counts) in &rows {
            assert!(expected.contains(trace) || maybe.contains(trace), "round {round}: trace {trace} was never sent");
            assert_eq!(*counts, (SPANS_PER_BODY, SPANS_PER_BODY), "round {round}: trace {trace} is there in part or twice");
        }

        // An exporter that got no answer sends again; one that lost the answer sends again what is already there.
        for body in refused.iter().chain(acknowledged.iter().rev().take(5)) {
            assert!(send(&client, &server, body).await, "round {round}: resend");
        }
        expected.extend(refused.into_iter().map(|body| body.trace_id));
        let rows = stored(&client, &server).await;
        assert_eq!(rows.len(), expected.len(), "round {round}: traces after the resend");
        assert!(rows.values().all(|counts| *counts == (SPANS_PER_BODY, SPANS_PER_BODY)), "round {round}: a resend left a duplicate");
        server.kill().await.unwrap();
    }
}
