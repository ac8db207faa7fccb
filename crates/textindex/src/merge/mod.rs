//! Merges indexes into the one that building anew from the rows that are left would give, byte by byte, without looking at a text.
//!
//! Documents are recognised by their hash. Those without a row vanish, and so do terms without a document: what was erased is gone.
//! Row lists, hashes and terms are streamed; what is held is at most 28 bytes for each document of the inputs (84 MB for three million),
//! a block of each input, and the documents of one term.

mod cursor;
mod documents;
mod terms;

use crate::{
    error::{IndexError, Result},
    reader::{ReadAt, Reader},
    row_map::RowMap,
    writer::IndexWriter,
};
use cursor::Documents;
use std::io::Write;

/// Stands for no document and no row: both end far below.
const NONE: u32 = u32::MAX;

/// One index to merge, and where its rows go. Rows that are indexed anew come as an index of their own, with their new numbers.
pub struct Input<'a, R> {
    pub index: &'a Reader<R>,
    pub rows: &'a RowMap,
}

/// Writes the index of a segment of `rows` rows; returns its length in bytes.
pub fn merge<R: ReadAt>(inputs: &[Input<'_, R>], rows: u32, out: impl Write) -> Result<u64> {
    if inputs.iter().any(|input| input.rows.len() != input.index.contents().rows as usize) {
        return Err(IndexError::TooLarge("a map of rows that is not its segment's"));
    }
    let mut writer = IndexWriter::new(rows, out)?;
    let mut documents = Documents::new(inputs)?;
    let numbers = documents::merge(&mut documents, &mut writer)?;
    terms::merge(inputs, &documents.starts, &numbers, &mut writer)?;
    writer.finish()
}
