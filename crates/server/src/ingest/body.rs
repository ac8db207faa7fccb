//! Reads the body of an ingest request, bounded in size and in memory. The router's time limit bounds how long that may take.

use super::inflate::{ContentCoding, FEED_BYTES, Inflate};
use crate::{
    AppState,
    http::{ApiResult, Permit, Problem},
};
use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use bytes::Bytes;
use http_body_util::BodyExt;

/// A whole body, decompressed.
pub(crate) struct Received {
    pub(crate) bytes: Bytes,
    /// Of `bytes`, for when they are moved away.
    pub(crate) length: usize,
    /// Its places at the gate, given back when dropped.
    pub(crate) permits: Vec<Permit>,
}

pub(crate) async fn receive(state: &AppState, headers: &HeaderMap, body: Body) -> ApiResult<Received> {
    let coding = ContentCoding::of(headers)?;
    let limit = state.config.max_ingest_body_bytes;
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Problem::too_large(format!("expected a body of at most {limit} bytes")));
    }
    let mut inflate = Inflate::new(coding, &state.ingest_gate, limit)?;
    let mut body = std::pin::pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body was cut off before its end"))?;
        let Ok(data) = frame.into_data() else { continue };
        feed(&mut inflate, coding, &data).await?;
    }
    let (bytes, permits) = inflate.finish()?;
    Ok(Received { length: bytes.len(), bytes: bytes.into(), permits })
}

/// Feeds a piece of a body; other tasks get their turns while a large one is decompressed.
pub(super) async fn feed(inflate: &mut Inflate<'_>, coding: ContentCoding, data: &[u8]) -> ApiResult<()> {
    for (index, piece) in data.chunks(FEED_BYTES).enumerate() {
        if index > 0 && coding != ContentCoding::Identity {
            tokio::task::yield_now().await;
        }
        inflate.feed(piece)?;
    }
    Ok(())
}
