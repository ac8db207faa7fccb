//! Documents: the distinct contents that are indexed once, however many rows have them. A message is one, and so is a column's text.

use crate::layout::HASH_BYTES;
use std::hash::{BuildHasherDefault, Hasher};

/// Equal for equal contents. 12 bytes of BLAKE3: nobody makes two contents collide by accident, and hardly on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentHash([u8; HASH_BYTES]);

impl DocumentHash {
    pub(crate) fn of_text(text: &str) -> Self {
        Self::new(text, 0)
    }

    /// Of one message as it is stored. A text that reads the same is another document: it means itself, not what its JSON says.
    pub(crate) fn of_message(json: &str) -> Self {
        Self::new(json, 1)
    }

    fn new(content: &str, kind: u8) -> Self {
        let hash = blake3::hash(content.as_bytes());
        let mut bytes = [0; HASH_BYTES];
        bytes.copy_from_slice(&hash.as_bytes()[..HASH_BYTES]);
        bytes[0] = bytes[0] & !1 | kind;
        Self(bytes)
    }

    /// From the front of `bytes`, which hold at least one hash.
    pub(crate) fn from_bytes(bytes: &[u8; HASH_BYTES]) -> Self {
        Self(*bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl std::hash::Hash for DocumentHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [.., a, b, c, d, e, f, g, h] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// For tables of what is hashed already.
pub(crate) type HashedAlready = BuildHasherDefault<TakeHash>;

#[derive(Default)]
pub(crate) struct TakeHash(u64);

impl Hasher for TakeHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, &byte| hash.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
