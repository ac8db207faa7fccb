//! A server with everything in memory on a real port, whose upstreams are on loopback.

use crate::accounts::MemoryAccounts;
use bus::{LocalBus, LocalCache};
use model::{
    TimeRange,
    filter::Filter,
    ports::{Accounts, TelemetryStore},
    query::ListQuery,
    telemetry::Span,
};
use reqwest::{RequestBuilder, Response, redirect::Policy};
use serde_json::Value;
use server::{AppState, ServerConfig, ServerParts};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use testkit::{MemoryLibrary, MemoryStore, fake_llm::FakeLlm};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Nothing in these tests takes nearly so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    pub(crate) state: AppState,
    pub(crate) store: MemoryStore,
    pub(crate) accounts: Arc<MemoryAccounts>,
    pub(crate) client: reqwest::Client,
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A proxy with the fake provider behind its three built-in names.
pub(crate) async fn with_fake() -> (Proxy, FakeLlm) {
    let fake = FakeLlm::start(0).await.unwrap();
    let origin = fake.origin();
    let upstreams = ["openai", "anthropic", "gemini"].map(|name| format!("{name}={origin}"));
    (Proxy::start(&upstreams, |_| {}).await, fake)
}

impl Proxy {
    /// With these upstreams, written as in the settings.
    pub(crate) async fn start(upstreams: &[String], change: impl FnOnce(&mut ServerConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, accounts) = (MemoryStore::new(), Arc::new(MemoryAccounts::default()));
        let mut config = ServerConfig::new(address);
        upstreams.iter().for_each(|upstream| config.proxy.set(upstream.parse().unwrap()));
        change(&mut config);
        let state = AppState::new(ServerParts {
            store: Arc::new(store.clone()),
            accounts: Arc::clone(&accounts) as Arc<dyn Accounts>,
            library: Arc::new(MemoryLibrary::new()),
            prices: Arc::new(testkit::MemoryPriceLists::default()),
            bus: Arc::new(LocalBus::default()),
            cache: Arc::new(LocalCache::new(1 << 20)),
            health: Vec::new(),
            jobs: Arc::new(Vec::new),
            debt: Arc::new(|| Box::pin(std::future::ready(Ok(Default::default())))),
            config,
            shutdown: CancellationToken::new(),
        });
        let service = server::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let client = reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build().unwrap();
        Self { address, state, store, accounts, client, server }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(self.url(path)).bearer_auth("sk-provider").header("x-goog-api-key", "sk-provider").json(body)
    }

    pub(crate) async fn send(&self, path: &str, body: &Value) -> Response {
        self.post(path, body).send().await.unwrap()
    }

    /// Sends a call, reads its answer to the end, and gives the one span there is.
    pub(crate) async fn record(&self, path: &str, body: &Value) -> Span {
        self.record_of(self.post(path, body)).await
    }

    pub(crate) async fn record_of(&self, request: RequestBuilder) -> Span {
        let answer = request.send().await.unwrap();
        let id = answer.headers()["x-telltale-span-id"].to_str().unwrap().to_owned();
        answer.bytes().await.unwrap();
        let spans = self.spans().await;
        spans.into_iter().find(|span| span.span_id.to_hex() == id).expect("the call is recorded")
    }

    /// Every span, once the recordings are done.
    pub(crate) async fn spans(&self) -> Vec<Span> {
        self.state.finish_recordings(PATIENCE).await;
        let mut spans = Vec::new();
        for project in self.accounts.list_projects().await.unwrap() {
            let query = ListQuery { project: project.id, range: TimeRange::ALL, filter: Filter::All, limit: 1_000, cursor: None };
            for summary in self.store.list_spans(query).await.unwrap().items {
                spans.push(self.store.span(project.id, summary.trace_id, summary.span_id).await.unwrap().unwrap());
            }
        }
        spans
    }

    pub(crate) async fn metrics(&self) -> String {
        self.client.get(self.url("/metrics")).send().await.unwrap().text().await.unwrap()
    }
}
