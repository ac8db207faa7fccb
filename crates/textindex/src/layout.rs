//! The format of an index, version 1. Numbers are little-endian; "varint" is seven bits a byte, low bits first.
//!
//! An index is one run of bytes, written from front to back:
//!
//! | part | content |
//! |---|---|
//! | row lists | one block for every 512 documents: [`crate::row_lists`] |
//! | hashes | one block for the same documents: 12 bytes each |
//! | terms | per block of terms: long postings one after the other, short postings, the terms (zstd) |
//! | directory | where the blocks are, and their checksums |
//! | footer | 32 bytes: directory length (8), directory checksum (8), zeros (4), version (4), `TTLTEXT\0` |
//!
//! **Documents** are the distinct contents of a segment: a message, or the text of a column. They are numbered by the first row that
//! has them, then by hash, so that the same rows always give the same bytes, built at once or merged. The hash is the first 12 bytes
//! of BLAKE3, of the text as it is or of the message's JSON; the lowest bit of the first byte is 1 for JSON.
//!
//! **Terms** ascend as bytes. A block of terms is a zstd frame of `\n`, then each term followed by `\n`. A term of 65 bytes ends with
//! the byte `FF`: it stands for all words that begin with the bytes before. Beside it, in the same order, stand the postings:
//! a varint, the number of documents. If that is 1, a varint, the document. Else a varint, the length of the list in bytes,
//! doubled, plus one if it is a long list; then the list ([`crate::postings`]), or of a long one its checksum (8).
//! Long lists stand before the block, in the order of their terms.
//!
//! **Directory**: varints of the numbers of rows, documents, terms and postings; of blocks of documents, and of each: length and
//! checksum of row lists, checksum of hashes; of blocks of terms, and of each: lengths of long postings, short postings, terms
//! stored and terms decompressed; checksums of short postings and of terms stored; length of the first term, and that term.
//! Lengths and counts are varints. Places follow from lengths, since blocks stand one after the other.
//!
//! A **checksum** is the first 8 bytes of BLAKE3 of the bytes as they are stored.

use crate::{
    codec::{ByteReader, put_varint},
    error::{IndexError, Result},
    row_lists::BLOCK_DOCUMENTS,
    terms::MAX_STORED_TERM_BYTES,
};

pub(crate) const VERSION: u32 = 1;
pub(crate) const FOOTER_BYTES: usize = 32;
const MAGIC: [u8; 8] = *b"TTLTEXT\0";

/// Bytes of a document's hash: 2^48 documents before two are likely to be taken for one.
pub(crate) const HASH_BYTES: usize = 12;
/// Decompressed terms of one block: a look-up decompresses one.
pub(crate) const BLOCK_TERM_BYTES: usize = 16 << 10;
/// Short postings of one block: a look-up reads them all.
pub(crate) const BLOCK_POSTINGS_BYTES: usize = 32 << 10;
/// Longer lists stand outside their block.
pub(crate) const MAX_SHORT_LIST_BYTES: usize = 512;
/// Rows of one index: a query's bitmap takes 8 MiB then. A segment has about 2 million.
pub(crate) const MAX_ROWS: u32 = 1 << 26;
/// Documents of one index, for the same reason.
pub(crate) const MAX_DOCUMENTS: u32 = 1 << 26;

pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    hash.as_bytes().iter().take(8).rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

/// What a block's bytes are, and what they must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) offset: u64,
    pub(crate) len: usize,
    pub(crate) checksum: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentBlock {
    pub(crate) rows: Extent,
    pub(crate) hashes: Extent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TermBlock {
    pub(crate) first_term: Vec<u8>,
    /// Where the long postings are; each carries its own checksum.
    pub(crate) long_offset: u64,
    pub(crate) long_len: u64,
    pub(crate) postings: Extent,
    pub(crate) terms: Extent,
    /// Length of the terms when decompressed.
    pub(crate) terms_len: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) rows: u32,
    pub(crate) documents: u32,
    pub(crate) terms: u64,
    pub(crate) postings: u64,
    pub(crate) document_blocks: Vec<DocumentBlock>,
    pub(crate) term_blocks: Vec<TermBlock>,
}

impl Directory {
    /// The directory's bytes and the footer.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.rows.into());
        put_varint(&mut out, self.documents.into());
        put_varint(&mut out, self.terms);
        put_varint(&mut out, self.postings);
        put_varint(&mut out, self.document_blocks.len() as u64);
        for block in &self.document_blocks {
            put_varint(&mut out, block.rows.len as u64);
            out.extend(block.rows.checksum.to_le_bytes());
            out.extend(block.hashes.checksum.to_le_bytes());
        }
        put_varint(&mut out, self.term_blocks.len() as u64);
        for block in &self.term_blocks {
            for len in [block.long_len, block.postings.len as u64, block.terms.len as u64, block.terms_len as u64] {
                put_varint(&mut out, len);
            }
            out.extend(block.postings.checksum.to_le_bytes());
            out.extend(block.terms.checksum.to_le_bytes());
            put_varint(&mut out, block.first_term.len() as u64);
            out.extend(&block.first_term);
        }
        let footer = Footer { directory_len: out.len() as u64, directory_checksum: checksum(&out) };
        out.extend(footer.encode());
        out
    }

    /// `end` is where the directory begins: all blocks end there.
    pub(crate) fn decode(bytes: &[u8], end: u64) -> Result<Self> {
        let mut reader = ByteReader::new(bytes);
        let mut directory = Self {
            rows: reader.varint_u32()?,
            documents: reader.varint_u32()?,
            terms: reader.varint()?,
            postings: reader.varint()?,
            ..Self::default()
        };
        if directory.rows > MAX_ROWS || directory.documents > MAX_DOCUMENTS {
            return Err(IndexError::Damaged("it claims too many rows or documents"));
        }
        let mut place = Place { offset: 0, end };
        directory.decode_document_blocks(&mut reader, &mut place)?;
        directory.decode_term_blocks(&mut reader, &mut place)?;
        if place.offset != end || !reader.is_empty() {
            return Err(IndexError::Damaged("its parts do not fill it"));
        }
        Ok(directory)
    }

    fn decode_document_blocks(&mut self, reader: &mut ByteReader, place: &mut Place) -> Result<()> {
        let blocks = reader.length()?;
        if blocks != (self.documents as usize).div_ceil(BLOCK_DOCUMENTS) {
            return Err(IndexError::Damaged("documents and their blocks differ"));
        }
        let mut hash_checksums = Vec::new();
        for _ in 0..blocks {
            let len = reader.length()?;
            let rows = Extent { offset: place.take(len as u64)?, len, checksum: reader.fixed_u64()? };
            hash_checksums.push((rows, reader.fixed_u64()?));
        }
        for (index, (rows, checksum)) in hash_checksums.into_iter().enumerate() {
            let len = self.documents_in(index) * HASH_BYTES;
            let hashes = Extent { offset: place.take(len as u64)?, len, checksum };
            self.document_blocks.push(DocumentBlock { rows, hashes });
        }
        Ok(())
    }

    fn decode_term_blocks(&mut self, reader: &mut ByteReader, place: &mut Place) -> Result<()> {
        for _ in 0..reader.length()? {
            let long_len = reader.varint()?;
            let (postings_len, stored_len, terms_len) = (reader.length()?, reader.length()?, reader.length()?);
            // One term may begin before the limit and end after it.
            if terms_len > BLOCK_TERM_BYTES + MAX_STORED_TERM_BYTES + 2 {
                return Err(IndexError::Damaged("a block of terms is too large"));
            }
            let long_offset = place.take(long_len)?;
            let postings = Extent { offset: place.take(postings_len as u64)?, len: postings_len, checksum: reader.fixed_u64()? };
            let terms = Extent { offset: place.take(stored_len as u64)?, len: stored_len, checksum: reader.fixed_u64()? };
            let first_term = reader.length()?;
            let first_term = reader.take(first_term)?.to_vec();
            if self.term_blocks.last().is_some_and(|before| before.first_term >= first_term) {
                return Err(IndexError::Damaged("terms out of order"));
            }
            self.term_blocks.push(TermBlock { first_term, long_offset, long_len, postings, terms, terms_len });
        }
        Ok(())
    }

    /// Documents in one of their blocks.
    pub(crate) fn documents_in(&self, block: usize) -> usize {
        (self.documents as usize).saturating_sub(block * BLOCK_DOCUMENTS).min(BLOCK_DOCUMENTS)
    }
}

/// The next block's place.
struct Place {
    offset: u64,
    end: u64,
}

impl Place {
    fn take(&mut self, len: u64) -> Result<u64> {
        let offset = self.offset;
        self.offset = offset.checked_add(len).filter(|next| *next <= self.end).ok_or(IndexError::Damaged("a block ends past the index"))?;
        Ok(offset)
    }
}

pub(crate) struct Footer {
    pub(crate) directory_len: u64,
    pub(crate) directory_checksum: u64,
}

impl Footer {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FOOTER_BYTES);
        out.extend(self.directory_len.to_le_bytes());
        out.extend(self.directory_checksum.to_le_bytes());
        out.extend([0; 4]);
        out.extend(VERSION.to_le_bytes());
        out.extend(MAGIC);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = ByteReader::new(bytes);
        let footer = Self { directory_len: reader.fixed_u64()?, directory_checksum: reader.fixed_u64()? };
        let version = reader.fixed_u64()?;
        if reader.take(MAGIC.len())? != MAGIC || !reader.is_empty() {
            return Err(IndexError::Damaged("it does not end as a text index"));
        }
        match (version as u32, (version >> 32) as u32) {
            (0, VERSION) => Ok(footer),
            (0, other) => Err(IndexError::Version(other)),
            _ => Err(IndexError::Damaged("its footer is not as written")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_named() {
        let mut bytes = Directory::default().encode();
        let version = bytes.len() - MAGIC.len() - 4;
        bytes[version] = 9;
        assert!(matches!(Footer::decode(&bytes[bytes.len() - FOOTER_BYTES..]), Err(IndexError::Version(9))));
    }

    #[test]
    fn a_directory_that_points_outside_is_refused() {
        let block = TermBlock {
            first_term: b"a".to_vec(),
            long_offset: 0,
            long_len: 0,
            postings: Extent { offset: 0, len: 10, checksum: 0 },
            terms: Extent { offset: 10, len: 10, checksum: 0 },
            terms_len: 30,
        };
        let directory = Directory { rows: 1, terms: 1, term_blocks: vec![block], ..Directory::default() };
        let bytes = directory.encode();
        let bytes = &bytes[..bytes.len() - FOOTER_BYTES];
        assert_eq!(Directory::decode(bytes, 20).unwrap(), directory);
        assert!(Directory::decode(bytes, 19).is_err());
        assert!(Directory::decode(bytes, 21).is_err());
    }
}
