//! `telltale doctor` and `telltale backup` on the folder of a real server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::{
    collections::HashSet,
    path::Path,
    process::{Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use testkit::{
    postgres::TempPostgres,
    process::{Program, Running},
};
use tokio::process::Command;

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_telltale")).argument("--log=error")
}

async fn telltale(arguments: &[&str], data_dir: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telltale"));
    std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TELLTALE_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.args(arguments).args(["--log=error", "--data-dir"]).arg(data_dir).envs(variables.iter().copied());
    command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Sends a list of calls whose prompts are all different and compress badly, so that the commit becomes a file.
async fn send(client: &reqwest::Client, server: &Running, batch: usize) -> bool {
    let text = |number: usize| (0..300usize).map(|word| format!("{:x} ", (word + 3) * (number + 7) * (batch + 11))).collect::<String>();
    let call = |number| json!({"id": format!("call-{batch}-{number}"), "provider": "openai", "model": "gpt-4o", "prompt": text(number), "response": "a"});
    let calls: Vec<Value> = (0..PER_BATCH).map(call).collect();
    let answer = client.post(server.url("/api/v1/ingest/llm/bulk")).json(&json!({"logs": calls})).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

const PER_BATCH: usize = 50;

async fn stored_ids(server: &Running) -> HashSet<String> {
    let query = json!({"query": "SELECT native_id FROM spans"});
    let answer: Value = reqwest::Client::new().post(server.url("/api/v1/sql")).json(&query).send().await.unwrap().json().await.unwrap();
    answer["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_doctor_looks_beside_a_server_and_mends_only_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = program().serve(folder.path()).await.unwrap();
    let client = reqwest::Client::new();
    for batch in 0..3 {
        assert!(send(&client, &server, batch).await);
    }
    let checked = telltale(&["doctor", "--json"], folder.path(), &[]).await;
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((&report["live"]["span"]["rows"], report["living_writers"].as_array().unwrap().len()), (&json!(3 * PER_BATCH), 1));

    let refused = telltale(&["doctor", "--repair"], folder.path(), &[]).await;
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains(&format!("process {}", server.id().unwrap())), "it names the process: {}", said(&refused));
    assert!(server.terminate().await.unwrap().0.success());

    let level0 = walk(&folder.path().join("segments")).pop().expect("a commit became a file");
    let mut bytes = std::fs::read(&level0).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&level0, bytes).unwrap();
    let checked = telltale(&["doctor"], folder.path(), &[]).await;
    assert_eq!(checked.status.code(), Some(1));
    assert!(said(&checked).contains("wrong_checksum: segments/l0/") && said(&checked).contains("NOT healthy"), "{}", said(&checked));
    let nothing = telltale(&["doctor"], &folder.path().join("nowhere"), &[]).await;
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_every_row_acknowledged_before_it_began() {
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Arc::new(program().serve(folder.path()).await.unwrap());
    let (acknowledged, stop) = (Arc::new(Mutex::new(0usize)), Arc::new(AtomicBool::new(false)));
    let sender = {
        let (server, acknowledged, stop) = (Arc::clone(&server), Arc::clone(&acknowledged), Arc::clone(&stop));
        tokio::spawn(async move {
            let client = reqwest::Client::new();
            for batch in 0.. {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                assert!(send(&client, &server, batch).await, "ingest goes on during a backup");
                *acknowledged.lock().unwrap() = batch + 1;
            }
        })
    };
    let copy = copies.path().join("copy");
    let mut new_files = Vec::new();
    // The second one only adds to the first, the third copies in place of linking.
    for arguments in [&["backup"][..], &["backup"], &["backup", "--copy"]] {
        let before = *acknowledged.lock().unwrap();
        while *acknowledged.lock().unwrap() < before + 5 {
            tokio::task::yield_now().await;
        }
        let before = *acknowledged.lock().unwrap();
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--to", copy.to_str().unwrap()]).collect();
        let made = telltale(&arguments, folder.path(), &[]).await;
        assert!(made.status.success(), "{}", said(&made));
        let outcome: Value = serde_json::from_slice(&made.stdout).unwrap();
        new_files.push((outcome["files"].as_u64().unwrap(), outcome["new_files"].as_u64().unwrap()));
        let checked = telltale(&["doctor"], &copy, &[]).await;
        assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));

        let restored = program().argument("--no-worker").serve(&copy).await.unwrap();
        let found = stored_ids(&restored).await;
        let refused = telltale(&arguments, folder.path(), &[]).await;
        assert!(!refused.status.success() && said(&refused).contains("already served"), "not onto a folder in use: {}", said(&refused));
        assert!(restored.terminate().await.unwrap().0.success());
        let missing =
            (0..before).flat_map(|batch| (0..PER_BATCH).map(move |number| format!("call-{batch}-{number}"))).find(|id| !found.contains(id));
        assert_eq!(missing, None, "of {before} batches");
    }
    assert!(new_files[1].1 < new_files[1].0, "what was there already stays: {new_files:?}");
    stop.store(true, Ordering::SeqCst);
    sender.await.unwrap();
    let server = Arc::into_inner(server).unwrap();
    assert!(server.terminate().await.unwrap().0.success());
}

#[tokio::test]
async fn a_catalog_on_postgresql_is_dumped_with_its_files_and_restored_elsewhere() {
    let postgres = TempPostgres::start().unwrap();
    let (from, to) = (postgres.create_database().unwrap(), postgres.create_database().unwrap());
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = copies.path().join("copy");
    let server = program().variable("TELLTALE_DATABASE_URL", &from).serve(folder.path()).await.unwrap();
    let client = reqwest::Client::new();
    for batch in 0..3 {
        assert!(send(&client, &server, batch).await);
    }
    let path = postgres_path();
    let variables = [("TELLTALE_DATABASE_URL", from.as_str()), ("PATH", path.as_str())];
    let made = telltale(&["backup", "--to", copy.to_str().unwrap()], folder.path(), &variables).await;
    assert!(made.status.success(), "{}", said(&made));
    let checked = telltale(&["doctor"], folder.path(), &variables).await;
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let expected = stored_ids(&server).await;
    assert!(server.terminate().await.unwrap().0.success());

    let restore = Command::new("pg_restore")
        .env("PATH", &path)
        .args(["--no-owner", "--dbname", &to])
        .arg(copy.join("catalog.dump"))
        .output()
        .await
        .unwrap();
    assert!(restore.status.success(), "{}", said(&restore));
    let restored = program().variable("TELLTALE_DATABASE_URL", &to).serve(&copy).await.unwrap();
    assert_eq!(stored_ids(&restored).await, expected);
    assert!(restored.terminate().await.unwrap().0.success());
}

/// With the programs of the newest PostgreSQL that is installed.
fn postgres_path() -> String {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path().join("bin"));
    let newest = versions.max().map(|path| path.display().to_string()).unwrap_or_default();
    format!("{newest}:{}", std::env::var("PATH").unwrap_or_default())
}
