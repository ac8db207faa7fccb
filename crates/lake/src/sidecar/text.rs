//! The text index where it lies: in a sidecar, or in memory while one is written.

use super::{Section, Sidecar};
use bytes::Bytes;
use std::io;
use textindex::ReadAt;

pub(crate) enum TextSection {
    File(Sidecar),
    Memory(Bytes),
}

impl ReadAt for TextSection {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        match self {
            Self::File(sidecar) => sidecar.read_at(Section::Text, offset, len).map(Bytes::from),
            Self::Memory(bytes) => bytes.read_at(offset, len),
        }
    }
}
