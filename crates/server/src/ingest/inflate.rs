//! Decompression of a body as it arrives, never further than its bound: a bomb costs no more memory than an honest body.

use crate::http::{ApiResult, Gate, Permit, Problem};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_ENCODING};
use flate2::write::MultiGzDecoder;
use std::io::{self, Write};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

/// Largest window a zstd frame may ask for (as a power of two): 8 MiB is what its specification asks decoders to support.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;
/// Compressed bytes fed at once: at the worst ratio of a thousand this is 16 MiB of work before other tasks get their turn.
pub(super) const FEED_BYTES: usize = 16 << 10;
const OUT_BYTES: usize = 64 << 10;
/// Places at the gate are taken in steps, so that a large body does not hold thousands of permits.
const RESERVE_BYTES: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentCoding {
    Identity,
    Gzip,
    Zstd,
}

impl ContentCoding {
    pub(super) fn of(headers: &HeaderMap) -> ApiResult<Self> {
        Self::named(headers.get(CONTENT_ENCODING))
            .ok_or_else(|| Problem::unsupported_media_type("expected Content-Encoding: gzip, zstd or identity"))
    }

    /// Of the message in a gRPC call. 501 is what gRPC calls unimplemented, as it asks for an unknown compression.
    pub(super) fn of_grpc(headers: &HeaderMap) -> ApiResult<Self> {
        Self::named(headers.get("grpc-encoding"))
            .ok_or_else(|| Problem::new(StatusCode::NOT_IMPLEMENTED, "expected grpc-encoding: gzip, zstd or identity"))
    }

    fn named(header: Option<&HeaderValue>) -> Option<Self> {
        let Some(value) = header else { return Some(Self::Identity) };
        match value.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" | "none" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Takes pieces of the body and collects it, decompressed.
pub(super) enum Inflate<'a> {
    Identity(Sink<'a>),
    Gzip(Box<MultiGzDecoder<Sink<'a>>>),
    Zstd { decoder: ZstdDecoder<'static>, sink: Sink<'a>, at_frame_end: bool },
}

impl<'a> Inflate<'a> {
    pub(super) fn new(coding: ContentCoding, gate: &'a Gate, limit: usize) -> ApiResult<Self> {
        let sink = Sink { bytes: Vec::new(), gate, permits: Vec::new(), reserved: 0, limit, refusal: None };
        Ok(match coding {
            ContentCoding::Identity => Self::Identity(sink),
            ContentCoding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(sink))),
            ContentCoding::Zstd => {
                let mut decoder = ZstdDecoder::new().map_err(Problem::internal)?;
                decoder.set_parameter(DParameter::WindowLogMax(MAX_ZSTD_WINDOW_LOG)).map_err(Problem::internal)?;
                Self::Zstd { decoder, sink, at_frame_end: false }
            }
        })
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> ApiResult<()> {
        match self {
            Self::Identity(sink) => sink.write_all(piece).map_err(|error| sink.refused(error)),
            Self::Gzip(decoder) => decoder.write_all(piece).map_err(|error| decoder.get_mut().refused(error)),
            Self::Zstd { decoder, sink, at_frame_end } => {
                let fed = feed_zstd(decoder, sink, piece);
                *at_frame_end = fed.map_err(|error| sink.refused(error))?;
                Ok(())
            }
        }
    }

    /// The whole body, and its places at the gate. A stream that is not at its end is refused.
    pub(super) fn finish(self) -> ApiResult<(Vec<u8>, Vec<Permit>)> {
        let sink = match self {
            Self::Identity(sink) => sink,
            Self::Gzip(mut decoder) => {
                decoder.try_finish().map_err(|error| decoder.get_mut().refused(error))?;
                decoder.finish().map_err(Problem::internal)?
            }
            Self::Zstd { sink, at_frame_end: true, .. } => sink,
            Self::Zstd { .. } => return Err(Problem::bad_request("the compressed body ends early")),
        };
        Ok((sink.bytes, sink.permits))
    }
}

/// Returns whether the piece ended with the end of a frame.
fn feed_zstd(decoder: &mut ZstdDecoder<'_>, sink: &mut Sink<'_>, piece: &[u8]) -> io::Result<bool> {
    let mut out = vec![0; OUT_BYTES];
    let mut input = InBuffer::around(piece);
    let mut hint = 1;
    loop {
        let mut output = OutBuffer::around(out.as_mut_slice());
        let before = input.pos();
        if before == piece.len() && hint == 0 {
            return Ok(true);
        }
        hint = decoder.run(&mut input, &mut output)?;
        let written = output.as_slice();
        sink.write_all(written)?;
        // Output that did not fit in the buffer comes with the next round; a round that moved nothing needs more input.
        if input.pos() == piece.len() && written.len() < OUT_BYTES {
            return Ok(hint == 0);
        }
    }
}

/// Where decompressed bytes go: bounded, and counted at the gate.
pub(super) struct Sink<'a> {
    bytes: Vec<u8>,
    gate: &'a Gate,
    permits: Vec<Permit>,
    reserved: usize,
    limit: usize,
    refusal: Option<Problem>,
}

impl Sink<'_> {
    /// The bound that stopped the stream, or else the fault in the stream itself.
    fn refused(&mut self, error: io::Error) -> Problem {
        self.refusal.take().unwrap_or_else(|| Problem::bad_request(format!("the body does not decompress: {error}")))
    }

    fn make_room(&mut self, more: usize) -> ApiResult<()> {
        let needed = self.bytes.len() + more;
        if needed > self.limit {
            return Err(Problem::too_large(format!("expected at most {} bytes after decompression", self.limit)));
        }
        if needed > self.reserved {
            let step = (needed - self.reserved).max(RESERVE_BYTES);
            self.permits.push(self.gate.enter(step)?);
            self.reserved += step;
        }
        Ok(())
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if let Err(refusal) = self.make_room(piece.len()) {
            self.refusal = Some(refusal);
            return Err(io::Error::other("refused"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 64 << 20;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    fn inflate(coding: ContentCoding, body: &[u8], piece: usize, limit: usize) -> ApiResult<Vec<u8>> {
        let gate = Gate::new("bodies", ROOM);
        let mut inflate = Inflate::new(coding, &gate, limit)?;
        body.chunks(piece).try_for_each(|piece| inflate.feed(piece))?;
        inflate.finish().map(|(bytes, _)| bytes)
    }

    #[test]
    fn bodies_come_back_whole_however_they_are_cut() {
        let body: Vec<u8> = (0..300_000_u32).flat_map(|number| number.to_le_bytes()).collect();
        for piece in [1, 7, 4_096, usize::MAX] {
            let body = if piece == 1 { &body[..5_000] } else { &body[..] };
            assert!(inflate(ContentCoding::Gzip, &gzip(body), piece, ROOM).unwrap() == body, "gzip by {piece}");
            assert!(inflate(ContentCoding::Zstd, &zstd(body), piece, ROOM).unwrap() == body, "zstd by {piece}");
            assert!(inflate(ContentCoding::Identity, body, piece, ROOM).unwrap() == body, "identity by {piece}");
        }
        let two_members = [gzip(b"ab"), gzip(b"cd")].concat();
        assert_eq!(inflate(ContentCoding::Gzip, &two_members, 3, 100).unwrap(), b"abcd");
        let two_frames = [zstd(b"ab"), zstd(b"cd")].concat();
        assert_eq!(inflate(ContentCoding::Zstd, &two_frames, 3, 100).unwrap(), b"abcd");
    }

    #[test]
    fn bombs_are_refused_at_the_bound() {
        let zeros = vec![0; 4 << 20];
        for (coding, bomb) in [(ContentCoding::Gzip, gzip(&zeros)), (ContentCoding::Zstd, zstd(&zeros))] {
            assert!(bomb.len() < 10_000, "{coding:?}");
            assert_eq!(inflate(coding, &bomb, FEED_BYTES, 1 << 20).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE, "{coding:?}");
            assert_eq!(inflate(coding, &bomb, FEED_BYTES, 4 << 20).unwrap().len(), 4 << 20, "exactly the bound still fits");
        }
        assert_eq!(inflate(ContentCoding::Identity, b"abc", 1, 2).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn bodies_that_end_early_or_are_no_stream_are_refused() {
        let body = b"some text that is long enough to be cut in the middle, several times over".repeat(50);
        for (coding, whole) in [(ContentCoding::Gzip, gzip(&body)), (ContentCoding::Zstd, zstd(&body))] {
            for end in 0..whole.len() {
                assert_eq!(
                    inflate(coding, &whole[..end], 16, 1 << 20).unwrap_err().status,
                    StatusCode::BAD_REQUEST,
                    "{coding:?} cut at {end}"
                );
            }
            assert_eq!(
                inflate(coding, b"{\"not\":\"compressed\"}", 16, 1 << 20).unwrap_err().status,
                StatusCode::BAD_REQUEST,
                "{coding:?}"
            );
        }
    }

    #[test]
    fn a_zstd_window_beyond_the_bound_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(b"small body, huge window").unwrap();
        let body = encoder.finish().unwrap();
        assert_eq!(inflate(ContentCoding::Zstd, &body, 64, 1 << 20).unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
