//! A provider of models on loopback that real client libraries talk to. It speaks the HTTP APIs of OpenAI (chat completions,
//! completions, responses, embeddings), Anthropic (messages) and Gemini (generateContent, embeddings), whole and streamed. What it
//! answers is told by the request alone, and the usage is always the same, so that a test knows every token and every cent in advance:
//!
//! | API | usage |
//! |---|---|
//! | OpenAI chat, responses | prompt 100 (64 of them cached), answer 20 (8 of them reasoning), 120 in all |
//! | OpenAI embeddings | prompt 16 |
//! | Anthropic messages | input 30, cache creation 50 (40 for 5 minutes, 10 for an hour), cache read 1000, output 25, 1 web search |
//! | Gemini | prompt 100 (64 of them cached), candidates 12, thoughts 8, 120 in all |
//!
//! - a request with tools is answered with a call of the first one, until the last message is a tool's result; a line
//!   `use NAME {"argument": …}` in the request chooses the tool and its arguments;
//! - a request for thoughts is answered with some before the answer;
//! - a model named `…err429…`, `…err400…`, `…err404…` or `…err500…` fails with that status, `…errstream…` in the middle of its stream.

mod anthropic;
mod failure;
mod frames;
mod gemini;
mod openai;
mod said;

pub use said::{ANSWER, THOUGHT, TOOL_ARGUMENTS};

use axum::Router;
use std::net::SocketAddr;
use tokio::{net::TcpListener, task::JoinHandle};

/// A running fake; it stops when dropped.
pub struct FakeLlm {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl FakeLlm {
    /// Listens on this port of the loopback interface; 0 takes a free one.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // Serving ends only with the task: accept errors are retried inside.
            let _ = axum::serve(listener, router()).await;
        });
        Ok(Self { address, server })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients of OpenAI take as `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.origin())
    }

    /// What clients of Anthropic and Gemini take as base URL: they append the version themselves.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the server stops, which it does only with the process.
    pub async fn serve_forever(mut self) {
        let _ = (&mut self.server).await;
    }
}

impl Drop for FakeLlm {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router() -> Router {
    Router::new().merge(openai::routes()).merge(anthropic::routes()).merge(gemini::routes())
}
