//! The part of an index that is being built in memory: documents, their rows, and the terms of each.

use crate::{
    document::{DocumentHash, HashedAlready},
    error::Result,
    term_table::TermTable,
    writer::IndexWriter,
};
use std::{collections::HashMap, io::Write};

#[derive(Default)]
pub(crate) struct Run {
    numbers: HashMap<DocumentHash, u32, HashedAlready>,
    documents: Vec<Document>,
    /// Every (document, row) as it came.
    appearances: Vec<(u32, u32)>,
    terms: TermTable,
    /// The last document that had the term, by term: a document lists it once.
    last_document: Vec<u32>,
    /// The terms of the documents, one document after the other.
    occurrences: Vec<u32>,
}

struct Document {
    hash: DocumentHash,
    first_row: u32,
    /// Where its terms begin in `occurrences`.
    start: usize,
}

impl Run {
    pub(crate) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    pub(crate) fn knows(&self, hash: DocumentHash) -> bool {
        self.numbers.contains_key(&hash)
    }

    /// `false` when the document is not known yet: then it must be opened.
    pub(crate) fn appears(&mut self, hash: DocumentHash, row: u32) -> bool {
        let Some(&number) = self.numbers.get(&hash) else { return false };
        let document = &mut self.documents[number as usize];
        document.first_row = document.first_row.min(row);
        self.appearances.push((number, row));
        true
    }

    /// A new document; [`Self::term`] then adds to it.
    pub(crate) fn open(&mut self, hash: DocumentHash, row: u32) {
        let number = self.documents.len() as u32;
        self.numbers.insert(hash, number);
        self.documents.push(Document { hash, first_row: row, start: self.occurrences.len() });
        self.appearances.push((number, row));
    }

    #[inline]
    pub(crate) fn term(&mut self, term: &[u8]) {
        let number = self.terms.number(term);
        let document = self.documents.len() as u32;
        match self.last_document.get_mut(number as usize) {
            Some(last) if *last == document => return,
            Some(last) => *last = document,
            None => self.last_document.push(document),
        }
        self.occurrences.push(number);
    }

    /// Bytes held; writing takes about half as much again.
    pub(crate) fn memory(&self) -> usize {
        self.documents.len() * (size_of::<Document>() + 2 * size_of::<(DocumentHash, u32)>())
            + self.appearances.len() * 8
            + self.terms.memory()
            + self.last_document.len() * 4
            + self.occurrences.len() * 4
    }

    /// Bytes written.
    pub(crate) fn write(self, rows: u32, out: impl Write) -> Result<u64> {
        let mut writer = IndexWriter::new(rows, out)?;
        let mut order: Vec<u32> = (0..self.documents.len() as u32).collect();
        order.sort_unstable_by_key(|&number| {
            let document = &self.documents[number as usize];
            (document.first_row, document.hash)
        });
        drop(self.numbers);
        write_rows(&order, &self.appearances, &mut writer)?;
        drop(self.appearances);
        for &number in &order {
            writer.hash_of_document(self.documents[number as usize].hash)?;
        }
        write_terms(&order, &self.documents, &self.terms, &self.occurrences, &mut writer)?;
        writer.finish()
    }
}

fn write_rows(order: &[u32], appearances: &[(u32, u32)], writer: &mut IndexWriter<impl Write>) -> Result<()> {
    let (starts, rows) = grouped(order.len(), appearances.iter().copied());
    let mut sorted = Vec::new();
    for &number in order {
        sorted.clear();
        sorted.extend_from_slice(&rows[starts[number as usize] as usize..starts[number as usize + 1] as usize]);
        if !sorted.is_sorted() {
            sorted.sort_unstable();
        }
        sorted.dedup();
        writer.rows_of_document(&sorted)?;
    }
    Ok(())
}

fn write_terms(
    order: &[u32],
    documents: &[Document],
    terms: &TermTable,
    occurrences: &[u32],
    writer: &mut IndexWriter<impl Write>,
) -> Result<()> {
    let terms_of = |number: u32| {
        let end = documents.get(number as usize + 1).map_or(occurrences.len(), |next| next.start);
        &occurrences[documents[number as usize].start..end]
    };
    // In the order of the new numbers, so that every list ascends.
    let pairs = order.iter().enumerate().flat_map(|(new, &number)| terms_of(number).iter().map(move |&term| (term, new as u32)));
    let (starts, postings) = grouped(terms.len(), pairs);
    let mut sorted: Vec<u32> = (0..terms.len() as u32).collect();
    sorted.sort_unstable_by(|&left, &right| terms.term(left).cmp(terms.term(right)));
    for term in sorted {
        writer.term(terms.term(term), &postings[starts[term as usize] as usize..starts[term as usize + 1] as usize])?;
    }
    Ok(())
}

/// The values by key: those of key `k` stand from `starts[k]` to `starts[k + 1]`, in the order in which they came.
fn grouped(keys: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> (Vec<u32>, Vec<u32>) {
    // Counted two places on, and summed up, each start is one place on; filling moves it to where it belongs.
    let mut starts = vec![0; keys + 2];
    pairs.clone().for_each(|(key, _)| starts[key as usize + 2] += 1);
    for key in 2..starts.len() {
        starts[key] += starts[key - 1];
    }
    let mut values = vec![0; starts.last().copied().unwrap_or(0) as usize];
    for (key, value) in pairs {
        let place = &mut starts[key as usize + 1];
        values[*place as usize] = value;
        *place += 1;
    }
    (starts, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_grouped_in_order() {
        let (starts, values) = grouped(4, [(2, 7), (0, 1), (2, 3), (3, 9), (2, 5)].into_iter());
        assert_eq!(starts[..5], [0, 1, 1, 4, 5]);
        assert_eq!(values, [1, 7, 3, 5, 9]);
    }
}
