//! The documents of all inputs, numbered one input after the other.

use super::{Input, NONE};
use crate::{
    document::DocumentHash,
    error::{IndexError, Result},
    reader::{ReadAt, Reader, hash_at, place_of},
    row_lists::{RowList, RowListReader},
    row_map::RowMap,
};
use bytes::Bytes;

pub(super) struct Documents<'a, R> {
    cursors: Vec<Cursor<'a, R>>,
    /// The number of each input's first document, then the number of all documents.
    pub(super) starts: Vec<u32>,
}

impl<'a, R: ReadAt> Documents<'a, R> {
    pub(super) fn new(inputs: &[Input<'a, R>]) -> Result<Self> {
        let mut starts = vec![0];
        let mut total = 0_u32;
        for input in inputs {
            let sum = total.checked_add(input.index.contents().documents).filter(|sum| *sum < NONE);
            total = sum.ok_or(IndexError::TooLarge("too many documents"))?;
            starts.push(total);
        }
        Ok(Self { cursors: inputs.iter().map(Cursor::new).collect(), starts })
    }

    pub(super) fn total(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Calls `sink` with the new rows of a document, in no order.
    pub(super) fn new_rows(&mut self, document: u32, sink: impl FnMut(u32)) -> Result<()> {
        let (input, document) = self.locate(document);
        self.cursors[input].new_rows(document, sink)
    }

    pub(super) fn hash(&mut self, document: u32) -> Result<DocumentHash> {
        let (input, document) = self.locate(document);
        self.cursors[input].hash(document)
    }

    fn locate(&self, document: u32) -> (usize, u32) {
        let input = self.starts.partition_point(|&start| start <= document) - 1;
        (input, document - self.starts[input])
    }
}

/// Keeps the last block of each kind, since documents are read nearly in order.
struct Cursor<'a, R> {
    index: &'a Reader<R>,
    rows: &'a RowMap,
    lists: Option<(usize, Bytes, Vec<RowList>)>,
    hashes: Option<(usize, Bytes)>,
}

impl<'a, R: ReadAt> Cursor<'a, R> {
    fn new(input: &Input<'a, R>) -> Self {
        Self { index: input.index, rows: input.rows, lists: None, hashes: None }
    }

    fn new_rows(&mut self, document: u32, mut sink: impl FnMut(u32)) -> Result<()> {
        let (block, place) = place_of(document);
        let (_, bytes, lists) = match self.lists.take() {
            Some(lists) if lists.0 == block => self.lists.insert(lists),
            _ => self.lists.insert(self.read_lists(block)?),
        };
        let list = lists.get(place).ok_or(IndexError::Damaged("row lists end early"))?;
        list.for_each(bytes, self.index.contents().rows, |row| {
            if let Some(new) = self.rows.get(row) {
                sink(new);
            }
        })
    }

    fn read_lists(&self, block: usize) -> Result<(usize, Bytes, Vec<RowList>)> {
        let bytes = self.index.row_lists(block)?;
        let mut reader = RowListReader::new(&bytes);
        let lists = (0..self.index.documents_in(block)).map(|_| reader.next_list()).collect::<Result<_>>()?;
        Ok((block, bytes, lists))
    }

    fn hash(&mut self, document: u32) -> Result<DocumentHash> {
        let (block, place) = place_of(document);
        let (_, hashes) = match self.hashes.take() {
            Some(hashes) if hashes.0 == block => self.hashes.insert(hashes),
            _ => self.hashes.insert((block, self.index.hashes(block)?)),
        };
        hash_at(hashes, place)
    }
}
