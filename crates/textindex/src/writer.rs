//! Writes an index front to back: the row lists, the hashes, the terms, the directory. Used by the builder and by merging alike, so that
//! both give the same bytes.

use crate::{
    codec::put_varint,
    document::DocumentHash,
    error::{IndexError, Result},
    layout::{
        BLOCK_POSTINGS_BYTES, BLOCK_TERM_BYTES, Directory, DocumentBlock, Extent, MAX_DOCUMENTS, MAX_ROWS, MAX_SHORT_LIST_BYTES, TermBlock,
        checksum,
    },
    postings,
    row_lists::{BLOCK_DOCUMENTS, RowListWriter},
};
use std::io::Write;

/// Between blocks of terms the ratio hardly grows with the level.
const ZSTD_LEVEL: i32 = 3;

pub(crate) struct IndexWriter<W> {
    out: W,
    offset: u64,
    directory: Directory,
    row_lists: RowListWriter,
    documents_in_block: usize,
    hashes: Vec<u8>,
    hashed_documents: usize,
    block: OpenTermBlock,
    list: Vec<u8>,
    compressor: zstd::bulk::Compressor<'static>,
}

/// A block of terms in the making. Its long postings are already written.
#[derive(Default)]
struct OpenTermBlock {
    terms: Vec<u8>,
    postings: Vec<u8>,
    first_term: Vec<u8>,
    long_len: u64,
}

impl<W: Write> IndexWriter<W> {
    /// `rows`: how many the segment has.
    pub(crate) fn new(rows: u32, out: W) -> Result<Self> {
        if rows > MAX_ROWS {
            return Err(IndexError::TooLarge("too many rows"));
        }
        Ok(Self {
            out,
            offset: 0,
            directory: Directory { rows, ..Directory::default() },
            row_lists: RowListWriter::default(),
            documents_in_block: 0,
            hashes: Vec::new(),
            hashed_documents: 0,
            block: OpenTermBlock::default(),
            list: Vec::new(),
            compressor: zstd::bulk::Compressor::new(ZSTD_LEVEL)?,
        })
    }

    /// The rows of the next document, as [`RowListWriter::push`] wants them.
    pub(crate) fn rows_of_document(&mut self, rows: &[u32]) -> Result<()> {
        if rows.last().is_some_and(|last| *last >= self.directory.rows) {
            return Err(IndexError::TooLarge("a row outside its segment"));
        }
        if self.directory.documents == MAX_DOCUMENTS {
            return Err(IndexError::TooLarge("too many documents"));
        }
        self.row_lists.push(rows)?;
        self.directory.documents += 1;
        self.documents_in_block += 1;
        if self.documents_in_block == BLOCK_DOCUMENTS { self.end_row_lists() } else { Ok(()) }
    }

    /// The hash of the next document, after the rows of all.
    pub(crate) fn hash_of_document(&mut self, hash: DocumentHash) -> Result<()> {
        if self.documents_in_block > 0 {
            self.end_row_lists()?;
        }
        self.hashes.extend(hash.as_bytes());
        self.hashed_documents += 1;
        let is_last = self.hashed_documents == self.directory.documents as usize;
        if is_last || self.hashed_documents.is_multiple_of(BLOCK_DOCUMENTS) {
            let hashes = std::mem::take(&mut self.hashes);
            let extent = self.write(&hashes)?;
            let block = self.directory.document_blocks.get_mut((self.hashed_documents - 1) / BLOCK_DOCUMENTS);
            block.ok_or(IndexError::Damaged("more hashes than documents"))?.hashes = extent;
        }
        Ok(())
    }

    /// The next term and its documents, after the hashes of all; both ascend strictly.
    pub(crate) fn term(&mut self, term: &[u8], documents: &[u32]) -> Result<()> {
        if self.block.terms.is_empty() {
            self.block.terms.push(b'\n');
            self.block.first_term = term.to_vec();
        }
        self.block.terms.extend(term);
        self.block.terms.push(b'\n');
        self.directory.terms += 1;
        self.directory.postings += documents.len() as u64;
        put_varint(&mut self.block.postings, documents.len() as u64);
        if let [only] = documents {
            put_varint(&mut self.block.postings, u64::from(*only));
        } else {
            self.list.clear();
            postings::encode(documents, &mut self.list);
            let is_long = self.list.len() > MAX_SHORT_LIST_BYTES;
            put_varint(&mut self.block.postings, (self.list.len() as u64) << 1 | u64::from(is_long));
            if is_long {
                let list = std::mem::take(&mut self.list);
                let extent = self.write(&list)?;
                self.block.long_len += list.len() as u64;
                self.block.postings.extend(extent.checksum.to_le_bytes());
                self.list = list;
            } else {
                self.block.postings.extend(&self.list);
            }
        }
        if self.block.terms.len() >= BLOCK_TERM_BYTES || self.block.postings.len() >= BLOCK_POSTINGS_BYTES {
            self.end_terms()?;
        }
        Ok(())
    }

    /// How many bytes were written.
    pub(crate) fn finish(mut self) -> Result<u64> {
        if !self.block.terms.is_empty() {
            self.end_terms()?;
        }
        let end = self.directory.encode();
        self.write(&end)?;
        Ok(self.offset)
    }

    fn end_row_lists(&mut self) -> Result<()> {
        let bytes = std::mem::take(&mut self.row_lists.bytes);
        let rows = self.write(&bytes)?;
        self.row_lists.bytes = bytes;
        self.row_lists.clear();
        self.documents_in_block = 0;
        // The hashes follow when all row lists are written.
        self.directory.document_blocks.push(DocumentBlock { rows, hashes: Extent { offset: 0, len: 0, checksum: 0 } });
        Ok(())
    }

    fn end_terms(&mut self) -> Result<()> {
        let OpenTermBlock { terms, postings, first_term, long_len } = std::mem::take(&mut self.block);
        let long_offset = self.offset - long_len;
        let postings = self.write(&postings)?;
        let compressed = self.compressor.compress(&terms)?;
        let stored = self.write(&compressed)?;
        self.directory.term_blocks.push(TermBlock { first_term, long_offset, long_len, postings, terms: stored, terms_len: terms.len() });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Extent> {
        self.out.write_all(bytes)?;
        let extent = Extent { offset: self.offset, len: bytes.len(), checksum: checksum(bytes) };
        self.offset += bytes.len() as u64;
        Ok(extent)
    }
}
