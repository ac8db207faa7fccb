//! Answers patterns from an index.

use crate::{
    error::Result,
    number_set::{Gather, NumberSet, Rows},
    plan::{Need, Plan, TermTest},
    reader::{ReadAt, Reader, place_of},
    row_lists::RowListReader,
    term_block::{PostingsList, TermBlock},
    terms::CUT,
};
use memchr::memmem::Finder;
use model::filter::TextPattern;
use std::{collections::HashMap, ops::Range};
use zstd::bulk::Decompressor;

/// Most terms that the tests of a pattern may find, about a tenth of a second of work: a piece that is in more says too little.
const MAX_FOUND_TERMS: usize = 1 << 20;
/// Most postings that the tests of a pattern may read, about a quarter of a second of work.
const MAX_READ_POSTINGS: u64 = 64 << 20;
/// Blocks of row lists that are read in one piece, about half a megabyte.
const MAX_NEIGHBOURS: usize = 256;

/// What the index knows of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// No other rows match. If `exact`, all of these do; else each must be tested.
    Rows { rows: Rows, exact: bool },
    /// The index cannot help: any row may match.
    Scan,
}

impl<R: ReadAt> Reader<R> {
    /// The rows that may match. A pattern that does not compile is answered with `Scan`.
    pub fn candidates(&self, pattern: &TextPattern) -> Result<Answer> {
        let Plan { need, exact } = Plan::of(pattern);
        let found = self.look_up(&need)?;
        Ok(match documents_of(&need, &found) {
            Some(documents) => Answer::Rows { rows: self.rows_of(&documents)?, exact },
            None => Answer::Scan,
        })
    }

    /// The documents of every test, in one walk over the terms. `None` where a test finds too much.
    fn look_up<'n>(&self, need: &'n Need) -> Result<HashMap<&'n TermTest, Option<NumberSet>>> {
        let documents = self.contents().documents;
        let tests = need.tests();
        let (max_terms, max_postings) = (MAX_FOUND_TERMS / tests.len().max(1), MAX_READ_POSTINGS / tests.len().max(1) as u64);
        let look_up = |test| LookUp::new(test, self.blocks_of(test), documents, max_terms, max_postings);
        let mut look_ups: Vec<LookUp<'n>> = tests.into_iter().map(look_up).collect();
        let mut zstd = Decompressor::new()?;
        let mut hits = Vec::new();
        for block in 0..self.term_blocks() {
            if !look_ups.iter().any(|look_up| look_up.wants(block)) {
                continue;
            }
            hits.clear();
            let terms = self.terms(block, &mut zstd)?;
            for (index, look_up) in look_ups.iter().enumerate().filter(|(_, look_up)| look_up.wants(block)) {
                look_up.find(&terms, |term| hits.push((term, index)));
            }
            hits.sort_unstable();
            hits.dedup();
            if !hits.is_empty() {
                self.read_hits(&self.postings_block(block, terms)?, &hits, &mut look_ups)?;
            }
        }
        Ok(look_ups.into_iter().map(LookUp::finish).collect())
    }

    /// `hits`: (place of the term in the block, look-up), in order.
    fn read_hits(&self, block: &TermBlock, hits: &[(usize, usize)], look_ups: &mut [LookUp<'_>]) -> Result<()> {
        let mut lists = block.postings();
        let mut next = 0;
        for same_term in hits.chunk_by(|left, right| left.0 == right.0) {
            while next < same_term[0].0 {
                lists.next_list()?;
                next += 1;
            }
            let list = lists.next_list()?;
            next += 1;
            for &(_, look_up) in same_term {
                look_ups[look_up].read(self, &list)?;
            }
        }
        Ok(())
    }

    /// Where terms that pass can be.
    fn blocks_of(&self, test: &TermTest) -> Range<usize> {
        let blocks = &self.directory().term_blocks;
        let Some(beginning) = test.beginning() else { return 0..blocks.len() };
        let first = blocks.partition_point(|block| *block.first_term <= *beginning).saturating_sub(1);
        let end = blocks.partition_point(|block| *block.first_term <= *beginning || block.first_term.starts_with(beginning));
        first..end
    }

    fn rows_of(&self, documents: &NumberSet) -> Result<Rows> {
        let rows = self.contents().rows;
        let mut gather = Gather::new(rows);
        let mut blocks = Vec::new();
        for (block, _) in documents.iter().map(place_of) {
            if blocks.last() != Some(&block) {
                blocks.push(block);
            }
        }
        let mut documents = documents.iter().peekable();
        for neighbours in blocks.chunk_by(|left, right| left + 1 == *right).flat_map(|blocks| blocks.chunks(MAX_NEIGHBOURS)) {
            let range = neighbours[0]..neighbours[0] + neighbours.len();
            for (block, bytes) in range.clone().zip(self.neighbouring_row_lists(range)?) {
                let mut lists = RowListReader::new(&bytes);
                let mut next = 0;
                while let Some(document) = documents.next_if(|document| place_of(*document).0 == block) {
                    let mut list = lists.next_list()?;
                    while next < place_of(document).1 {
                        list = lists.next_list()?;
                        next += 1;
                    }
                    next += 1;
                    list.for_each(&bytes, rows, |row| gather.insert(row))?;
                }
            }
        }
        Ok(gather.finish())
    }
}

/// `None`: any document may match.
fn documents_of(need: &Need, found: &HashMap<&TermTest, Option<NumberSet>>) -> Option<NumberSet> {
    match need {
        Need::Nothing => None,
        Need::Term(test) => found.get(test).cloned().flatten(),
        Need::All(needs) => needs.iter().filter_map(|need| documents_of(need, found)).reduce(|all, some| all.and(&some)),
        Need::Any(needs) => needs.iter().try_fold(NumberSet::empty(), |all, need| Some(all.or(&documents_of(need, found)?))),
    }
}

/// One test on its way through the terms.
struct LookUp<'n> {
    test: &'n TermTest,
    needle: Finder<'static>,
    cut: Option<Finder<'static>>,
    blocks: Range<usize>,
    /// `None` when it found too much.
    documents: Option<Gather>,
    /// How many more of them it may find and read.
    terms_left: usize,
    postings_left: u64,
}

impl<'n> LookUp<'n> {
    fn new(test: &'n TermTest, blocks: Range<usize>, documents: u32, terms_left: usize, postings_left: u64) -> Self {
        let cut = test.passes_cut_terms().then(|| Finder::new(&[CUT, b'\n']).into_owned());
        let needle = Finder::new(&test.needle()).into_owned();
        Self { test, needle, cut, blocks, documents: Some(Gather::new(documents)), terms_left, postings_left }
    }

    fn wants(&self, block: usize) -> bool {
        self.blocks.contains(&block) && self.documents.is_some()
    }

    /// Calls `sink` with the places of the terms that pass.
    fn find(&self, terms: &[u8], mut sink: impl FnMut(usize)) {
        each_term_with(terms, &self.needle, &mut sink);
        if let Some(cut) = &self.cut {
            each_term_with(terms, cut, &mut sink);
        }
    }

    fn read<R: ReadAt>(&mut self, index: &Reader<R>, list: &PostingsList<'_>) -> Result<()> {
        match (self.terms_left.checked_sub(1), self.postings_left.checked_sub(list.count().into())) {
            (Some(terms), Some(postings)) => (self.terms_left, self.postings_left) = (terms, postings),
            _ => self.documents = None,
        }
        match &mut self.documents {
            Some(documents) => index.for_each_document(list, |document| documents.insert(document)),
            None => Ok(()),
        }
    }

    fn finish(self) -> (&'n TermTest, Option<NumberSet>) {
        (self.test, self.documents.map(Gather::finish))
    }
}

/// `terms` are `\n`, then each with `\n`: the place of a term is the number of `\n` before it, less one.
fn each_term_with(terms: &[u8], needle: &Finder<'_>, mut sink: impl FnMut(usize)) {
    let inside = usize::from(needle.needle().first() == Some(&b'\n'));
    let (mut from, mut counted, mut line_feeds) = (0, 0, 0);
    while let Some(at) = needle.find(&terms[from..]) {
        let at = from + at + inside;
        line_feeds += memchr::memchr_iter(b'\n', &terms[counted..at]).count();
        counted = at;
        sink(line_feeds - 1);
        // On with the next term: its needle may begin with the line feed that ends this one.
        let Some(end) = memchr::memchr(b'\n', &terms[at..]) else { return };
        from = at + end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_told_by_their_place() {
        let terms = b"\na\nab\nb\nbab\n";
        let places = |test: TermTest| {
            let mut places = Vec::new();
            each_term_with(terms, &Finder::new(&test.needle()), |place| places.push(place));
            places
        };
        assert_eq!(places(TermTest::Is(b"ab".into())), [1]);
        assert_eq!(places(TermTest::Is(b"a".into())), [0]);
        assert_eq!(places(TermTest::StartsWith(b"b".into())), [2, 3]);
        assert_eq!(places(TermTest::StartsWith(b"a".into())), [0, 1]);
        assert_eq!(places(TermTest::EndsWith(b"ab".into())), [1, 3]);
        assert_eq!(places(TermTest::Contains(b"b".into())), [1, 2, 3]);
        assert!(places(TermTest::Contains(b"c".into())).is_empty());
    }
}
