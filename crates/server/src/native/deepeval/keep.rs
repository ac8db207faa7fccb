//! What several of these routes do: read a JSON body, keep media, name what was not taken.

use crate::{
    AppState,
    http::{ApiResult, Problem},
    ingest::{self, Received},
};
use axum::{body::Body, http::HeaderMap};
use model::{ProjectId, library::NewMedia};
use protocol::RowError;
use serde_json::{Value, json};

/// Rejected parts of a request that its answer names; the others are only counted.
const NAMED_REJECTIONS: usize = 20;

/// Reads a body and what it says, off the threads that serve where it is large. What is read in memory counts against the same bound as
/// telemetry: `Received` is given back for its places at the gate.
pub(super) async fn read<T: Send + 'static>(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(Value) -> Result<T, RowError> + Send + 'static,
) -> ApiResult<(T, Received)> {
    let received = ingest::receive(state, headers, body).await?;
    let bytes = received.bytes.clone();
    let work = move || read(ingest::single(&bytes)?).map_err(refused);
    Ok((ingest::decode(received.length, work).await?, received))
}

pub(super) fn refused(error: RowError) -> Problem {
    Problem::invalid(error.field, error.message)
}

pub(super) async fn media(state: &AppState, project: ProjectId, media: Vec<NewMedia>) -> ApiResult<()> {
    for medium in media {
        state.library.put_media(project, medium).await?;
    }
    Ok(())
}

/// Says in an answer's data what was not taken.
pub(super) fn name_rejected<'a>(data: &mut Value, rejected: impl ExactSizeIterator<Item = &'a RowError>) {
    if rejected.len() > 0 {
        data["rejectedCount"] = rejected.len().into();
        data["rejected"] = rejected.take(NAMED_REJECTIONS).map(|error| json!({"field": error.field, "error": error.message})).collect();
    }
}
