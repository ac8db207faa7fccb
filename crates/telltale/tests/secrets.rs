//! Payload text and secrets never reach our own log, even at its most talkative.

use serde_json::json;
use std::process::Stdio;
use testkit::process::Start;

const PROMPT: &str = "the-prompt-that-nobody-may-log";
const SECRET: &str = "tt_a-key-that-nobody-may-log";
const PASSWORD: &str = "a-password-that-nobody-may-log";

#[tokio::test]
async fn neither_prompts_nor_keys_nor_passwords_are_logged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.txt");
    let start = Start::serve(env!("CARGO_BIN_EXE_telltale"), &folder.path().join("data")).arguments(["--log", "trace"]).setting("TELLTALE_ADMIN_PASSWORD", PASSWORD);
    let server = start.spawn_logging_to(Stdio::from(std::fs::File::create(&log).unwrap())).unwrap();
    let client = reqwest::Client::new();
    let call = json!({"provider": "openai", "model": "gpt-4o", "prompt": PROMPT, "response": PROMPT, "input_tokens": "not a number"});
    client.post(server.url("/api/v1/ingest/llm")).bearer_auth(SECRET).json(&call).send().await.unwrap();
    client.post(server.url("/api/v1/auth/login")).json(&json!({"password": PASSWORD})).send().await.unwrap();
    client.get(server.url(&format!("/api/v1/spans?filter={PROMPT}"))).bearer_auth(SECRET).send().await.unwrap();
    assert!(server.terminate().unwrap().success());

    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.len() > 1_000, "the log is empty: the test shows nothing");
    for secret in [PROMPT, SECRET, PASSWORD] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
