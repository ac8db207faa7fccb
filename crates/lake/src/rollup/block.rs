//! A run of bytes with its length, compressed where that helps.

use super::Damaged;
use model::sketch::varint;

/// Rollups are read far more often than written, but decompression costs the same at every level.
const ZSTD_LEVEL: i32 = 6;
/// Shorter blocks are stored as they are.
const MIN_COMPRESSED_BYTES: usize = 64;
/// No block of a segment of 2 M rows comes near; a damaged length must not take all memory.
const MAX_BLOCK_BYTES: u64 = 128 << 20;

pub(super) fn put(bytes: &mut Vec<u8>, block: &[u8]) {
    let compressed = match block.len() >= MIN_COMPRESSED_BYTES {
        true => zstd::bulk::compress(block, ZSTD_LEVEL).ok().filter(|compressed| compressed.len() < block.len()),
        false => None,
    };
    let stored = compressed.as_deref().unwrap_or(block);
    varint::put(bytes, block.len() as u64);
    varint::put(bytes, stored.len() as u64);
    bytes.extend(stored);
}

/// A block that was not decompressed yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    length: usize,
    stored: &'a [u8],
}

impl<'a> Stored<'a> {
    pub(super) fn take(bytes: &mut &'a [u8]) -> Result<Self, Damaged> {
        let length = varint::take(bytes).filter(|length| *length <= MAX_BLOCK_BYTES).ok_or(Damaged)? as usize;
        let stored = varint::take(bytes).filter(|stored| *stored <= length as u64).ok_or(Damaged)? as usize;
        let (stored, rest) = bytes.split_at_checked(stored).ok_or(Damaged)?;
        *bytes = rest;
        Ok(Self { length, stored })
    }

    pub(super) fn read(self) -> Result<Vec<u8>, Damaged> {
        if self.stored.len() == self.length {
            return Ok(self.stored.to_vec());
        }
        let block = zstd::bulk::decompress(self.stored, self.length).map_err(|_| Damaged)?;
        if block.len() == self.length { Ok(block) } else { Err(Damaged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_and_damage_is_noticed() {
        for block in [Vec::new(), vec![1, 2, 3], vec![7; 10_000], (0..=255).collect()] {
            let mut bytes = Vec::new();
            put(&mut bytes, &block);
            assert!(bytes.len() <= block.len() + 4);
            assert_eq!(Stored::take(&mut bytes.as_slice()).unwrap().read(), Ok(block));
            assert!(Stored::take(&mut &bytes[..bytes.len() - 1]).is_err());
        }
        assert!(Stored::take(&mut [0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0].as_slice()).is_err(), "a length beyond reason");
        let mut bytes = Vec::new();
        put(&mut bytes, &[7; 1_000]);
        let last = bytes.len() - 1;
        bytes[last] ^= 0x55;
        assert!(Stored::take(&mut bytes.as_slice()).unwrap().read().map_or(true, |block| block != [7; 1_000]));
    }
}
