//! Payload text and secrets never reach our own log, even at its most talkative.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::json;
use testkit::process::Program;

const PROMPT: &str = "the-prompt-that-nobody-may-log";
const SECRET: &str = "tt_a-key-that-nobody-may-log";
const PASSWORD: &str = "a-password-that-nobody-may-log";

#[tokio::test]
async fn neither_prompts_nor_keys_nor_passwords_are_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::new(env!("CARGO_BIN_EXE_telltale"))
        .argument("--log=trace")
        .variable("TELLTALE_ADMIN_PASSWORD", PASSWORD)
        .serve(folder.path())
        .await
        .unwrap();
    let client = reqwest::Client::new();
    let call = json!({"provider": "openai", "model": "gpt-4o", "prompt": PROMPT, "response": PROMPT, "input_tokens": "not a number"});
    client.post(server.url("/api/v1/ingest/llm")).bearer_auth(SECRET).json(&call).send().await.unwrap();
    client.post(server.url("/api/v1/auth/login")).json(&json!({"password": PASSWORD})).send().await.unwrap();
    client.get(server.url(&format!("/api/v1/spans?filter={PROMPT}"))).bearer_auth(SECRET).send().await.unwrap();
    let (status, log) = server.terminate().await.unwrap();
    assert!(status.success());

    let log = log.join("\n");
    assert!(log.len() > 1_000, "the log is empty: the test shows nothing");
    for secret in [PROMPT, SECRET, PASSWORD] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
