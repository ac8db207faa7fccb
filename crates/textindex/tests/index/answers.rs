//! Candidates hold every row that matches, and exact answers no other.

use crate::texts::{Row, built, finished, pattern, rows};
use bytes::Bytes;
use model::filter::TextPattern;
use proptest::{collection::vec, prelude::*};
use textindex::{Answer, Builder, Reader, Rows, TextMatcher};

fn check(index: &Reader<Bytes>, rows: &[Row], pattern: &TextPattern) -> Result<(), TestCaseError> {
    let Ok(matcher) = TextMatcher::new(pattern) else { return Ok(()) };
    let matching: Rows = (0..rows.len() as u32).filter(|&row| rows[row as usize].matches(&matcher)).collect();
    if let Answer::Rows { rows: found, exact } = index.candidates(pattern).unwrap() {
        prop_assert!(matching.and_not(&found).is_empty(), "{pattern:?} misses {:?}", matching.and_not(&found));
        prop_assert!(!exact || found == matching, "{pattern:?} is not exact: {:?}", found.and_not(&matching));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn candidates_hold_all_that_matches(rows in rows(0..30), patterns in vec(pattern(), 12)) {
        let index = Reader::open_bytes(built(&rows)).unwrap();
        prop_assert_eq!(index.verify().unwrap().rows as usize, rows.len());
        for pattern in &patterns {
            check(&index, &rows, pattern)?;
        }
    }

    #[test]
    fn small_runs_give_the_same_bytes(rows in rows(0..30)) {
        let mut builder = Builder::with_run_bytes(40_000);
        rows.iter().enumerate().for_each(|(number, row)| row.add_to(&mut builder, number as u32));
        prop_assert_eq!(finished(builder, rows.len() as u32), built(&rows));
    }
}

fn index_of(texts: &[&str]) -> Reader<Bytes> {
    let rows: Vec<Row> = texts.iter().map(|text| Row { texts: vec![(*text).to_owned()], messages: None }).collect();
    Reader::open_bytes(built(&rows)).unwrap()
}

fn found(index: &Reader<Bytes>, pattern: TextPattern) -> Option<(Vec<u32>, bool)> {
    match index.candidates(&pattern).unwrap() {
        Answer::Rows { rows, exact } => Some((rows.iter().collect(), exact)),
        Answer::Scan => None,
    }
}

#[test]
fn what_the_index_answers_and_what_it_leaves() {
    let index = index_of(&["The refund policy", "policy: refuse", "退款", "unrelated", "the policy of a refund"]);
    assert_eq!(found(&index, TextPattern::Word("REFUND".into())), Some((vec![0, 4], true)));
    assert_eq!(found(&index, TextPattern::Prefix("ref".into())), Some((vec![0, 1, 4], true)));
    assert_eq!(found(&index, TextPattern::Phrase("refund policy".into())), Some((vec![0, 4], false)));
    assert_eq!(found(&index, TextPattern::Regex("ref(und|use)".into())), Some((vec![0, 1, 4], false)));
    assert_eq!(found(&index, TextPattern::Regex(r"nrel\w+d".into())), Some((vec![3], false)));
    assert_eq!(found(&index, TextPattern::Word("款".into())), Some((vec![2], true)));
    assert_eq!(found(&index, TextPattern::Word("nothing".into())), Some((vec![], true)));
    for source in ["re", "p.l", "(", "."] {
        assert_eq!(found(&index, TextPattern::Regex(source.into())), None, "{source}");
    }
}

#[test]
fn many_blocks_of_terms_and_documents_answer_alike() {
    let texts: Vec<String> = (0..5_000).map(|row| format!("common row{row:05} {}", if row % 3 == 0 { "third" } else { "other" })).collect();
    let index = index_of(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(index.verify().unwrap().terms, 5_003);
    assert_eq!(found(&index, TextPattern::Word("row04321".into())), Some((vec![4_321], true)));
    assert_eq!(found(&index, TextPattern::Word("third".into())), Some(((0..5_000).step_by(3).collect(), true)));
    assert_eq!(found(&index, TextPattern::Prefix("row04".into())), Some(((4_000..5_000).collect(), true)));
    assert_eq!(found(&index, TextPattern::Regex("w0432".into())), Some(((4_320..4_330).collect(), false)));
    assert_eq!(found(&index, TextPattern::Prefix("row0432 common".into())), Some((vec![], false)));
}

#[test]
fn an_empty_index_answers() {
    let index = index_of(&[]);
    assert_eq!(found(&index, TextPattern::Word("a".into())), Some((vec![], true)));
    assert_eq!(found(&index, TextPattern::Regex("abc".into())), Some((vec![], false)));
}

#[test]
fn rows_outside_the_segment_are_refused() {
    let mut builder = Builder::new();
    builder.add(7, "text").unwrap();
    assert!(builder.finish(7, Vec::new()).is_err());
}
