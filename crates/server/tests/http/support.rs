//! A server in memory and a client for it.

use crate::accounts::MemoryAccounts;
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
    routing::post,
};
use bus::{LocalBus, LocalCache};
use http_body_util::BodyExt;
use model::{
    ProjectId,
    ports::{Accounts, Bus, ComponentHealth, ComponentStatus, Debt, HealthCheck, JobStatus, JobVolume, KeyScope, NewKey, TelemetryStore},
    telemetry::{RowBatch, Span},
};
use serde_json::Value;
use server::{
    AppState, ServerConfig, ServerParts,
    auth::{Authorized, Ingest},
};
use std::{net::SocketAddr, sync::Arc};
use testkit::{MemoryLibrary, MemoryStore, fixtures::fresh};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A job that has worked.
fn compaction() -> JobStatus {
    let volume = JobVolume { work: 7, rows: 1_000, bytes_in: 300, bytes_out: 100 };
    JobStatus { name: "compaction", runs: 3, volume, ..JobStatus::default() }
}

pub(crate) struct Server {
    pub(crate) store: MemoryStore,
    pub(crate) accounts: Arc<MemoryAccounts>,
    pub(crate) bus: Arc<LocalBus>,
    pub(crate) state: AppState,
    pub(crate) router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The field that the problem names first.
    pub(crate) fn field(&self) -> String {
        self.json()["errors"][0]["field"].as_str().unwrap_or("").to_owned()
    }
}

/// Required unless its name says otherwise.
pub(crate) struct Component(pub(crate) &'static str, pub(crate) ComponentStatus);

#[async_trait]
impl HealthCheck for Component {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn check(&self) -> ComponentHealth {
        ComponentHealth { status: self.1, latency_ms: 0.1, required: !self.0.starts_with("optional"), message: None }
    }
}

impl Server {
    /// Bound to loopback.
    pub(crate) fn local() -> Self {
        Self::new("127.0.0.1:8001", Vec::new())
    }

    /// Bound to every address.
    pub(crate) fn exposed() -> Self {
        Self::new("0.0.0.0:8001", Vec::new())
    }

    pub(crate) fn new(listen: &str, health: Vec<Arc<dyn HealthCheck>>) -> Self {
        Self::build(ServerConfig::new(listen.parse().unwrap()), health)
    }

    /// Bound to loopback, with other limits.
    pub(crate) fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig::new("127.0.0.1:8001".parse().unwrap());
        change(&mut config);
        Self::build(config, Vec::new())
    }

    fn build(config: ServerConfig, health: Vec<Arc<dyn HealthCheck>>) -> Self {
        let store = MemoryStore::new();
        let accounts = Arc::new(MemoryAccounts::default());
        let bus = Arc::new(LocalBus::default());
        let state = AppState::new(ServerParts {
            store: Arc::new(store.clone()),
            accounts: Arc::clone(&accounts) as Arc<dyn Accounts>,
            library: Arc::new(MemoryLibrary::new()),
            prices: Arc::new(testkit::MemoryPriceLists::default()),
            bus: Arc::clone(&bus) as Arc<dyn Bus>,
            cache: Arc::new(LocalCache::new(1 << 20)),
            health,
            jobs: Arc::new(|| vec![compaction()]),
            debt: Arc::new(|| Box::pin(std::future::ready(Ok(Debt { pending_erasures: 2, ..Debt::default() })))),
            config,
            shutdown: CancellationToken::new(),
        });
        // What a caller with the ingest scope would write to, without writing.
        let probe = |caller: Authorized<Ingest>| async move { caller.project.to_string() };
        let router = server::router(state.clone()).merge(Router::new().route("/probe/ingest", post(probe)).with_state(state.clone()));
        Self { store, accounts, bus, state, router }
    }

    /// A request as a program on this machine sends it.
    pub(crate) fn request(method: Method, path: &str) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8001").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo("127.0.0.1:50000".parse::<SocketAddr>().unwrap()));
        request
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.send(with_headers(Self::request(Method::GET, path), headers)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: Value, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = Self::request(Method::POST, path);
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        *request.body_mut() = Body::from(body.to_string());
        self.send(with_headers(request, headers)).await
    }

    pub(crate) async fn default_project(&self) -> ProjectId {
        self.accounts.default_project().await.unwrap().id
    }

    pub(crate) async fn project(&self, name: &str) -> ProjectId {
        self.accounts.create_project(name).await.unwrap().id
    }

    /// A key whose secret is `secret`.
    pub(crate) async fn key(&self, project: ProjectId, secret: &str, scopes: &[KeyScope]) {
        let secret_hash = *blake3::hash(secret.as_bytes()).as_bytes();
        let new = NewKey { project, name: secret.into(), scopes: scopes.to_vec(), prefix: "tt_".into(), secret_hash };
        self.accounts.create_key(new).await.unwrap();
    }

    pub(crate) async fn store_spans(&self, project: ProjectId, spans: impl IntoIterator<Item = Span>) {
        let mut batch = RowBatch::new(project);
        batch.spans = spans.into_iter().map(fresh).collect();
        self.store.commit(batch).await.unwrap();
    }
}

/// Headers replace those of the same name.
pub(crate) fn with_headers(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}
