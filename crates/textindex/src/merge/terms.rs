//! The terms of all inputs in one ascending run, with their documents under the new numbers.

use super::{Input, NONE};
use crate::{
    error::Result,
    reader::{PostingsPlace, ReadAt, Reader, TermBlock},
    writer::IndexWriter,
};
use std::io::Write;

/// A list longer than one in so many documents is sorted by a bitmap of all documents.
const BITMAP_SHARE: usize = 64;

/// `starts`: the number of each input's first document; `numbers`: the new numbers of the documents of all inputs.
pub(super) fn merge<R: ReadAt>(
    inputs: &[Input<'_, R>],
    starts: &[u32],
    numbers: &[u32],
    writer: &mut IndexWriter<impl Write>,
) -> Result<()> {
    let mut cursors = Vec::new();
    for (input, window) in inputs.iter().zip(starts.windows(2)) {
        let numbers = &numbers[window[0] as usize..window[1] as usize];
        cursors.extend(Cursor::open(input.index, numbers)?);
    }
    let bound = numbers.iter().filter(|number| **number != NONE).max().map_or(0, |last| *last as usize + 1);
    let mut sorter = Sorter { bitmap: vec![0; bound.div_ceil(64)] };
    let (mut term, mut documents) = (Vec::new(), Vec::new());
    while let Some(first) = cursors.iter().map(Cursor::term).min() {
        term.clear();
        term.extend_from_slice(first);
        documents.clear();
        let mut finished = false;
        for cursor in cursors.iter_mut().filter(|cursor| cursor.term() == term) {
            cursor.read_documents(&mut documents)?;
            finished |= !cursor.advance()?;
        }
        if finished {
            cursors.retain(|cursor| !cursor.is_finished());
        }
        sorter.sort(&mut documents);
        if !documents.is_empty() {
            writer.term(&term, &documents)?;
        }
    }
    Ok(())
}

struct Sorter {
    /// Zeros between calls.
    bitmap: Vec<u64>,
}

impl Sorter {
    /// Sorts the numbers and drops repeated ones.
    fn sort(&mut self, numbers: &mut Vec<u32>) {
        if numbers.is_sorted_by(|left, right| left < right) {
            return;
        }
        if numbers.len() < self.bitmap.len() * 64 / BITMAP_SHARE {
            // The lists of the inputs are runs: the stable sort merges them.
            numbers.sort();
            numbers.dedup();
            return;
        }
        for number in numbers.drain(..) {
            self.bitmap[number as usize / 64] |= 1 << (number % 64);
        }
        for (index, word) in self.bitmap.iter_mut().enumerate() {
            while *word != 0 {
                numbers.push(index as u32 * 64 + word.trailing_zeros());
                *word &= *word - 1;
            }
        }
    }
}

/// Stands at one term of an input.
struct Cursor<'a, R> {
    index: &'a Reader<R>,
    numbers: &'a [u32],
    next_block: usize,
    block: TermBlock,
    /// Where in the block's bytes the term begins and ends.
    start: usize,
    end: usize,
    postings: PostingsPlace,
}

impl<'a, R: ReadAt> Cursor<'a, R> {
    /// At the first term; `None` for an index without terms.
    fn open(index: &'a Reader<R>, numbers: &'a [u32]) -> Result<Option<Self>> {
        if index.term_blocks() == 0 {
            return Ok(None);
        }
        let block = index.term_block(0)?;
        let postings = block.start();
        let mut cursor = Self { index, numbers, next_block: 1, block, start: 0, end: 0, postings };
        cursor.advance()?;
        Ok(Some(cursor))
    }

    fn term(&self) -> &[u8] {
        &self.block.term_bytes()[self.start..self.end]
    }

    fn is_finished(&self) -> bool {
        self.start >= self.end
    }

    /// Appends the new numbers of the term's documents; must be called once for every term.
    fn read_documents(&mut self, documents: &mut Vec<u32>) -> Result<()> {
        let mut reader = self.block.postings_from(self.postings);
        let list = reader.next_list()?;
        self.postings = reader.place();
        self.index.for_each_document(&list, |document| {
            let number = self.numbers[document as usize];
            if number != NONE {
                documents.push(number);
            }
        })
    }

    /// To the next term; `false` after the last.
    fn advance(&mut self) -> Result<bool> {
        if self.end + 1 >= self.block.term_bytes().len() && self.end > 0 {
            if self.next_block == self.index.term_blocks() {
                self.start = self.end;
                return Ok(false);
            }
            self.block = self.index.term_block(self.next_block)?;
            self.postings = self.block.start();
            self.next_block += 1;
            self.end = 0;
        }
        self.start = self.end + 1;
        let rest = &self.block.term_bytes()[self.start..];
        self.end = self.start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        Ok(true)
    }
}
