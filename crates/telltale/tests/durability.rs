//! "200 means durable", seen from the kernel: the order of system calls is file, directory, catalog, answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::json;
use testkit::process::Program;

/// A body too large to be stored inside the catalog, of text that does not compress well.
fn large_body() -> String {
    let mut state: u64 = 42;
    let noise: String = (0..600_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        })
        .collect();
    json!({"provider": "openai", "model": "gpt-4o", "prompt": noise, "response": "ok"}).to_string()
}

/// The first line at or after `from` that holds all of `parts`. Calls that were interrupted count where they end.
fn find(trace: &[String], from: usize, parts: &[&str]) -> usize {
    trace
        .iter()
        .enumerate()
        .skip(from)
        .find(|(_, line)| parts.iter().all(|part| line.contains(part)))
        .map(|(index, _)| index)
        .unwrap_or_else(|| panic!("no call with {parts:?} after line {from}"))
}

/// strace cuts a call that another thread interrupts in two: joins the halves at the place of the second.
fn joined(raw: &str) -> Vec<String> {
    let mut open: std::collections::HashMap<&str, String> = std::collections::HashMap::new();
    let mut lines = Vec::new();
    for line in raw.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            open.insert(thread, start.to_owned());
        } else if let Some((_, rest)) = call.split_once(" resumed>").filter(|_| call.starts_with("<... ")) {
            lines.push(open.remove(thread).unwrap_or_default() + rest);
        } else {
            lines.push(call.to_owned());
        }
    }
    lines
}

#[tokio::test]
async fn the_file_the_directory_and_the_catalog_are_on_disk_before_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let trace_file = folder.path().join("strace.txt");
    let data_dir = folder.path().join("data");
    let calls = "trace=fsync,fdatasync,write,writev,sendto,sendmsg,pwrite64";
    let server = Program::new(env!("CARGO_BIN_EXE_telltale"))
        .argument("--log=error")
        .argument("--no-worker")
        .under(["strace", "-f", "-y", "-s", "64", "-e", calls, "-o", trace_file.to_str().unwrap()])
        .serve(&data_dir)
        .await
        .unwrap();
    let answer = reqwest::Client::new()
        .post(server.url("/api/v1/ingest/llm"))
        .header("content-type", "application/json")
        .body(large_body())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    server.terminate().await.unwrap();

    let trace = joined(&std::fs::read_to_string(&trace_file).unwrap());
    let file = find(&trace, 0, &["fdatasync(", "/segments/l0/", "= 0"]);
    let directory = find(&trace, file, &["fsync(", "/segments/l0/", "= 0"]);
    let catalog = find(&trace, directory, &["sync(", "catalog.db-wal>", "= 0"]);
    let answer = find(&trace, 0, &["HTTP/1.1 201"]);
    assert!(catalog < answer, "the answer (line {answer}) left before the catalog was on disk (line {catalog})");
}
