//! Sorted sets of row or document numbers: a list while they are few, a bitmap when they are many.

/// A list takes 32 bits a number, a bitmap one bit for each number there could be: so many times fewer, and a list is smaller.
const BITS_PER_LISTED: usize = 32;

/// A sorted set of numbers.
#[derive(Debug, Clone)]
pub struct NumberSet(Form);

/// Numbers of rows of one segment.
pub type Rows = NumberSet;

#[derive(Debug, Clone)]
enum Form {
    List(Vec<u32>),
    Bitmap { words: Vec<u64>, len: usize },
}

impl NumberSet {
    pub fn empty() -> Self {
        Self(Form::List(Vec::new()))
    }

    /// Numbers in any order, repeated or not.
    pub fn from_unsorted(mut numbers: Vec<u32>) -> Self {
        if !numbers.is_sorted() {
            numbers.sort_unstable();
        }
        numbers.dedup();
        Self(Form::List(numbers))
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            Form::List(numbers) => numbers.len(),
            Form::Bitmap { len, .. } => *len,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn contains(&self, number: u32) -> bool {
        match &self.0 {
            Form::List(numbers) => numbers.binary_search(&number).is_ok(),
            Form::Bitmap { words, .. } => bit(words, number),
        }
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (list, words): (&[u32], &[u64]) = match &self.0 {
            Form::List(numbers) => (numbers, &[]),
            Form::Bitmap { words, .. } => (&[], words),
        };
        list.iter().copied().chain(words.iter().enumerate().flat_map(|(index, &word)| Bits { word, base: index as u32 * 64 }))
    }

    pub fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Form::Bitmap { words: left, .. }, Form::Bitmap { words: right, .. }) => {
                bitmap(left.iter().zip(right).map(|(left, right)| left & right).collect())
            }
            (Form::List(numbers), Form::Bitmap { .. }) => Self(Form::List(kept(numbers, |number| other.contains(number)))),
            (Form::Bitmap { .. }, Form::List(numbers)) => Self(Form::List(kept(numbers, |number| self.contains(number)))),
            (Form::List(left), Form::List(right)) => {
                let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
                let mut rest = long.as_slice();
                Self(Form::List(kept(short, |number| {
                    rest = &rest[rest.partition_point(|&candidate| candidate < number)..];
                    rest.first() == Some(&number)
                })))
            }
        }
    }

    pub fn or(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Form::List(left), Form::List(right)) => Self::from_unsorted([left.as_slice(), right].concat()),
            (Form::Bitmap { words, .. }, rest) | (rest, Form::Bitmap { words, .. }) => {
                let mut union = words.clone();
                match rest {
                    Form::Bitmap { words, .. } => {
                        union.resize(union.len().max(words.len()), 0);
                        union.iter_mut().zip(words).for_each(|(word, other)| *word |= other);
                    }
                    Form::List(numbers) => numbers.iter().for_each(|&number| set_bit(&mut union, number)),
                }
                bitmap(union)
            }
        }
    }

    /// Those that `other` lacks. Means what it says only where `other` is exact.
    pub fn and_not(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Form::List(numbers), _) => Self(Form::List(kept(numbers, |number| !other.contains(number)))),
            (Form::Bitmap { words, .. }, Form::Bitmap { words: others, .. }) => {
                let others = others.iter().copied().chain(std::iter::repeat(0));
                bitmap(words.iter().zip(others).map(|(word, other)| word & !other).collect())
            }
            (Form::Bitmap { words, .. }, Form::List(numbers)) => {
                let mut rest = words.clone();
                for &number in numbers {
                    if let Some(word) = rest.get_mut(number as usize / 64) {
                        *word &= !(1 << (number % 64));
                    }
                }
                bitmap(rest)
            }
        }
    }
}

impl PartialEq for NumberSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for NumberSet {}

impl FromIterator<u32> for NumberSet {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        Self::from_unsorted(numbers.into_iter().collect())
    }
}

/// Gathers numbers below a bound, in any order, in no more memory than a bitmap of them takes.
pub(crate) struct Gather {
    bound: u32,
    list: Vec<u32>,
    words: Vec<u64>,
}

impl Gather {
    /// Every number must be below `bound`.
    pub(crate) fn new(bound: u32) -> Self {
        Self { bound, list: Vec::new(), words: Vec::new() }
    }

    pub(crate) fn insert(&mut self, number: u32) {
        if self.words.is_empty() {
            self.list.push(number);
            if self.list.len() > self.bound as usize / BITS_PER_LISTED {
                self.words = vec![0; (self.bound as usize).div_ceil(64)];
                self.list.drain(..).for_each(|number| set_bit(&mut self.words, number));
            }
        } else {
            set_bit(&mut self.words, number);
        }
    }

    pub(crate) fn finish(self) -> NumberSet {
        if self.words.is_empty() { NumberSet::from_unsorted(self.list) } else { bitmap(self.words) }
    }
}

fn kept(numbers: &[u32], mut test: impl FnMut(u32) -> bool) -> Vec<u32> {
    numbers.iter().copied().filter(|&number| test(number)).collect()
}

/// In the smaller form.
fn bitmap(words: Vec<u64>) -> NumberSet {
    let len = words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
    let set = NumberSet(Form::Bitmap { words, len });
    match &set.0 {
        Form::Bitmap { words, .. } if len * BITS_PER_LISTED < words.len() * 64 => NumberSet(Form::List(set.iter().collect())),
        _ => set,
    }
}

fn bit(words: &[u64], number: u32) -> bool {
    words.get(number as usize / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
}

fn set_bit(words: &mut Vec<u64>, number: u32) {
    let index = number as usize / 64;
    if index >= words.len() {
        words.resize(index + 1, 0);
    }
    words[index] |= 1 << (number % 64);
}

/// The set bits of one word.
struct Bits {
    word: u64,
    base: u32,
}

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.word == 0 {
            return None;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.base + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn gathered(numbers: &BTreeSet<u32>) -> NumberSet {
        let mut gather = Gather::new(2_000);
        numbers.iter().rev().for_each(|&number| gather.insert(number));
        gather.finish()
    }

    fn numbers() -> impl Strategy<Value = BTreeSet<u32>> {
        prop_oneof![proptest::collection::btree_set(0..2_000_u32, 0..20), proptest::collection::btree_set(0..2_000_u32, 0..900)]
    }

    proptest! {
        #[test]
        fn operations_are_those_of_sets(left in numbers(), right in numbers(), probe in 0..3_000_u32) {
            let (a, b) = (gathered(&left), gathered(&right));
            prop_assert_eq!(a.and(&b), left.intersection(&right).copied().collect());
            prop_assert_eq!(a.or(&b), left.union(&right).copied().collect());
            prop_assert_eq!(a.and_not(&b), left.difference(&right).copied().collect());
            prop_assert_eq!(a.contains(probe), left.contains(&probe));
            prop_assert_eq!(a.len(), left.len());
            prop_assert!(a.iter().eq(left.iter().copied()));
        }
    }
}
