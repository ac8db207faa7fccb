//! Content codings, undone for the copy only: the caller gets what the provider sent, in the coding that the caller asked for.

use axum::http::{HeaderMap, header::CONTENT_ENCODING};
use brotli_decompressor::writer::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::{self, Write};

/// Largest window of zstd, as a power of two: what its specification asks decoders to support.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;
/// Coded bytes fed at once, so that a bomb is noticed before it has grown large.
const FEED_BYTES: usize = 4 << 10;
const BROTLI_BUFFER_BYTES: usize = 4 << 10;

/// Undoes a content coding piece by piece.
pub(super) enum Decoder {
    Identity,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Deflate(Box<ZlibDecoder<Vec<u8>>>),
    /// What some servers call deflate.
    RawDeflate(Box<DeflateDecoder<Vec<u8>>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Vec<u8>>>),
    Brotli(Box<DecompressorWriter<Vec<u8>>>),
    /// Unknown, several at once, or broken: nothing more can be read.
    Unreadable,
}

impl Decoder {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let coding = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
        match coding.as_deref().unwrap_or("") {
            "" | "identity" => Self::Identity,
            "gzip" | "x-gzip" => Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Self::Deflate(Box::new(ZlibDecoder::new(Vec::new()))),
            "zstd" => zstd_decoder().map_or(Self::Unreadable, |decoder| Self::Zstd(Box::new(decoder))),
            "br" => Self::Brotli(Box::new(DecompressorWriter::new(Vec::new(), BROTLI_BUFFER_BYTES))),
            _ => Self::Unreadable,
        }
    }

    pub(super) fn is_readable(&self) -> bool {
        !matches!(self, Self::Unreadable)
    }

    /// Hands over what the piece decodes to, as far as it is complete. After a fault nothing more comes.
    pub(super) fn feed(&mut self, piece: &[u8], mut take: impl FnMut(&[u8])) {
        if let Self::Identity = self {
            return take(piece);
        }
        if let Self::Deflate(decoder) = self
            && decoder.total_in() == 0
            && piece.first().is_some_and(|first| first & 0x0f != 8)
        {
            *self = Self::RawDeflate(Box::new(DeflateDecoder::new(Vec::new())));
        }
        for piece in piece.chunks(FEED_BYTES) {
            match self.decode(piece) {
                Ok(decoded) => take(&decoded),
                Err(_) => *self = Self::Unreadable,
            }
        }
    }

    /// Bytes are missing: no coding can go on after that.
    pub(super) fn skip(&mut self) {
        if !matches!(self, Self::Identity) {
            *self = Self::Unreadable;
        }
    }

    fn decode(&mut self, piece: &[u8]) -> io::Result<Vec<u8>> {
        fn through<W: Write>(decoder: &mut W, piece: &[u8], out: impl FnOnce(&mut W) -> &mut Vec<u8>) -> io::Result<Vec<u8>> {
            decoder.write_all(piece)?;
            decoder.flush()?;
            Ok(std::mem::take(out(decoder)))
        }
        match self {
            Self::Gzip(decoder) => through(&mut **decoder, piece, |decoder| decoder.get_mut()),
            Self::Deflate(decoder) => through(&mut **decoder, piece, |decoder| decoder.get_mut()),
            Self::RawDeflate(decoder) => through(&mut **decoder, piece, |decoder| decoder.get_mut()),
            Self::Zstd(decoder) => through(&mut **decoder, piece, |decoder| decoder.get_mut()),
            Self::Brotli(decoder) => through(&mut **decoder, piece, |decoder| decoder.get_mut()),
            Self::Identity | Self::Unreadable => Ok(Vec::new()),
        }
    }
}

fn zstd_decoder() -> Option<zstd::stream::write::Decoder<'static, Vec<u8>>> {
    let mut decoder = zstd::stream::write::Decoder::new(Vec::new()).ok()?;
    decoder.window_log_max(MAX_ZSTD_WINDOW_LOG).ok()?;
    Some(decoder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn decoder(coding: &'static str) -> Decoder {
        Decoder::of(&HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]))
    }

    fn decoded(coding: &'static str, body: &[u8], piece: usize) -> Vec<u8> {
        let (mut decoder, mut out) = (decoder(coding), Vec::new());
        body.chunks(piece).for_each(|piece| decoder.feed(piece, |decoded| out.extend_from_slice(decoded)));
        assert!(decoder.is_readable(), "{coding}");
        out
    }

    fn written<W: Write>(mut encoder: W, text: &[u8], finish: impl FnOnce(W) -> Vec<u8>) -> Vec<u8> {
        encoder.write_all(text).unwrap();
        finish(encoder)
    }

    /// `hello hello hello` as Google's library writes it.
    const BROTLI: [u8; 20] =
        [0x1b, 0x10, 0x00, 0xf8, 0x8d, 0x94, 0x6e, 0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20, 0x6f, 0x01, 0x4f, 0x1c, 0x60, 0x1c];

    #[test]
    fn every_coding_is_undone_piece_by_piece() {
        let text = "data: {\"a\": 1}\n\n".repeat(500).into_bytes();
        let level = flate2::Compression::default();
        let gzip = written(flate2::write::GzEncoder::new(Vec::new(), level), &text, |encoder| encoder.finish().unwrap());
        let zlib = written(flate2::write::ZlibEncoder::new(Vec::new(), level), &text, |encoder| encoder.finish().unwrap());
        let raw = written(flate2::write::DeflateEncoder::new(Vec::new(), level), &text, |encoder| encoder.finish().unwrap());
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        for (coding, body) in [("identity", &text), ("gzip", &gzip), ("deflate", &zlib), ("deflate", &raw), ("zstd", &zstd)] {
            for piece in [1, 100, body.len()] {
                assert!(decoded(coding, body, piece) == text, "{coding} by {piece}");
            }
        }
    }

    #[test]
    fn what_is_flushed_can_be_read_before_the_end() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(b"data: 1\n\n").unwrap();
        encoder.flush().unwrap();
        assert_eq!(decoded("gzip", encoder.get_ref(), 7), b"data: 1\n\n");
    }

    #[test]
    fn brotli_is_undone() {
        assert_eq!(decoded("br", &BROTLI, 4), b"hello hello hello");
    }

    #[test]
    fn what_cannot_be_read_is_let_be() {
        for (coding, body) in [("gzip", &b"no gzip at all"[..]), ("br, gzip", b"x"), ("snappy", b"x"), ("zstd", b"no zstd at all")] {
            let mut decoder = decoder(coding);
            decoder.feed(body, |decoded| assert!(decoded.is_empty(), "{coding}"));
            assert!(!decoder.is_readable(), "{coding}");
        }
        let mut broken = decoder("gzip");
        broken.skip();
        assert!(!broken.is_readable());
    }
}
