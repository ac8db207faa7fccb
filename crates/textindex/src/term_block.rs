//! One block of terms as read, and the walk over its postings.

use crate::{
    codec::ByteReader,
    error::{IndexError, Result},
    layout::{self, Extent},
};
use bytes::Bytes;

/// The terms of a block, and where their documents are told.
pub(crate) struct TermBlock {
    terms: Vec<u8>,
    postings: Bytes,
    long_offset: u64,
    long_end: u64,
}

impl TermBlock {
    /// `terms` are `\n`, then each with `\n`.
    pub(crate) fn new(terms: Vec<u8>, postings: Bytes, place: &layout::TermBlock) -> Self {
        Self { terms, postings, long_offset: place.long_offset, long_end: place.long_offset + place.long_len }
    }

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
            long_end: self.long_end,
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
