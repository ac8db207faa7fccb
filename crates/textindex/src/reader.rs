//! Reads an index: its directory at once, everything else when it is asked for, each block checked as it is read.

use crate::{
    codec::ByteReader,
    document::DocumentHash,
    error::{IndexError, Result},
    layout::{Directory, Extent, FOOTER_BYTES, Footer, HASH_BYTES, checksum},
    postings,
    row_lists::{BLOCK_DOCUMENTS, RowListReader},
};
use bytes::Bytes;
use std::{io, ops::Range};

/// Something that holds the bytes of an index: a part of a file, or memory.
pub trait ReadAt {
    /// Exactly `len` bytes; fewer are an error.
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes>;
}

impl ReadAt for Bytes {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let range = usize::try_from(offset).ok().and_then(|start| Some(start..start.checked_add(len)?));
        match range {
            Some(range) if range.end <= self.len() => Ok(self.slice(range)),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl<T: ReadAt + ?Sized> ReadAt for std::sync::Arc<T> {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        (**self).read_at(offset, len)
    }
}

/// An open index. Holds its directory: about 40 bytes for every 16 KiB of terms and for every 512 documents.
pub struct Reader<R> {
    source: R,
    start: u64,
    directory: Directory,
}

/// What an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Rows of the segment, with texts or without.
    pub rows: u32,
    pub documents: u32,
    pub terms: u64,
    /// Pairs of a term and a document that has it.
    pub postings: u64,
}

impl Reader<Bytes> {
    /// An index that is in memory as a whole.
    pub fn open_bytes(bytes: Bytes) -> Result<Self> {
        let len = bytes.len() as u64;
        Self::open(bytes, 0, len)
    }
}

impl<R: ReadAt> Reader<R> {
    /// The index that is `len` bytes of `source` from `start` on.
    pub fn open(source: R, start: u64, len: u64) -> Result<Self> {
        let Some(footer_offset) = len.checked_sub(FOOTER_BYTES as u64) else {
            return Err(IndexError::Damaged("it is too short"));
        };
        start.checked_add(len).ok_or(IndexError::Damaged("it ends past any file"))?;
        let footer = Footer::decode(&source.read_at(start + footer_offset, FOOTER_BYTES)?)?;
        let Some(directory_offset) = footer_offset.checked_sub(footer.directory_len) else {
            return Err(IndexError::Damaged("its directory begins before it"));
        };
        let bytes = source.read_at(start + directory_offset, footer.directory_len as usize)?;
        if checksum(&bytes) != footer.directory_checksum {
            return Err(IndexError::Damaged("the checksum of its directory is wrong"));
        }
        Ok(Self { source, start, directory: Directory::decode(&bytes, directory_offset)? })
    }

    pub fn contents(&self) -> Contents {
        let Directory { rows, documents, terms, postings, .. } = self.directory;
        Contents { rows, documents, terms, postings }
    }

    /// Stored bytes of terms and their postings.
    pub fn term_bytes(&self) -> u64 {
        self.directory.term_blocks.iter().map(|block| block.long_len + (block.postings.len + block.terms.len) as u64).sum()
    }

    /// Stored bytes of what is told of documents: their rows and hashes.
    pub fn document_bytes(&self) -> u64 {
        self.directory.document_blocks.iter().map(|block| (block.rows.len + block.hashes.len) as u64).sum()
    }

    /// Bytes of memory that the open index holds.
    pub fn memory(&self) -> usize {
        let terms = self.directory.term_blocks.iter().map(|block| size_of_val(block) + block.first_term.len()).sum::<usize>();
        size_of::<Self>() + terms + size_of_val(self.directory.document_blocks.as_slice())
    }

    /// Reads everything and checks that it is whole and consistent.
    pub fn verify(&self) -> Result<Contents> {
        let Contents { rows, documents, terms, postings } = self.contents();
        for block in 0..self.directory.document_blocks.len() {
            self.hashes(block)?;
            let bytes = self.row_lists(block)?;
            let mut lists = RowListReader::new(&bytes);
            for _ in 0..self.documents_in(block) {
                lists.next_list()?.for_each(&bytes, rows, |_| ())?;
            }
        }
        let (mut found_terms, mut found_postings) = (0, 0);
        let mut before = Vec::new();
        for block in 0..self.directory.term_blocks.len() {
            let block = self.term_block(block)?;
            let mut lists = block.postings();
            for term in block.terms() {
                if *term <= *before {
                    return Err(IndexError::Damaged("terms out of order"));
                }
                before = term.to_vec();
                found_terms += 1;
                self.for_each_document(&lists.next_list()?, |_| found_postings += 1)?;
            }
        }
        if (found_terms, found_postings) != (terms, postings) {
            return Err(IndexError::Damaged("terms and their count differ"));
        }
        Ok(Contents { rows, documents, terms, postings })
    }

    /// Every term in ascending order. A cut term ends with the byte `FF`.
    pub fn for_each_term(&self, mut sink: impl FnMut(&[u8])) -> Result<()> {
        (0..self.directory.term_blocks.len()).try_for_each(|block| {
            self.term_block(block)?.terms().for_each(&mut sink);
            Ok(())
        })
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn term_blocks(&self) -> usize {
        self.directory.term_blocks.len()
    }

    /// Documents in one of their blocks.
    pub(crate) fn documents_in(&self, block: usize) -> usize {
        self.directory.documents_in(block)
    }

    pub(crate) fn row_lists(&self, block: usize) -> Result<Bytes> {
        self.read(self.directory.document_blocks[block].rows)
    }

    /// The row lists of neighbouring blocks, read in one piece.
    pub(crate) fn neighbouring_row_lists(&self, blocks: Range<usize>) -> Result<Vec<Bytes>> {
        let blocks = &self.directory.document_blocks[blocks];
        let Some(first) = blocks.first() else { return Ok(Vec::new()) };
        let len = blocks.iter().map(|block| block.rows.len).sum();
        let bytes = self.source.read_at(self.start + first.rows.offset, len)?;
        blocks
            .iter()
            .map(|block| {
                let start = (block.rows.offset - first.rows.offset) as usize;
                checked(bytes.slice(start.min(bytes.len())..(start + block.rows.len).min(bytes.len())), block.rows)
            })
            .collect()
    }

    pub(crate) fn hashes(&self, block: usize) -> Result<Bytes> {
        self.read(self.directory.document_blocks[block].hashes)
    }

    pub(crate) fn term_block(&self, block: usize) -> Result<TermBlock> {
        self.postings_block(block, self.terms(block)?)
    }

    /// The block whose terms are these.
    pub(crate) fn postings_block(&self, block: usize, terms: Vec<u8>) -> Result<TermBlock> {
        let block = &self.directory.term_blocks[block];
        Ok(TermBlock { terms, postings: self.read(block.postings)?, long_offset: block.long_offset, long_len: block.long_len })
    }

    /// The terms of a block: `\n`, then each with `\n`.
    pub(crate) fn terms(&self, block: usize) -> Result<Vec<u8>> {
        let block = &self.directory.term_blocks[block];
        let terms = zstd::bulk::decompress(&self.read(block.terms)?, block.terms_len)?;
        if terms.len() != block.terms_len || terms.len() < 2 || terms.first() != Some(&b'\n') || terms.last() != Some(&b'\n') {
            return Err(IndexError::Damaged("a block of terms is not as written"));
        }
        Ok(terms)
    }

    /// Calls `sink` with the documents of the list in ascending order.
    pub(crate) fn for_each_document(&self, list: &PostingsList<'_>, mut sink: impl FnMut(u32)) -> Result<()> {
        let documents = self.directory.documents;
        match *list {
            PostingsList::One(document) if document < documents => {
                sink(document);
                Ok(())
            }
            PostingsList::One(_) => Err(IndexError::Damaged("a document number is too large")),
            PostingsList::Short { count, bytes } => postings::decode(bytes, count, documents, sink),
            PostingsList::Long { count, extent } => postings::decode(&self.read(extent)?, count, documents, sink),
        }
    }

    fn read(&self, extent: Extent) -> Result<Bytes> {
        checked(self.source.read_at(self.start + extent.offset, extent.len)?, extent)
    }
}

fn checked(bytes: Bytes, extent: Extent) -> Result<Bytes> {
    if bytes.len() == extent.len && checksum(&bytes) == extent.checksum {
        Ok(bytes)
    } else {
        Err(IndexError::Damaged("the checksum of a block is wrong"))
    }
}

/// One block of terms with their postings, as read.
pub(crate) struct TermBlock {
    terms: Vec<u8>,
    postings: Bytes,
    long_offset: u64,
    long_len: u64,
}

impl TermBlock {
    pub(crate) fn terms(&self) -> impl Iterator<Item = &[u8]> {
        // Between the first and the last separator.
        self.terms[1..self.terms.len() - 1].split(|&byte| byte == b'\n')
    }

    pub(crate) fn term_bytes(&self) -> &[u8] {
        &self.terms
    }

    pub(crate) fn postings(&self) -> PostingsReader<'_> {
        self.postings_from(self.start())
    }

    pub(crate) fn postings_from(&self, place: PostingsPlace) -> PostingsReader<'_> {
        PostingsReader {
            reader: ByteReader::new(self.postings.get(place.at..).unwrap_or_default()),
            len: self.postings.len(),
            long_offset: place.long_offset,
            long_end: self.long_offset + self.long_len,
        }
    }

    pub(crate) fn start(&self) -> PostingsPlace {
        PostingsPlace { at: 0, long_offset: self.long_offset }
    }
}

/// How far the postings of a block are read.
#[derive(Clone, Copy)]
pub(crate) struct PostingsPlace {
    at: usize,
    long_offset: u64,
}

/// The postings of a block from the first term to the last.
pub(crate) struct PostingsReader<'a> {
    reader: ByteReader<'a>,
    len: usize,
    long_offset: u64,
    long_end: u64,
}

/// Where the documents of a term are.
#[derive(Clone, Copy)]
pub(crate) enum PostingsList<'a> {
    One(u32),
    Short { count: u32, bytes: &'a [u8] },
    Long { count: u32, extent: Extent },
}

impl<'a> PostingsReader<'a> {
    #[inline]
    pub(crate) fn next_list(&mut self) -> Result<PostingsList<'a>> {
        let count = self.reader.varint_u32()?;
        if count == 1 {
            return Ok(PostingsList::One(self.reader.varint_u32()?));
        }
        let len = self.reader.varint()?;
        let (len, is_long) = (len >> 1, len & 1 == 1);
        if !is_long {
            return Ok(PostingsList::Short { count, bytes: self.reader.take(len as usize)? });
        }
        let offset = self.long_offset;
        self.long_offset = offset.checked_add(len).filter(|end| *end <= self.long_end).ok_or(IndexError::Damaged("postings end early"))?;
        Ok(PostingsList::Long { count, extent: Extent { offset, len: len as usize, checksum: self.reader.fixed_u64()? } })
    }

    pub(crate) fn place(&self) -> PostingsPlace {
        PostingsPlace { at: self.len - self.reader.remaining(), long_offset: self.long_offset }
    }
}

impl PostingsList<'_> {
    /// How many documents there are.
    pub(crate) fn count(&self) -> u32 {
        match self {
            Self::One(_) => 1,
            Self::Short { count, .. } | Self::Long { count, .. } => *count,
        }
    }
}

/// The hash at one place of a block of hashes.
pub(crate) fn hash_at(hashes: &[u8], index: usize) -> Result<DocumentHash> {
    let (all, _) = hashes.as_chunks::<HASH_BYTES>();
    all.get(index).map(DocumentHash::from_bytes).ok_or(IndexError::Damaged("hashes end early"))
}

/// The block of a document, and its place in there.
pub(crate) fn place_of(document: u32) -> (usize, usize) {
    (document as usize / BLOCK_DOCUMENTS, document as usize % BLOCK_DOCUMENTS)
}
