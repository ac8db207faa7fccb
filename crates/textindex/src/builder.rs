//! Builds the index of a segment from the texts of its rows.

use crate::{
    document::DocumentHash,
    error::Result,
    leaves::{for_each_text, parse_message, split_messages},
    merge::{Input, merge},
    reader::Reader,
    row_map::RowMap,
    run::Run,
    terms::for_each_term,
};
use bytes::Bytes;
use model::telemetry::Message;
use std::io::Write;

/// A run this large is written (compressed, in memory) and merged with the others at the end. Writing and merging take about as much
/// again, so that building stays below 96 MiB beside the finished runs, which are a few percent of their texts.
const MAX_RUN_BYTES: usize = 32 << 20;

/// Takes texts with the rows that have them, in any order, and writes their index. Contents that come again are looked at only for
/// their hash.
pub struct Builder {
    run: Run,
    finished: Vec<Bytes>,
    max_run_bytes: usize,
    /// Rows up to here, of the runs that are finished.
    rows: u32,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    pub fn new() -> Self {
        Self::with_run_bytes(MAX_RUN_BYTES)
    }

    /// With runs of another size than usual.
    pub fn with_run_bytes(max_run_bytes: usize) -> Self {
        Self { run: Run::default(), finished: Vec::new(), max_run_bytes, rows: 0 }
    }

    /// The row has this text.
    pub fn add(&mut self, row: u32, text: &str) -> Result<()> {
        let hash = DocumentHash::of_text(text);
        self.rows = self.rows.max(row.saturating_add(1));
        if !self.run.appears(hash, row) {
            self.run.open(hash, row);
            for_each_term(text, |term| self.run.term(term));
        }
        self.spill()
    }

    /// The row has these messages, a JSON array as it is stored. What is no JSON of messages is one text.
    pub fn add_messages(&mut self, row: u32, json: &str) -> Result<()> {
        let Some(messages) = self.read_messages(json) else { return self.add(row, json) };
        self.rows = self.rows.max(row.saturating_add(1));
        for (hash, message) in messages {
            if !self.run.appears(hash, row) {
                self.run.open(hash, row);
                if let Some(message) = message {
                    for_each_text(&message, |text| for_each_term(text, |term| self.run.term(term)));
                }
            }
        }
        self.spill()
    }

    /// Bytes held by what was added.
    pub fn memory(&self) -> usize {
        self.run.memory() + self.finished.iter().map(Bytes::len).sum::<usize>()
    }

    /// Writes the index of a segment of so many rows; returns its length in bytes. Every row added must be one of them.
    pub fn finish(mut self, rows: u32, out: impl Write) -> Result<u64> {
        if self.finished.is_empty() {
            return self.run.write(rows, out);
        }
        self.end_run()?;
        let indexes = self.finished.into_iter().map(Reader::open_bytes).collect::<Result<Vec<_>>>()?;
        let maps: Vec<_> = indexes.iter().map(|index| RowMap::identity(index.contents().rows)).collect();
        let inputs: Vec<_> = indexes.iter().zip(&maps).map(|(index, rows)| Input { index, rows }).collect();
        merge(&inputs, rows, out)
    }

    /// Per message its hash, and what it says unless it is known. `None` where the whole is not messages.
    fn read_messages(&self, json: &str) -> Option<Vec<(DocumentHash, Option<Message>)>> {
        let read = |message: &str| {
            let hash = DocumentHash::of_message(message);
            Some((hash, if self.run.knows(hash) { None } else { Some(parse_message(message)?) }))
        };
        split_messages(json)?.into_iter().map(|message| read(message.get())).collect()
    }

    fn spill(&mut self) -> Result<()> {
        if self.run.memory() > self.max_run_bytes { self.end_run() } else { Ok(()) }
    }

    fn end_run(&mut self) -> Result<()> {
        if !self.run.is_empty() {
            let mut bytes = Vec::new();
            std::mem::take(&mut self.run).write(self.rows, &mut bytes)?;
            self.finished.push(bytes.into());
        }
        Ok(())
    }
}
