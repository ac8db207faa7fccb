//! Terms and their numbers while an index is built: an open hash table over one arena of bytes, since the look-up of every word of
//! every text is most of the work of building.

use std::hash::{BuildHasher, RandomState};

const INITIAL_SLOTS: usize = 1 << 12;
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

pub(crate) struct TermTable {
    /// The upper half is that of the hash, the lower the term's number plus one; 0 is free.
    slots: Vec<u64>,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Secret, so that nobody can choose terms that collide.
    seed: u64,
}

impl Default for TermTable {
    fn default() -> Self {
        Self { slots: vec![0; INITIAL_SLOTS], bytes: Vec::new(), ends: Vec::new(), seed: RandomState::new().hash_one(0) }
    }
}

impl TermTable {
    /// The number of the term: the next free one if it is new.
    #[inline]
    pub(crate) fn number(&mut self, term: &[u8]) -> u32 {
        let hash = self.hash(term);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.insert(term, hash, at);
            }
            let number = slot as u32 - 1;
            if slot >> 32 == hash >> 32 && self.term(number) == term {
                return number;
            }
            at = (at + 1) & mask;
        }
    }

    pub(crate) fn term(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start as usize..self.ends[number] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes in use.
    pub(crate) fn memory(&self) -> usize {
        self.slots.len() * 8 + self.bytes.len() + self.ends.len() * 4
    }

    #[cold]
    fn insert(&mut self, term: &[u8], hash: u64, at: usize) -> u32 {
        let number = self.ends.len() as u32;
        self.bytes.extend(term);
        self.ends.push(self.bytes.len() as u32);
        self.slots[at] = hash >> 32 << 32 | u64::from(number + 1);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let slots = self.slots.len() * 2;
        self.slots = vec![0; slots];
        for number in 0..self.ends.len() as u32 {
            let hash = self.hash(self.term(number));
            let mut at = hash as usize & (slots - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (slots - 1);
            }
            self.slots[at] = hash >> 32 << 32 | u64::from(number + 1);
        }
    }

    #[inline]
    fn hash(&self, term: &[u8]) -> u64 {
        let mut hash = self.seed ^ term.len() as u64;
        // The last piece overlaps the one before: together with the length they tell all terms apart.
        let rest = if let Some(last) = term.last_chunk() {
            let (chunks, _) = term.as_chunks();
            for chunk in chunks {
                hash = mix(hash ^ u64::from_le_bytes(*chunk));
            }
            u64::from_le_bytes(*last)
        } else if let (Some(first), Some(last)) = (term.first_chunk(), term.last_chunk()) {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        } else {
            term.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
        };
        mix(hash ^ rest)
    }
}

/// Both halves of the product: every bit of the input reaches the low bits, which choose the slot.
#[inline]
fn mix(value: u64) -> u64 {
    let product = u128::from(value) * u128::from(MULTIPLIER);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_keep_their_numbers() {
        let mut table = TermTable::default();
        let term = |index: u32| format!("{index:b}").into_bytes();
        for _ in 0..2 {
            for index in 0..10_000 {
                assert_eq!(table.number(&term(index)), index);
            }
        }
        assert_eq!(table.len(), 10_000);
        assert_eq!(table.term(9_999), term(9_999));
    }
}
