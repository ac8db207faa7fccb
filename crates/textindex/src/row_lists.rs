//! The rows of the documents of one block. A resent history makes one document appear in rows at even distance: such rows are runs.
//!
//! Per document, in order: a varint, the distance of its first row from the first row of the document before (of row 0 for the
//! first of a block), doubled, plus one if more rows follow. These are a varint of bytes, and in them steps: a varint of the
//! distance to the next row, doubled, plus one if a varint follows that says how many times more the same distance repeats.

use crate::{
    codec::{ByteReader, put_varint},
    error::{IndexError, Result},
};
use std::ops::Range;

/// Documents of one block, and so the most whose rows are read to find the rows of one.
pub(crate) const BLOCK_DOCUMENTS: usize = 512;

/// Writes one block.
#[derive(Default)]
pub(crate) struct RowListWriter {
    pub(crate) bytes: Vec<u8>,
    first_row: u32,
    steps: Vec<u8>,
}

impl RowListWriter {
    /// `rows` ascend strictly, are not empty, and do not begin before those of the document before.
    pub(crate) fn push(&mut self, rows: &[u32]) -> Result<()> {
        let (Some((&first, rest)), true) = (rows.split_first(), rows.is_sorted_by(|left, right| left < right)) else {
            return Err(IndexError::Damaged("rows out of order"));
        };
        let distance = first.checked_sub(self.first_row).ok_or(IndexError::Damaged("documents out of order"))?;
        self.first_row = first;
        put_varint(&mut self.bytes, u64::from(distance) << 1 | u64::from(!rest.is_empty()));
        if rest.is_empty() {
            return Ok(());
        }
        self.steps.clear();
        let mut pairs = rows.windows(2).map(|pair| pair[1] - pair[0]).peekable();
        while let Some(step) = pairs.next() {
            let mut repeats = 0;
            while pairs.next_if_eq(&step).is_some() {
                repeats += 1;
            }
            put_varint(&mut self.steps, u64::from(step) << 1 | u64::from(repeats > 0));
            if repeats > 0 {
                put_varint(&mut self.steps, repeats);
            }
        }
        put_varint(&mut self.bytes, self.steps.len() as u64);
        self.bytes.extend_from_slice(&self.steps);
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.first_row = 0;
    }
}

/// The rows of one document: the first, and where in the block the others are told.
#[derive(Debug, Clone)]
pub(crate) struct RowList {
    first: u32,
    steps: Range<usize>,
}

impl RowList {
    /// Calls `sink` with the rows in ascending order, all of them below `bound`. `block` is what the list was read from.
    pub(crate) fn for_each(&self, block: &[u8], bound: u32, mut sink: impl FnMut(u32)) -> Result<()> {
        let mut row = Some(self.first).filter(|row| *row < bound).ok_or(IndexError::Damaged("a row number is too large"))?;
        sink(row);
        let mut steps = ByteReader::new(block.get(self.steps.clone()).unwrap_or_default());
        while !steps.is_empty() {
            let step = steps.varint()?;
            let times = if step & 1 == 1 { steps.varint()?.saturating_add(1) } else { 1 };
            let step = u32::try_from(step >> 1).ok().filter(|step| *step > 0).ok_or(IndexError::Damaged("rows out of order"))?;
            // Ends at the bound however often it says to repeat.
            for _ in 0..times {
                row = row.checked_add(step).filter(|row| *row < bound).ok_or(IndexError::Damaged("a row number is too large"))?;
                sink(row);
            }
        }
        Ok(())
    }
}

/// The lists of one block from first to last.
pub(crate) struct RowListReader<'a> {
    reader: ByteReader<'a>,
    len: usize,
    first_row: u32,
}

impl<'a> RowListReader<'a> {
    pub(crate) fn new(block: &'a [u8]) -> Self {
        Self { reader: ByteReader::new(block), len: block.len(), first_row: 0 }
    }

    pub(crate) fn next_list(&mut self) -> Result<RowList> {
        let head = self.reader.varint()?;
        let distance = u32::try_from(head >> 1).map_err(|_| IndexError::Damaged("a row number is too large"))?;
        self.first_row = self.first_row.checked_add(distance).ok_or(IndexError::Damaged("a row number is too large"))?;
        let steps = if head & 1 == 1 { self.reader.length()? } else { 0 };
        let start = self.len - self.reader.remaining();
        self.reader.take(steps)?;
        Ok(RowList { first: self.first_row, steps: start..start + steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn lists_come_back(mut lists in proptest::collection::vec(proptest::collection::btree_set(0..500_u32, 1..40), 1..20)) {
            lists.sort_by_key(|rows| rows.first().copied());
            let mut writer = RowListWriter::default();
            for rows in &lists {
                writer.push(&rows.iter().copied().collect::<Vec<_>>()).unwrap();
            }
            let mut reader = RowListReader::new(&writer.bytes);
            for rows in &lists {
                let mut found = BTreeSet::new();
                reader.next_list().unwrap().for_each(&writer.bytes, 500, |row| { found.insert(row); }).unwrap();
                prop_assert_eq!(&found, rows);
            }
            prop_assert!(reader.next_list().is_err());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut reader = RowListReader::new(&bytes);
            while let Ok(list) = reader.next_list() {
                let mut rows = Vec::new();
                let _ = list.for_each(&bytes, 10_000, |row| rows.push(row));
                prop_assert!(rows.is_sorted() && rows.len() <= 10_000);
            }
        }
    }

    #[test]
    fn a_resent_message_takes_a_few_bytes() {
        let mut writer = RowListWriter::default();
        writer.push(&(0..40).map(|turn| 1_000 + 2 * turn).collect::<Vec<_>>()).unwrap();
        assert!(writer.bytes.len() <= 5, "{:?}", writer.bytes);
        assert!(writer.push(&[5]).is_err() && writer.push(&[]).is_err() && writer.push(&[2_000, 2_000]).is_err());
    }
}
