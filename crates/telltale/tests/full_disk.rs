//! A disk that takes nothing more: ingest asks to be tried again, reads go on, nothing acknowledged is lost, and the same process goes on
//! by itself when there is room again. The real binary, whose files the kernel stops growing (RLIMIT_FSIZE: every write fails).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use reqwest::{Client, Response};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, time::Duration};
use testkit::process::{Program, Running};

/// Tries after which a server that still refuses has not recovered. It asks for one second between two of them.
const MAX_TRIES: usize = 60;

async fn start(folder: &Path) -> Running {
    // The signal that comes with the error would end the process; what is ignored stays ignored across exec.
    Program::new(env!("CARGO_BIN_EXE_telltale"))
        .argument("--log=error")
        .under(["sh", "-c", r#"trap '' XFSZ; exec "$@""#, "sh"])
        .serve(folder)
        .await
        .unwrap()
}

fn set_file_size_limit(server: &Running, bytes: Option<u64>) {
    let process = Pid::from_raw(i32::try_from(server.id().unwrap()).unwrap());
    prlimit(process, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

/// `number` names the call, `size` decides whether it is stored inside the catalog or in a file.
fn call(number: usize, size: usize) -> Value {
    // Text that does not compress to nothing.
    let mut state = number as u64 + 1;
    let words: String = (0..size)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        })
        .collect();
    json!({"id": format!("call-{number}"), "name": format!("call-{number}"), "provider": "openai", "model": "gpt-4o", "prompt": words, "response": "ok"})
}

const SMALL: usize = 100;
const LARGE: usize = 200_000;

async fn send(client: &Client, server: &Running, call: &Value) -> Response {
    client.post(server.url("/api/v1/ingest/llm")).json(call).send().await.unwrap()
}

/// The names of the stored calls, and how many rows there are.
async fn stored(client: &Client, server: &Running) -> (BTreeSet<String>, usize) {
    let answer = client.get(server.url("/api/v1/spans?limit=1000")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let page: Value = answer.json().await.unwrap();
    let names: Vec<String> = page["items"].as_array().unwrap().iter().map(|span| span["name"].as_str().unwrap().to_owned()).collect();
    (names.iter().cloned().collect(), names.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_the_service_resumes_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::new();
    let server = start(folder.path()).await;
    let mut acknowledged = BTreeSet::new();
    for number in 0..20 {
        let answer = send(&client, &server, &call(number, if number % 2 == 0 { SMALL } else { LARGE })).await;
        assert_eq!(answer.status(), 201);
        acknowledged.insert(format!("call-{number}"));
    }

    set_file_size_limit(&server, Some(0));
    for (number, size) in [(100, SMALL), (101, LARGE), (102, SMALL), (103, LARGE)] {
        let answer = send(&client, &server, &call(number, size)).await;
        assert_eq!(answer.status(), 503, "call {number}");
        assert!(answer.headers().contains_key("retry-after"), "call {number}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(stored(&client, &server).await, (acknowledged.clone(), acknowledged.len()), "reads go on");

    set_file_size_limit(&server, None);
    for (number, size) in [(100, SMALL), (101, LARGE), (102, SMALL), (103, LARGE)] {
        let mut tries = 0;
        loop {
            let answer = send(&client, &server, &call(number, size)).await;
            if answer.status() == 201 {
                break;
            }
            assert_eq!(answer.status(), 503);
            tries += 1;
            assert!(tries < MAX_TRIES, "call {number} is still refused: {}", answer.text().await.unwrap());
            let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        acknowledged.insert(format!("call-{number}"));
    }
    let expected = (acknowledged.clone(), acknowledged.len());
    assert_eq!(stored(&client, &server).await, expected, "each once, also what was refused first");

    server.kill().await.unwrap();
    let server = start(folder.path()).await;
    assert_eq!(stored(&client, &server).await, expected, "and all of it is durable");
    server.terminate().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ingest_stops_while_there_is_still_room_for_maintenance() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::new();
    let server = Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error").serve(folder.path()).await.unwrap();
    assert_eq!(send(&client, &server, &call(1, SMALL)).await.status(), 201);
    server.terminate().await.unwrap();

    // More than any disk has.
    let reserve = "--min-free-disk=1000000000GiB";
    let server = Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error").argument(reserve).serve(folder.path()).await.unwrap();
    let refused = send(&client, &server, &call(2, SMALL)).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let problem: Value = refused.json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("must stay free"), "{problem}");
    assert_eq!(stored(&client, &server).await.1, 1);
    let health = client.get(server.url("/health")).send().await.unwrap();
    assert_eq!(health.status(), 200, "it is not down: it can be read");
    let health: Value = health.json().await.unwrap();
    assert_eq!(health["components"]["lake"]["status"], "degraded", "{health}");
    server.terminate().await.unwrap();
}
