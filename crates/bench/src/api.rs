//! The server as its clients see it: OTLP in, JSON out.

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

/// A query that takes longer has failed. Longer than the server's own limit.
const TIMEOUT: Duration = Duration::from_secs(120);
/// When the server does not say when to come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// A server that refuses for so long does not recover.
const MAX_REFUSALS: u32 = 600;

#[derive(Debug, Clone)]
pub(crate) struct Api {
    http: Client,
    base: String,
    key: Option<String>,
}

/// One question to the API.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Get { path: String, query: Vec<(&'static str, String)> },
    Sql(String),
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>, query: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self::Get { path: path.into(), query: query.into_iter().collect() }
    }
}

impl Api {
    pub(crate) fn new(base: &str, key: Option<String>) -> anyhow::Result<Self> {
        let http = Client::builder().tcp_nodelay(true).no_proxy().timeout(TIMEOUT).build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), key })
    }

    /// Sends an OTLP request until it is accepted. Returns how often the server said that it is busy.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses for good, or rejects rows.
    pub(crate) async fn send(&self, body: &Bytes) -> anyhow::Result<u32> {
        for refusals in 0..MAX_REFUSALS {
            let request = self.with_key(self.http.post(format!("{}/v1/traces", self.base)));
            let request = request.header(header::CONTENT_TYPE, "application/x-protobuf").body(body.clone());
            let answer = request.send().await.context("an OTLP request was not answered")?;
            match answer.status() {
                StatusCode::OK => {
                    // An empty ExportTraceServiceResponse; anything in it is a partial success.
                    ensure!(answer.bytes().await?.is_empty(), "the server rejected rows of an OTLP request");
                    return Ok(refusals);
                }
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                    let after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    tokio::time::sleep(after.map_or(RETRY_AFTER, Duration::from_secs)).await;
                }
                status => bail!("an OTLP request was answered with {status}: {}", answer.text().await.unwrap_or_default()),
            }
        }
        bail!("the server was busy {MAX_REFUSALS} times in a row")
    }

    /// The body of the answer, complete.
    ///
    /// # Errors
    /// When there is no answer, or it is not 200.
    pub(crate) async fn ask(&self, ask: &Ask) -> anyhow::Result<Bytes> {
        let request = match ask {
            Ask::Get { path, query } => self.http.get(format!("{}{path}", self.base)).query(query),
            Ask::Sql(query) => self.http.post(format!("{}/api/v1/sql", self.base)).json(&json!({ "query": query })),
        };
        let answer = self.with_key(request).send().await.with_context(|| format!("{ask:?}"))?;
        let status = answer.status();
        let body = answer.bytes().await.with_context(|| format!("{ask:?}"))?;
        ensure!(status == StatusCode::OK, "{ask:?} was answered with {status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }

    pub(crate) async fn json(&self, ask: &Ask) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.ask(ask).await?)?)
    }

    pub(crate) async fn status(&self) -> anyhow::Result<Value> {
        self.json(&Ask::get("/api/v1/status", [])).await
    }

    /// All spans of the project, counted.
    pub(crate) async fn count_spans(&self) -> anyhow::Result<u64> {
        let answer = self.json(&Ask::Sql("SELECT count(*) FROM spans".to_owned())).await?;
        answer["rows"][0][0].as_u64().context("SELECT count(*) did not answer with a number")
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}
