//! The fake provider as a program: `fake-llm [--port N]`. Prints one JSON line when it listens, and runs until it is killed.

use anyhow::{Context, bail};
use std::io::Write;
use testkit::fake_llm::FakeLlm;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 0,
        ["--port", port] => port.parse().context("--port takes a number from 0 to 65535")?,
        _ => bail!("usage: fake-llm [--port N]"),
    };
    let fake = FakeLlm::start(port).await?;
    let ready = serde_json::json!({"event": "ready", "listen": fake.address().to_string(), "base_url": fake.base_url()});
    writeln!(std::io::stdout(), "{ready}")?;
    fake.serve_forever().await;
    Ok(())
}
