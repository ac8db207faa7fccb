//! Parquet files are read from their end: the body is put on the disk first.

use super::rows::next_chunk;
use crate::http::{ApiResult, Problem};
use axum::body::Body;
use std::{fs::File, io, path::Path};
use tokio::io::AsyncWriteExt;

/// The body as a file without a name, which is gone when it is closed.
pub(super) async fn spool(body: Body, directory: &Path) -> ApiResult<File> {
    let directory = directory.to_owned();
    let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(directory)).await.map_err(Problem::internal)?.map_err(full)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut body = body.into_data_stream();
    loop {
        let chunk = next_chunk(&mut body).await?;
        if chunk.is_empty() {
            file.flush().await.map_err(full)?;
            return Ok(file.into_std().await);
        }
        file.write_all(&chunk).await.map_err(full)?;
    }
}

fn full(error: io::Error) -> Problem {
    tracing::warn!(%error, "a file to import cannot be kept while it is read");
    Problem::unavailable("the file cannot be kept while it is read: is the disk full?", 10)
}
