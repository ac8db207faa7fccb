//! JSON bodies of what is not telemetry.

use crate::{
    AppState,
    http::{ApiResult, Permit, Problem},
    ingest::{self, Received},
};
use axum::{body::Body, http::HeaderMap};
use protocol::check_json_values;
use serde::de::DeserializeOwned;

/// Reads a body. Its places at the gate of bodies are given back when the permits are dropped.
pub(super) async fn read<T: DeserializeOwned + Send + 'static>(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> ApiResult<(T, Vec<Permit>)> {
    let Received { bytes, length, permits } = ingest::receive(state, headers, body).await?;
    let parse = move || {
        check_json_values(&bytes)?;
        serde_json::from_slice(&bytes).map_err(|error| Problem::bad_request(format!("the body is not what was expected: {error}")))
    };
    Ok((ingest::decode(length, parse).await?, permits))
}
