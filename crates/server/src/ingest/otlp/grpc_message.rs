//! The body of a unary gRPC call: a flag, a length, and one message that may be compressed.

use crate::{
    AppState,
    http::{ApiResult, Problem},
    ingest::{
        body::{Received, feed},
        inflate::{ContentCoding, Inflate},
    },
};
use axum::{body::Body, http::HeaderMap};
use bytes::{Buf, Bytes};
use http_body_util::BodyExt;

/// One byte that says whether the message is compressed, four that say how long it is.
const PREFIX_BYTES: usize = 5;

/// Receives the one message of a call, bounded like the body of an HTTP request.
pub(super) async fn receive_message(state: &AppState, headers: &HeaderMap, body: Body) -> ApiResult<Received> {
    let coding = ContentCoding::of_grpc(headers)?;
    let limit = state.config.max_ingest_body_bytes;
    let mut prefix = Vec::with_capacity(PREFIX_BYTES);
    let mut message: Option<(Inflate<'_>, ContentCoding, usize)> = None;
    let mut body = std::pin::pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the call was cut off before the end of its message"))?;
        let Ok(mut data) = frame.into_data() else { continue };
        if message.is_none() {
            take_prefix(&mut prefix, &mut data);
            if prefix.len() < PREFIX_BYTES {
                continue;
            }
            let (is_compressed, length) = read_prefix(&prefix, limit)?;
            let coding = if is_compressed { coding } else { ContentCoding::Identity };
            message = Some((Inflate::new(coding, &state.ingest_gate, limit)?, coding, length));
        }
        let Some((inflate, coding, left)) = &mut message else { continue };
        *left = left.checked_sub(data.len()).ok_or_else(|| Problem::bad_request("expected one message in a call, found more bytes"))?;
        feed(inflate, *coding, &data).await?;
    }
    match message {
        Some((inflate, _, 0)) => {
            let (bytes, permits) = inflate.finish()?;
            Ok(Received { length: bytes.len(), bytes: bytes.into(), permits })
        }
        Some((_, _, left)) => Err(Problem::bad_request(format!("the message ends {left} bytes early"))),
        None => Err(Problem::bad_request("expected a message: one byte of flags, four of length, and its bytes")),
    }
}

fn take_prefix(prefix: &mut Vec<u8>, data: &mut Bytes) {
    let missing = (PREFIX_BYTES - prefix.len()).min(data.len());
    prefix.extend_from_slice(&data[..missing]);
    data.advance(missing);
}

fn read_prefix(mut prefix: &[u8], limit: usize) -> ApiResult<(bool, usize)> {
    let is_compressed = match prefix.get_u8() {
        0 => false,
        1 => true,
        _ => return Err(Problem::bad_request("expected 0 or 1 as the compressed flag of the message")),
    };
    let length = usize::try_from(prefix.get_u32()).unwrap_or(usize::MAX);
    if length > limit {
        return Err(Problem::too_large(format!("expected a message of at most {limit} bytes")));
    }
    Ok((is_compressed, length))
}
