//! A server without a network: requests go straight into the router.

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use bus::LocalCache;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use http_body_util::BodyExt;
use model::{
    KeyId, ProjectId, StoreError, StoreResult, TimeRange, Timestamp,
    filter::Filter,
    ports::*,
    query::{ListQuery, LogPage, MetricPage, ScorePage, SpanPage},
    retention::RetentionPolicy,
};
use parking_lot::Mutex;
use serde_json::Value;
use server::{AppState, ServerConfig, ServerParts};
use std::sync::Arc;
use testkit::{MemoryLibrary, MemoryStore};
use tower::ServiceExt;

/// A key that may only send.
pub(crate) const INGEST_KEY: &str = "tt_ingest";
/// A key that may only read.
pub(crate) const READ_KEY: &str = "tt_read";

pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) state: AppState,
    pub(crate) store: MemoryStore,
    pub(crate) library: MemoryLibrary,
    pub(crate) bus: Arc<RecordingBus>,
    pub(crate) project: ProjectId,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields that a problem document blames.
    pub(crate) fn blamed(&self) -> Vec<String> {
        assert_eq!(self.content_type(), "application/problem+json", "{:?}", self.body);
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        Self::with_retention(RetentionPolicy::default(), change)
    }

    pub(crate) fn with_retention(retention: RetentionPolicy, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let library = MemoryLibrary::new();
        let (store, bus, project) = (MemoryStore::new(), Arc::new(RecordingBus::default()), ProjectId::generate());
        let mut config = ServerConfig::new(([127, 0, 0, 1], 0).into());
        change(&mut config);
        let state = AppState::new(ServerParts {
            store: Arc::new(store.clone()),
            accounts: Arc::new(TwoKeys(project, retention)),
            library: Arc::new(library.clone()),
            prices: Arc::new(testkit::MemoryPriceLists::default()),
            bus: bus.clone(),
            cache: Arc::new(LocalCache::new(1 << 20)),
            health: Vec::new(),
            jobs: Arc::new(Vec::new),
            debt: Arc::new(|| Box::pin(std::future::ready(Ok(Debt::default())))),
            config,
            shutdown: tokio_util::sync::CancellationToken::new(),
        });
        Self { router: server::router(state.clone()), state, store, library, bus, project }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub(crate) async fn post(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        self.send(post(path, content_type).body(body.into()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.post(path, "application/json", body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Request::delete(path).header(header::AUTHORIZATION, format!("Bearer {INGEST_KEY}")).body(Body::empty()).unwrap()).await
    }

    fn everything(&self) -> ListQuery {
        ListQuery { project: self.project, range: TimeRange::ALL, filter: Filter::All, limit: 1_000, cursor: None }
    }

    pub(crate) async fn spans(&self) -> SpanPage {
        self.store.list_spans(self.everything()).await.unwrap()
    }

    pub(crate) async fn logs(&self) -> LogPage {
        self.store.list_logs(self.everything()).await.unwrap()
    }

    pub(crate) async fn scores(&self) -> ScorePage {
        self.store.list_scores(self.everything()).await.unwrap()
    }

    pub(crate) async fn metrics(&self) -> MetricPage {
        self.store.list_metrics(self.everything()).await.unwrap()
    }
}

pub(crate) fn post(path: &str, content_type: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, content_type).header(header::AUTHORIZATION, format!("Bearer {INGEST_KEY}"))
}

/// Bytes of a recorded request of a real client.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    recorded("otlp", name)
}

/// The same of an SDK with a protocol of its own.
pub(crate) fn capture(name: &str) -> Vec<u8> {
    recorded("captures", name)
}

fn recorded(folder: &str, name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Knows the two keys, both of one project with one policy, and an admin, so that nothing is taken without a key.
struct TwoKeys(ProjectId, RetentionPolicy);

#[async_trait]
impl Accounts for TwoKeys {
    async fn key_by_secret(&self, hash: &KeySecretHash) -> StoreResult<Option<ApiKey>> {
        let scopes = [(INGEST_KEY, KeyScope::Ingest), (READ_KEY, KeyScope::Read)];
        let found = scopes.into_iter().find(|(secret, _)| blake3::hash(secret.as_bytes()).as_bytes() == hash);
        Ok(found.map(|(secret, scope)| ApiKey {
            id: KeyId::generate(),
            project_id: self.0,
            name: secret.to_owned(),
            scopes: vec![scope],
            prefix: secret.to_owned(),
            created_at: Timestamp::now(),
            last_used_at: None,
        }))
    }
    async fn admin_password_hash(&self) -> StoreResult<Option<String>> {
        Ok(Some("$unused$".to_owned()))
    }
    async fn session(&self, _: &TokenHash) -> StoreResult<Option<Session>> {
        Ok(None)
    }
    async fn default_project(&self) -> StoreResult<Project> {
        Err(unused())
    }
    async fn create_project(&self, _: &str) -> StoreResult<Project> {
        Err(unused())
    }
    async fn list_projects(&self) -> StoreResult<Vec<Project>> {
        Err(unused())
    }
    async fn project(&self, _: ProjectId) -> StoreResult<Option<Project>> {
        Err(unused())
    }
    async fn delete_project(&self, _: ProjectId) -> StoreResult<()> {
        Err(unused())
    }
    async fn retention(&self, _: ProjectId) -> StoreResult<RetentionPolicy> {
        Ok(self.1)
    }
    async fn set_retention(&self, _: ProjectId, _: RetentionPolicy) -> StoreResult<()> {
        Err(unused())
    }
    async fn create_key(&self, _: NewKey) -> StoreResult<ApiKey> {
        Err(unused())
    }
    async fn list_keys(&self, _: ProjectId) -> StoreResult<Vec<ApiKey>> {
        Err(unused())
    }
    async fn delete_key(&self, _: ProjectId, _: KeyId) -> StoreResult<()> {
        Err(unused())
    }
    async fn set_admin_password_hash(&self, _: &str) -> StoreResult<()> {
        Err(unused())
    }
    async fn create_session(&self, _: &TokenHash, _: Timestamp) -> StoreResult<()> {
        Err(unused())
    }
    async fn delete_session(&self, _: &TokenHash) -> StoreResult<()> {
        Err(unused())
    }
}

fn unused() -> StoreError {
    StoreError::internal("ingest does not need this")
}

/// Remembers what was published.
#[derive(Default)]
pub(crate) struct RecordingBus(Mutex<Vec<(Topic, Bytes)>>);

impl RecordingBus {
    pub(crate) fn published(&self) -> Vec<(Topic, Bytes)> {
        self.0.lock().clone()
    }
}

#[async_trait]
impl Bus for RecordingBus {
    async fn publish(&self, topic: &Topic, payload: Bytes) {
        self.0.lock().push((topic.clone(), payload));
    }
    async fn subscribe(&self, _: &Topic) -> StoreResult<BoxStream<'static, BusMessage>> {
        Ok(futures::stream::pending().boxed())
    }
}
