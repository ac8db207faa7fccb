//! Ascending document numbers as bits: the gaps between them, Golomb-Rice coded.
//!
//! Gaps come in groups of 128. A group begins with five bits, the width `w`; each gap less one is then written as its value
//! shifted right by `w` (that many zeros and a one) and its low `w` bits. Bits fill bytes from the low end.
//! Where every second document holds a term this is as small as a bitmap; a group of its own width follows local density.

use crate::error::{IndexError, Result};

const GROUP: usize = 128;
const WIDTH_BITS: u32 = 5;

/// Appends the bits of `numbers`, which ascend strictly.
pub(crate) fn encode(numbers: &[u32], out: &mut Vec<u8>) {
    let mut bits = BitWriter { out, pending: 0, used: 0 };
    // One past the number before, so that the gap less one is a plain difference.
    let mut next = 0;
    for group in numbers.chunks(GROUP) {
        let Some(&last) = group.last() else { break };
        let sum = u64::from(last) + 1 - next - group.len() as u64;
        let width = width_for(sum, group.len() as u64);
        bits.put(u64::from(width), WIDTH_BITS);
        for &number in group {
            let gap = u64::from(number) - next;
            bits.put_zeros(gap >> width);
            bits.put(1 | (gap & ((1 << width) - 1)) << 1, width + 1);
            next = u64::from(number) + 1;
        }
    }
    bits.finish();
}

/// The smallest `w` with `2^w` at least 0.481 times the mean plus a half: the best for gaps at random.
fn width_for(sum: u64, count: u64) -> u32 {
    let (wanted, unit) = ((2 * sum + count) * 481, count * 2_000);
    (0..31).find(|&width| unit << width >= wanted).unwrap_or(31)
}

/// Calls `sink` with the `count` numbers, all of them below `bound`.
pub(crate) fn decode(bytes: &[u8], count: u32, bound: u32, mut sink: impl FnMut(u32)) -> Result<()> {
    let mut bits = BitReader { bytes, at: 0 };
    let (mut next, mut left) = (0_u64, count as usize);
    while left > 0 {
        let width = bits.take(WIDTH_BITS)? as u32;
        for _ in 0..left.min(GROUP) {
            let number = next + (bits.take_zeros()? << width) + bits.take(width)?;
            if number >= u64::from(bound) {
                return Err(IndexError::Damaged("a document number is too large"));
            }
            sink(number as u32);
            next = number + 1;
        }
        left -= left.min(GROUP);
    }
    Ok(())
}

struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    pending: u64,
    /// Bits of `pending` in use: fewer than 32 between calls.
    used: u32,
}

impl BitWriter<'_> {
    /// The low `count` bits of `value`, at most 32; the others are zero.
    #[inline]
    fn put(&mut self, value: u64, count: u32) {
        self.pending |= value << self.used;
        self.used += count;
        if self.used >= 32 {
            self.out.extend_from_slice(&(self.pending as u32).to_le_bytes());
            self.pending >>= 32;
            self.used -= 32;
        }
    }

    #[inline]
    fn put_zeros(&mut self, mut count: u64) {
        while count > 0 {
            let some = count.min(32) as u32;
            self.put(0, some);
            count -= u64::from(some);
        }
    }

    fn finish(self) {
        let bytes = self.used.div_ceil(8) as usize;
        self.out.extend_from_slice(&self.pending.to_le_bytes()[..bytes]);
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    /// In bits.
    at: usize,
}

impl BitReader<'_> {
    /// At least 57 bits from here on, zeros past the end.
    #[inline]
    fn peek(&self) -> u64 {
        let start = self.at / 8;
        let word = match self.bytes.get(start..start + 8) {
            Some(&[a, b, c, d, e, f, g, h]) => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => self.bytes.get(start..).unwrap_or_default().iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        word >> (self.at % 8)
    }

    #[inline]
    fn take(&mut self, count: u32) -> Result<u64> {
        let value = self.peek() & ((1 << count) - 1);
        self.advance(count as usize)?;
        Ok(value)
    }

    /// How many zeros stand before the next one, which is taken too.
    #[inline]
    fn take_zeros(&mut self) -> Result<u64> {
        let mut zeros = 0;
        loop {
            let run = self.peek().trailing_zeros().min(56);
            zeros += u64::from(run);
            if run < 56 {
                self.advance(run as usize + 1)?;
                return Ok(zeros);
            }
            self.advance(run as usize)?;
        }
    }

    #[inline]
    fn advance(&mut self, bits: usize) -> Result<()> {
        self.at += bits;
        if self.at > self.bytes.len() * 8 {
            return Err(IndexError::Damaged("postings end early"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8], count: u32, bound: u32) -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        decode(bytes, count, bound, |number| numbers.push(number))?;
        Ok(numbers)
    }

    fn encoded(numbers: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(numbers, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn numbers_come_back(gaps in proptest::collection::vec(prop_oneof![0..3_u32, 0..300_u32, 0..5_000_000_u32], 1..400)) {
            let numbers: Vec<u32> = gaps.iter().scan(0, |next, gap| { let number = *next + gap; *next = number + 1; Some(number) }).collect();
            let bound = numbers[numbers.len() - 1] + 1;
            let bytes = encoded(&numbers);
            prop_assert_eq!(&decoded(&bytes, numbers.len() as u32, bound).unwrap(), &numbers);
            prop_assert!(decoded(&bytes, numbers.len() as u32, bound - 1).is_err());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0..1_000_u32) {
            let numbers = decoded(&bytes, count, 1 << 26);
            prop_assert!(numbers.is_err() || numbers.unwrap().is_sorted());
        }
    }

    #[test]
    fn the_largest_numbers_fit() {
        let numbers = [0, u32::MAX - 1];
        assert_eq!(decoded(&encoded(&numbers), 2, u32::MAX).unwrap(), numbers);
    }

    #[test]
    fn dense_lists_are_as_small_as_bitmaps_and_sparse_ones_near_their_entropy() {
        let half: Vec<u32> = (0..10_000).filter(|number| number % 2 == 0).collect();
        assert!(encoded(&half).len() <= 10_000 / 8 + 30, "{}", encoded(&half).len());
        // Gaps of 1,000 at random would take 11.4 bits.
        let sparse: Vec<u32> = (0..10_000_u32).map(|number| number * 1_000 + number.wrapping_mul(2_654_435_761) % 1_000).collect();
        assert!(encoded(&sparse).len() * 8 < 12 * 10_000, "{}", encoded(&sparse).len());
    }
}
