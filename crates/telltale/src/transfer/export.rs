//! `telltale export`: a server's rows into a file, wholly or not at all.

use super::{Format, Kind, ServerArgs, is_standard_stream, progress::Progress, standard_stream};
use anyhow::Context as _;
use clap::Args;
use reqwest::Response;
use std::path::{Path, PathBuf};
use tokio::{
    fs::{self, File},
    io::{AsyncWrite, AsyncWriteExt, BufWriter},
};

#[derive(Debug, Clone, Args)]
pub(crate) struct ExportConfig {
    #[command(flatten)]
    pub server: ServerArgs,

    /// Which rows.
    #[arg(long, env = "TELLTALE_KIND", default_value = "spans", value_name = "KIND")]
    pub kind: Kind,

    /// How the file is written. Default: by the name of the file, else JSON lines.
    #[arg(long, env = "TELLTALE_FORMAT", value_name = "FORMAT")]
    pub format: Option<Format>,

    /// Start, inclusive: RFC 3339, a Unix time, or relative as in -7d. Default: everything from the beginning.
    #[arg(long, env = "TELLTALE_FROM", value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,

    /// End, exclusive. Default: everything up to now.
    #[arg(long, env = "TELLTALE_TO", value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,

    /// Only rows that match, such as 'model:gpt-4o status:error'.
    #[arg(long, env = "TELLTALE_FILTER", value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,

    /// The file to write, or - for standard output. It appears when it is whole.
    #[arg(long, short, env = "TELLTALE_OUTPUT", default_value = "-", value_name = "FILE")]
    pub output: PathBuf,
}

pub(crate) fn run(config: ExportConfig) -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(export(config))
}

async fn export(config: ExportConfig) -> anyhow::Result<()> {
    let format = Format::of(config.format, &config.output)?;
    let parameters = [
        ("kind", Some(config.kind.as_str())),
        ("format", Some(format.as_str())),
        ("from", config.from.as_deref()),
        ("to", config.to.as_deref()),
        ("filter", config.filter.as_deref()),
    ];
    let url = config.server.address("/api/v1/export", &parameters)?;
    let response = config.server.send(config.server.client()?.get(url)).await?;
    if is_standard_stream(&config.output) {
        return copy(response, standard_stream(std::io::stdout())?).await;
    }
    let partial = partial_of(&config.output);
    let written = tokio::select! {
        written = write_file(response, &partial) => written,
        stopped = tokio::signal::ctrl_c() => stopped.map_err(Into::into).and_then(|()| Err(anyhow::anyhow!("stopped"))),
    };
    let written = match written {
        Ok(()) => fs::rename(&partial, &config.output).await.with_context(|| format!("cannot name the file {}", config.output.display())),
        Err(error) => Err(error),
    };
    if written.is_err() {
        fs::remove_file(&partial).await.ok();
    }
    written
}

/// Beside the file, so that it can be renamed.
fn partial_of(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    output.with_file_name(name)
}

async fn write_file(response: Response, path: &Path) -> anyhow::Result<()> {
    let file = File::create(path).await.with_context(|| format!("cannot write {}", path.display()))?;
    copy(response, BufWriter::new(file)).await
}

/// An answer that was cut off is an error.
async fn copy(mut response: Response, mut output: impl AsyncWrite + Unpin) -> anyhow::Result<()> {
    let mut progress = Progress::begin();
    while let Some(piece) = response.chunk().await.context("the export broke off; what came is not the whole of it")? {
        output.write_all(&piece).await.context("the output cannot be written")?;
        progress.add(piece.len());
    }
    output.flush().await.context("the output cannot be written")?;
    progress.end();
    Ok(())
}
