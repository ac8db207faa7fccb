//! The connections to upstreams.

use super::tee::Tee;
use axum::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::time::Duration;

pub(super) type UpstreamClient = Client<HttpsConnector<HttpConnector>, Tee<Body>>;

/// A provider that does not take a connection by then is down.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Finds out about peers that went away without a word.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Shorter than providers keep idle connections open.
const IDLE_LIMIT: Duration = Duration::from_secs(50);
const MAX_IDLE_PER_HOST: usize = 64;

/// HTTP/1.1, a connection for each call under way: no call waits for another's bytes, and pieces pass as they come. Redirects are not followed.
pub(super) fn client() -> UpstreamClient {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_LIMIT));
    connector.set_keepalive(Some(KEEP_ALIVE));
    // The system's authorities, among which a company may have its own; where there are none, as in a bare container, Mozilla's.
    let tls = HttpsConnectorBuilder::new();
    let tls = match tls.with_native_roots() {
        Ok(tls) => tls,
        Err(error) => {
            tracing::debug!(%error, "no certificates of the system; those of Mozilla are used");
            HttpsConnectorBuilder::new().with_webpki_roots()
        }
    };
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_LIMIT)
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .build(tls.https_or_http().enable_http1().wrap_connector(connector))
}
