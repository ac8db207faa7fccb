//! Every setting there is, typed, with its default and its explanation. `--help` is generated from here.

pub(crate) mod file;
mod size;

pub(crate) use size::ByteSize;

use crate::listen::{Listen, OptionalListen};
use clap::{Args, ValueEnum};
use server::ProxyUpstream;
use std::path::PathBuf;

/// Where things are kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct StorageConfig {
    /// Folder for telemetry files, and for the SQLite database unless --database-url says otherwise. Made when missing.
    #[arg(long, env = "TELLTALE_DATA_DIR", default_value = "telltale-data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// PostgreSQL for projects, keys and the segment catalog (postgres://user:password@host/database). Default: SQLite in the data folder.
    #[arg(long, env = "TELLTALE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Redis for live events, job wake-ups and cached results between several processes (redis://host:6379). Default: none is needed.
    #[arg(long, env = "TELLTALE_REDIS_URL", hide_env_values = true, value_name = "URL")]
    pub redis_url: Option<String>,

    /// Memory for recent data, queries and compaction together, such as 512MiB or 1GiB.
    #[arg(long, env = "TELLTALE_MEMORY", default_value = "1GiB", value_name = "SIZE")]
    pub memory: ByteSize,

    #[command(flatten)]
    pub log: LogConfig,
}

/// What this process says about itself, on stderr.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogConfig {
    /// How log lines look: `auto` is text on a terminal and JSON elsewhere.
    #[arg(long, env = "TELLTALE_LOG_FORMAT", default_value = "auto", value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// Which log lines appear: error, warn, info, debug, trace, or per part as in `info,lake=debug`.
    #[arg(long, env = "TELLTALE_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Auto,
    Text,
    Json,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ServeConfig {
    #[command(flatten)]
    pub storage: StorageConfig,

    /// Address of dashboard, API and OTLP. Anything but a loopback address needs an admin password and keys. Port 0 picks a free one.
    #[arg(long, env = "TELLTALE_LISTEN", default_value = "127.0.0.1:8001", value_name = "ADDR:PORT")]
    pub listen: Listen,

    /// Second address for OTLP/HTTP, or `off`. Default: port 4318 on the host of --listen, skipped with a warning when taken.
    #[arg(long, env = "TELLTALE_OTLP_HTTP", value_name = "ADDR:PORT|off")]
    pub otlp_http: Option<OptionalListen>,

    /// Second address for OTLP/gRPC, or `off`. Default: port 4317 on the host of --listen, skipped with a warning when taken.
    #[arg(long, env = "TELLTALE_OTLP_GRPC", value_name = "ADDR:PORT|off")]
    pub otlp_grpc: Option<OptionalListen>,

    /// Password of the admin account (at least 12 characters). Needed, or set through a one-time link in the log, beyond loopback.
    #[arg(long, env = "TELLTALE_ADMIN_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub admin_password: Option<String>,

    /// Where calls through /proxy/NAME/ go, as NAME=URL; NAME=off takes one away. Repeated, or several with commas. Built in: openai, anthropic, gemini.
    #[arg(long, env = "TELLTALE_PROXY_UPSTREAMS", value_name = "NAME=URL", value_delimiter = ',')]
    pub proxy_upstream: Vec<ProxyUpstream>,

    /// Leave background jobs to separate `telltale worker` processes.
    #[arg(long, env = "TELLTALE_NO_WORKER")]
    pub no_worker: bool,

    /// What must stay free on the disk of the data folder: with less, ingest answers 503 and exporters retry, while reads go on.
    #[arg(long, env = "TELLTALE_MIN_FREE_DISK", default_value = "512MiB", value_name = "SIZE")]
    pub min_free_disk: ByteSize,

    /// What telemetry files may take together: at this size ingest answers 503 until retention or erasing has made room. Default: no limit.
    #[arg(long, env = "TELLTALE_MAX_DISK", value_name = "SIZE")]
    pub max_disk: Option<ByteSize>,

    /// Longest time a query may take, in seconds.
    #[arg(long, env = "TELLTALE_QUERY_TIMEOUT", default_value = "30", value_name = "SECONDS")]
    pub query_timeout: u64,

    /// How long requests under way may take to finish after SIGTERM, in seconds.
    #[arg(long, env = "TELLTALE_DRAIN_TIMEOUT", default_value = "25", value_name = "SECONDS")]
    pub drain_timeout: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WorkerConfig {
    #[command(flatten)]
    pub storage: StorageConfig,
}
