//! Which documents the merged index has, in which order, and their rows.

use super::{NONE, cursor::Documents};
use crate::{error::Result, layout::HASH_BYTES, reader::ReadAt, writer::IndexWriter};
use std::io::Write;

/// Writes rows and hashes. Returns the new number of every document of the inputs, `NONE` where it has no row any more.
pub(super) fn merge<R: ReadAt>(documents: &mut Documents<'_, R>, writer: &mut IndexWriter<impl Write>) -> Result<Vec<u32>> {
    let Groups { heads, next, first_rows } = Groups::find(documents)?;
    // As the builder numbers them: by first row, then by hash, which is the order of the heads.
    let mut order: Vec<u64> =
        heads.iter().enumerate().map(|(rank, &head)| u64::from(first_rows[head as usize]) << 32 | rank as u64).collect();
    order.sort_unstable();
    let head_at = |entry: u64| heads[(entry & u64::from(u32::MAX)) as usize];

    let mut numbers = first_rows;
    let mut rows = Vec::new();
    for (number, &entry) in order.iter().enumerate() {
        rows.clear();
        let mut member = head_at(entry);
        while member != NONE {
            documents.new_rows(member, |row| rows.push(row))?;
            numbers[member as usize] = number as u32;
            member = next[member as usize];
        }
        if !rows.is_sorted() {
            rows.sort_unstable();
        }
        rows.dedup();
        writer.rows_of_document(&rows)?;
    }
    for &entry in &order {
        writer.hash_of_document(documents.hash(head_at(entry))?)?;
    }
    Ok(numbers)
}

/// The same document in several inputs is a chain that begins at its head.
struct Groups {
    /// By ascending hash.
    heads: Vec<u32>,
    /// The next in the chain, by document.
    next: Vec<u32>,
    /// Of heads, the first new row of any in the chain. `NONE` where the document vanishes.
    first_rows: Vec<u32>,
}

impl Groups {
    fn find<R: ReadAt>(documents: &mut Documents<'_, R>) -> Result<Self> {
        let total = documents.total();
        let mut first_rows = vec![NONE; total as usize];
        // The hash above, the document below.
        let mut keys = Vec::with_capacity(total as usize);
        for document in 0..total {
            let first = &mut first_rows[document as usize];
            documents.new_rows(document, |row| *first = row.min(*first))?;
            if *first != NONE {
                keys.push(key(documents.hash(document)?.as_bytes(), document));
            }
        }
        keys.sort_unstable();
        let (mut heads, mut next) = (Vec::new(), vec![NONE; total as usize]);
        for same in keys.chunk_by(|left, right| left >> 32 == right >> 32) {
            let head = same[0] as u32;
            heads.push(head);
            for pair in same.windows(2) {
                let (before, member) = (pair[0] as u32, pair[1] as u32);
                next[before as usize] = member;
                first_rows[head as usize] = first_rows[head as usize].min(first_rows[member as usize]);
            }
        }
        Ok(Self { heads, next, first_rows })
    }
}

fn key(hash: &[u8; HASH_BYTES], document: u32) -> u128 {
    hash.iter().fold(0, |key, &byte| key << 8 | u128::from(byte)) << 32 | u128::from(document)
}
