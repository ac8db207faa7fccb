//! `telltale export` and `telltale import` against the real server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Output, Stdio},
};
use testkit::process::{Program, Running};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    process::Command,
};

const CALLS: usize = 300;

async fn start(folder: &Path) -> Running {
    Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error").serve(folder).await.unwrap()
}

/// The command line, with nothing of the developer's shell.
async fn telltale(url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telltale"));
    std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TELLTALE_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.args(arguments).env("TELLTALE_URL", url).stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn sorted_lines(path: &Path) -> Vec<String> {
    let mut lines: Vec<String> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

async fn fill(server: &Running) {
    let client = reqwest::Client::new();
    let calls: Vec<Value> = (0..CALLS)
        .map(|number| json!({"provider": "openai", "model": "gpt-4o", "prompt": format!("question, \"{number}\"\nZürich"), "response": "a", "input_tokens": number, "output_tokens": 2}))
        .collect();
    let answer = client.post(server.url("/api/v1/ingest/llm/bulk")).json(&json!({"logs": calls})).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let logs: Vec<Value> = (0..CALLS).map(|number| json!({"level": "INFO", "message": format!("line {number}")})).collect();
    assert_eq!(client.post(server.url("/api/v1/ingest/app")).json(&json!(logs)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn rows_go_from_server_to_server_in_every_format() {
    let (one, two, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = start(one.path()).await;
    fill(&from).await;
    let path = |name: &str| files.path().join(name);
    let export = async |server: &Running, kind: &str, name: &str| {
        let output = telltale(&server.url(""), &["export", "--kind", kind, "--output", path(name).to_str().unwrap()]).await;
        assert!(output.status.success(), "{}", said(&output));
    };
    for kind in ["spans", "logs"] {
        export(&from, kind, &format!("{kind}.jsonl")).await;
        for format in ["csv", "parquet", "jsonl"] {
            let to = start(two.path()).await;
            let name = format!("{kind}.{format}");
            export(&from, kind, &name).await;
            let output = telltale(&to.url(""), &["import", "--kind", kind, "--input", path(&name).to_str().unwrap()]).await;
            assert!(output.status.success(), "{name}: {}", said(&output));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let total = report["accepted"].as_u64().unwrap() + report["duplicates"].as_u64().unwrap();
            assert_eq!((total, &report["rejected_count"]), (CALLS as u64, &json!(0)), "{name}");
            // Into the same folder each time, over a restart: the second and third format bring nothing new.
            export(&to, kind, "back.jsonl").await;
            assert_eq!(sorted_lines(&path("back.jsonl")), sorted_lines(&path(&format!("{kind}.jsonl"))), "{name}");
            assert!(to.terminate().await.unwrap().0.success());
        }
    }
    let narrow = telltale(&from.url(""), &["export", "--from=-1h", "--filter", "input_tokens<10"]).await;
    assert_eq!(narrow.stdout.iter().filter(|byte| **byte == b'\n').count(), 10, "{}", said(&narrow));
    let wrong = telltale(&from.url(""), &["export", "--filter", "(", "--output", path("wrong.csv").to_str().unwrap()]).await;
    assert!(!wrong.status.success() && said(&wrong).contains("filter") && !path("wrong.csv").exists(), "{}", said(&wrong));
}

#[tokio::test]
async fn an_export_that_breaks_off_fails_and_leaves_no_file() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        // A whole chunk, and no last one.
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf\n\r\n").await.unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spans.jsonl");
    std::fs::write(&file, "what was here before").unwrap();
    let output = telltale(&url, &["export", "--output", file.to_str().unwrap()]).await;
    server.await.unwrap();
    assert!(!output.status.success() && said(&output).contains("broke off"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "what was here before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no partial file is left");
}

#[tokio::test]
async fn an_import_that_refuses_rows_fails_and_names_them() {
    let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(folder.path()).await;
    let file = files.path().join("logs.jsonl");
    std::fs::write(&file, "{\"message\": 7}\n").unwrap();
    let output = telltale(&server.url(""), &["import", "--kind=logs", "--input", file.to_str().unwrap()]).await;
    assert!(!output.status.success() && said(&output).contains("\"line\":1"), "{}", said(&output));
    assert!(server.terminate().await.unwrap().0.success());
}
