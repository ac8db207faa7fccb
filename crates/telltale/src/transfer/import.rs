//! `telltale import`: the rows of a file into a server.

use super::{Format, Kind, ServerArgs, is_standard_stream, progress::Progress, standard_stream};
use anyhow::{Context as _, ensure};
use bytes::{Bytes, BytesMut};
use clap::Args;
use futures::{Stream, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use reqwest::{Body, header::CONTENT_TYPE};
use serde_json::Value;
use std::{io, path::PathBuf};
use tokio::{fs::File, io::AsyncReadExt};

/// Bytes read and sent at a time.
const PIECE_BYTES: usize = 64 << 10;

#[derive(Debug, Clone, Args)]
pub(crate) struct ImportConfig {
    #[command(flatten)]
    pub server: ServerArgs,

    /// What the rows are.
    #[arg(long, env = "TELLTALE_KIND", default_value = "spans", value_name = "KIND")]
    pub kind: Kind,

    /// How the file is written. Default: by the name of the file, else JSON lines.
    #[arg(long, env = "TELLTALE_FORMAT", value_name = "FORMAT")]
    pub format: Option<Format>,

    /// The file to read, or - for standard input.
    #[arg(long, short, env = "TELLTALE_INPUT", default_value = "-", value_name = "FILE")]
    pub input: PathBuf,
}

/// Prints the server's report; fails when a row was refused.
#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(crate) fn run(config: ImportConfig) -> anyhow::Result<()> {
    let report = tokio::runtime::Runtime::new()?.block_on(import(config))?;
    println!("{report}");
    let rejected = report["rejected_count"].as_u64().unwrap_or(0);
    ensure!(rejected == 0, "{rejected} rows were refused: the report says which and why; the others are stored");
    Ok(())
}

async fn import(config: ImportConfig) -> anyhow::Result<Value> {
    let format = Format::of(config.format, &config.input)?;
    let url = config.server.address("/api/v1/import", &[("kind", Some(config.kind.as_str())), ("format", Some(format.as_str()))])?;
    let input = if is_standard_stream(&config.input) {
        standard_stream(io::stdin())?
    } else {
        File::open(&config.input).await.with_context(|| format!("cannot read {}", config.input.display()))?
    };
    let body = Body::wrap(StreamBody::new(frames(input)));
    let request = config.server.client()?.post(url).header(CONTENT_TYPE, "application/octet-stream").body(body);
    config.server.send(request).await?.json().await.context("the answer is no report")
}

fn frames(input: File) -> impl Stream<Item = io::Result<Frame<Bytes>>> + Send + Sync {
    stream::try_unfold((input, Progress::begin()), |(mut input, mut progress)| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        if input.read_buf(&mut piece).await? == 0 {
            progress.end();
            return Ok(None);
        }
        progress.add(piece.len());
        Ok(Some((Frame::data(piece.freeze()), (input, progress))))
    })
}
