//! `telltale export` and `telltale import`: rows between a running server and files, over its API.

pub(crate) mod export;
pub(crate) mod import;
mod progress;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::Deserialize;
use std::{os::fd::AsFd, path::Path, time::Duration};

/// A server that does not take a connection by then is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The name that stands for standard input and output.
const STANDARD_STREAM: &str = "-";

/// Which server, as whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServerArgs {
    /// Address of the server: http://host:port.
    #[arg(long, env = "TELLTALE_URL", default_value = "http://127.0.0.1:8001", value_name = "URL")]
    pub url: String,

    /// API key (tt_…). On the server's own machine, before there is an admin account, none is needed.
    #[arg(long, env = "TELLTALE_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,

    /// Project id, where the key does not name one. Default: the default project.
    #[arg(long, env = "TELLTALE_PROJECT", value_name = "ID")]
    pub project: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Spans,
    Logs,
    Metrics,
    Scores,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Jsonl,
    Csv,
    Parquet,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Scores => "scores",
        }
    }
}

impl Format {
    fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// As told, else by the name of the file; JSON lines on a standard stream.
    fn of(told: Option<Self>, file: &Path) -> anyhow::Result<Self> {
        if let Some(format) = told {
            return Ok(format);
        }
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "jsonlines" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ if is_standard_stream(file) => Ok(Self::Jsonl),
            _ => bail!("the name {} does not tell the format: end it with .jsonl, .csv or .parquet, or give --format", file.display()),
        }
    }
}

fn is_standard_stream(file: &Path) -> bool {
    file.as_os_str() == STANDARD_STREAM
}

/// Standard input or output as a file: read and written away from the async threads.
fn standard_stream(stream: impl AsFd) -> anyhow::Result<tokio::fs::File> {
    let descriptor = stream.as_fd().try_clone_to_owned().context("the standard stream is closed")?;
    Ok(tokio::fs::File::from_std(descriptor.into()))
}

impl ServerArgs {
    /// The address of an API path with these parameters; empty ones are left out.
    fn address(&self, path: &str, parameters: &[(&str, Option<&str>)]) -> anyhow::Result<Url> {
        ensure!(
            !self.url.starts_with("https:"),
            "--url: this version speaks plain http only; reach a TLS server through a tunnel or on its own machine"
        );
        let mut url = Url::parse(&self.url).with_context(|| format!("--url {:?}: expected http://host:port", self.url))?;
        ensure!(url.scheme() == "http" && url.has_host(), "--url {:?}: expected http://host:port", self.url);
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        let project = ("project", self.project.as_deref());
        let given = parameters.iter().chain([&project]).filter_map(|(name, value)| Some((*name, (*value)?)));
        url.query_pairs_mut().extend_pairs(given);
        Ok(url)
    }

    fn client(&self) -> anyhow::Result<Client> {
        let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).user_agent(concat!("telltale/", env!("CARGO_PKG_VERSION")));
        // A proxy of the environment does not reach this machine's own ports.
        let is_local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| self.url.starts_with(&format!("http://{host}")));
        Ok(if is_local { client.no_proxy() } else { client }.build()?)
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let request = match self.key.as_deref().filter(|key| !key.is_empty()) {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let response = request.send().await.with_context(|| format!("no answer from {}", self.url))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let detail = response.json::<ProblemDetail>().await.map(|problem| problem.detail).unwrap_or_default();
        bail!("the server answered {status}: {detail}")
    }
}

/// What is shown of a problem document.
#[derive(Deserialize)]
struct ProblemDetail {
    detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> ServerArgs {
        ServerArgs { url: url.into(), key: None, project: None }
    }

    #[test]
    fn parameters_are_escaped_and_addresses_checked() {
        let url = server("http://localhost:8001/").address("/api/v1/export", &[("filter", Some("a b&c")), ("from", None)]).unwrap();
        assert_eq!(url.as_str(), "http://localhost:8001/api/v1/export?filter=a+b%26c");
        for wrong in ["localhost:8001", "https://host", "nowhere", "ftp://host"] {
            assert!(server(wrong).address("/", &[]).unwrap_err().to_string().contains("--url"), "{wrong}");
        }
    }

    #[test]
    fn the_name_of_a_file_tells_its_format() {
        assert_eq!(Format::of(None, Path::new("a.CSV")).unwrap(), Format::Csv);
        assert_eq!(Format::of(Some(Format::Parquet), Path::new("a.csv")).unwrap(), Format::Parquet);
        assert_eq!(Format::of(None, Path::new("-")).unwrap(), Format::Jsonl);
        assert!(Format::of(None, Path::new("a.txt")).is_err());
    }
}
