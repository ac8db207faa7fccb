//! A merged index is the index that building anew would give, byte by byte.

use crate::texts::{Row, built, finished, rows, terms_of};
use bytes::Bytes;
use proptest::{collection::vec, prelude::*};
use textindex::{Builder, IndexError, Input, Reader, RowMap, merge};

fn merged(parts: &[(Bytes, RowMap)], rows: u32) -> Bytes {
    let readers: Vec<_> = parts.iter().map(|(bytes, _)| Reader::open_bytes(bytes.clone()).unwrap()).collect();
    let inputs: Vec<_> = readers.iter().zip(parts).map(|(index, (_, rows))| Input { index, rows }).collect();
    let mut bytes = Vec::new();
    assert_eq!(merge(&inputs, rows, &mut bytes).unwrap(), bytes.len() as u64);
    bytes.into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every row goes to one of several inputs, or vanishes; those that are left are shuffled.
    #[test]
    fn merging_is_building_anew(
        rows in rows(0..40),
        inputs in vec((0..4_usize, any::<bool>(), any::<u16>()), 40),
    ) {
        let mut left: Vec<usize> = (0..rows.len()).filter(|&row| inputs[row].1).collect();
        left.sort_by_key(|&row| inputs[row].2);
        let parts: Vec<(Bytes, RowMap)> = (0..4)
            .map(|input| {
                let members: Vec<usize> = (0..rows.len()).filter(|&row| inputs[row].0 == input).collect();
                let contents: Vec<Row> = members.iter().map(|&row| rows[row].clone()).collect();
                let new_row = |row: &usize| left.iter().position(|left| left == row).map(|new| new as u32);
                (built(&contents), members.iter().map(new_row).collect())
            })
            .collect();
        let expected: Vec<Row> = left.iter().map(|&row| rows[row].clone()).collect();
        let bytes = merged(&parts, left.len() as u32);
        let index = Reader::open_bytes(bytes.clone()).unwrap();
        index.verify().unwrap();
        prop_assert_eq!(terms_of(&index), terms_of(&Reader::open_bytes(built(&expected)).unwrap()));
        prop_assert_eq!(bytes, built(&expected));
    }
}

fn row(text: &str) -> Row {
    Row { texts: vec![text.to_owned()], messages: None }
}

#[test]
fn erased_words_are_gone() {
    let bytes = built(&[row("the secret word"), row("the other word")]);
    let index = Reader::open_bytes(merged(&[(bytes, [None, Some(0)].into_iter().collect())], 1)).unwrap();
    assert_eq!(terms_of(&index), ["other", "the", "word"].map(|term| term.as_bytes().to_vec()));
    assert_eq!(index.verify().unwrap().documents, 1);
}

#[test]
fn a_row_with_new_texts_comes_as_an_index_of_its_own() {
    let bytes = built(&[row("old"), row("kept")]);
    let mut builder = Builder::new();
    row("new").add_to(&mut builder, 0);
    let mut map = RowMap::all_gone(2);
    map.set(1, 1);
    let result = merged(&[(bytes, map), (finished(builder, 2), RowMap::identity(2))], 2);
    assert_eq!(result, built(&[row("new"), row("kept")]));
}

#[test]
fn large_indexes_merge() {
    let texts: Vec<Row> = (0..6_000).map(|number| row(&format!("common term{number:05} {}", ["even", "odd"][number % 2]))).collect();
    let parts: Vec<(Bytes, RowMap)> = (0..3)
        .map(|input| {
            let members: Vec<usize> = (0..texts.len()).filter(|row| row % 3 == input).collect();
            let contents: Vec<Row> = members.iter().map(|&row| texts[row].clone()).collect();
            (built(&contents), members.iter().map(|&row| Some(row as u32)).collect())
        })
        .collect();
    assert_eq!(merged(&parts, texts.len() as u32), built(&texts));
}

#[test]
fn maps_that_do_not_fit_are_refused() {
    let index = Reader::open_bytes(built(&[row("one"), row("two")])).unwrap();
    for (rows, total) in [(RowMap::identity(1), 2), (RowMap::identity(2), 1)] {
        let result = merge(&[Input { index: &index, rows: &rows }], total, Vec::new());
        assert!(matches!(result, Err(IndexError::TooLarge(_))), "{result:?}");
    }
}
