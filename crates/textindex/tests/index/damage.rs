//! Damaged bytes are an error or change nothing.

use crate::texts::{built, pattern, rows};
use bytes::Bytes;
use model::filter::TextPattern;
use proptest::{collection::vec, prelude::*};
use textindex::{Answer, IndexError, Reader};

fn answers(bytes: Bytes, patterns: &[TextPattern]) -> Result<Vec<Answer>, IndexError> {
    let index = Reader::open_bytes(bytes)?;
    index.verify()?;
    patterns.iter().map(|pattern| index.candidates(pattern)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn flipped_bits_are_found(rows in rows(1..10), patterns in vec(pattern(), 3), flips in vec((any::<prop::sample::Index>(), 0..8), 1..4)) {
        let bytes = built(&rows);
        let mut damaged = bytes.to_vec();
        for (index, bit) in flips {
            damaged[index.index(bytes.len())] ^= 1_u8 << bit;
        }
        if damaged != bytes {
            prop_assert!(answers(damaged.into(), &patterns).is_err());
        }
    }

    #[test]
    fn missing_and_foreign_bytes_are_found(rows in rows(1..10), cut in any::<prop::sample::Index>(), noise in vec(any::<u8>(), 0..200)) {
        let bytes = built(&rows);
        let cut = cut.index(bytes.len());
        prop_assert!(answers(bytes.slice(..cut), &[]).is_err());
        prop_assert!(answers(bytes.slice(cut + 1..), &[]).is_err() || cut == bytes.len());
        prop_assert!(answers(noise.into(), &[]).is_err());
    }

    /// Questions that read only some blocks find damage in those.
    #[test]
    fn questions_never_give_other_answers(rows in rows(1..10), pattern in pattern(), place in any::<prop::sample::Index>(), bit in 0..8) {
        let bytes = built(&rows);
        let answer = Reader::open_bytes(bytes.clone()).unwrap().candidates(&pattern).unwrap();
        let mut damaged = bytes.to_vec();
        damaged[place.index(bytes.len())] ^= 1_u8 << bit;
        if let Ok(found) = Reader::open_bytes(damaged.into()).and_then(|index| index.candidates(&pattern)) {
            prop_assert_eq!(found, answer);
        }
    }
}
