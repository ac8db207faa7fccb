//! What the binary decides and the server obeys.

use crate::proxy::ProxyConfig;
use model::query::SqlLimits;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// Limits and addresses of one server. `ServerConfig::new` gives the defaults; the fields may be changed before the state is made.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where the main port is bound.
    pub listen: SocketAddr,
    /// Shown in `/health` and `/api/v1/status`.
    pub version: String,
    /// Whether local mode is possible at all: bound to loopback. It ends when an admin account exists.
    pub local_mode_allowed: bool,
    /// Longest time a request may take before its answer starts.
    pub request_timeout: Duration,
    /// Most bytes of an ingest body, after decompression.
    pub max_ingest_body_bytes: usize,
    /// Most bytes of all ingest bodies under way at once: beyond it, 503 with `Retry-After`.
    pub max_inflight_ingest_bytes: usize,
    /// Limits of one SQL query.
    pub sql: SqlLimits,
    /// Most live streams (`/api/v1/live`) at once: each holds a bus subscription.
    pub max_live_streams: usize,
    /// Where a Parquet file that is imported lies while it is read. It has no name there: nothing stays behind.
    pub spool_dir: PathBuf,
    /// Where calls through `/proxy/` may go.
    pub proxy: ProxyConfig,
}

impl ServerConfig {
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            local_mode_allowed: listen.ip().is_loopback(),
            // Longer than the limit of a query, so that the query names its own limit.
            request_timeout: Duration::from_secs(60),
            max_ingest_body_bytes: 64 << 20,
            max_inflight_ingest_bytes: 256 << 20,
            sql: SqlLimits::default(),
            max_live_streams: 256,
            spool_dir: std::env::temp_dir(),
            proxy: ProxyConfig::default(),
        }
    }
}
