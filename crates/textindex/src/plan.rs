//! What a pattern asks of the index: which terms a document must have so that one of its texts can match.

use crate::{
    literals::literals_of_regex,
    terms::{CUT, term_of_word},
    words::{folded, joins, words},
};
use model::filter::TextPattern;
use std::collections::HashSet;

/// Pieces of words shorter than this are in too many terms for a look at the dictionary to pay.
const MIN_PIECE_CHARS: usize = 3;
/// Of a pasted page, so many words find it as well as all of them.
const MAX_TESTS_OF_LITERAL: usize = 16;
/// Patterns of more alternatives are not looked up: each gathers its documents in memory, up to a bit for every one there is.
const MAX_TESTS: usize = 64;

/// A condition on the terms of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// Any document may match.
    Nothing,
    All(Vec<Need>),
    /// None of them holds for no document.
    Any(Vec<Need>),
    Term(TermTest),
}

/// Some term of the document passes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TermTest {
    Is(Vec<u8>),
    StartsWith(Vec<u8>),
    EndsWith(Vec<u8>),
    Contains(Vec<u8>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) need: Need,
    /// Documents that fulfil the need do match.
    pub(crate) exact: bool,
}

impl Plan {
    pub(crate) fn of(pattern: &TextPattern) -> Self {
        let plan = match pattern {
            TextPattern::Word(text) | TextPattern::Phrase(text) => Self::of_words(text, false),
            TextPattern::Prefix(text) => Self::of_words(text, true),
            TextPattern::Regex(source) => Self { need: literals_of_regex(source), exact: false },
        };
        if plan.need.tests().len() <= MAX_TESTS { plan } else { Self { need: Need::Nothing, exact: false } }
    }

    fn of_words(text: &str, open_end: bool) -> Self {
        let mut tests = tests_of(&folded(text), false, open_end);
        // One term says all; of several it is not known whether they stand side by side. A cut term stands for many words.
        let exact = matches!(tests.as_slice(), [TermTest::Is(term) | TermTest::StartsWith(term)] if term.last() != Some(&CUT));
        tests.truncate(MAX_TESTS_OF_LITERAL);
        Self { need: all(tests.into_iter().map(Need::Term)), exact }
    }
}

impl Need {
    /// Each test once.
    pub(crate) fn tests(&self) -> HashSet<&TermTest> {
        match self {
            Self::Nothing => HashSet::new(),
            Self::All(needs) | Self::Any(needs) => needs.iter().flat_map(Self::tests).collect(),
            Self::Term(test) => HashSet::from([test]),
        }
    }
}

/// What holds for every document with a text that contains this literal, given folded. A pattern's literal may begin or end inside a
/// word.
pub(crate) fn need_of_literal(literal: &str) -> Need {
    let inside = |edge: Option<char>| edge.is_some_and(joins);
    let tests = tests_of(literal, inside(literal.chars().next()), inside(literal.chars().next_back()));
    all(tests.into_iter().filter(TermTest::is_selective).take(MAX_TESTS_OF_LITERAL).map(Need::Term))
}

/// `open_start` and `open_end`: the first and the last word may go on.
fn tests_of(text: &str, open_start: bool, open_end: bool) -> Vec<TermTest> {
    let words: Vec<_> = words(text).collect();
    let mut tests = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let (before, after) = (index.checked_sub(1).map(|before| &words[before]), words.get(index + 1));
        let content = &text[word.range.clone()];
        if !word.unspaced {
            tests.push(test_of_word(content, open_start && before.is_none(), open_end && after.is_none()));
        } else if let Some(after) = after.filter(|after| after.unspaced) {
            tests.push(TermTest::Is([content, &text[after.range.clone()]].concat().into_bytes()));
        } else if !before.is_some_and(|before| before.unspaced) {
            // Alone: whatever follows it in the text, some term begins with it.
            tests.push(TermTest::StartsWith(content.as_bytes().to_vec()));
        }
    }
    tests
}

fn test_of_word(word: &str, open_start: bool, open_end: bool) -> TermTest {
    let (term, is_cut) = term_of_word(word);
    match (open_start, open_end) {
        (false, true) if !is_cut => TermTest::StartsWith(term),
        (false, _) => TermTest::Is(term),
        (true, true) => TermTest::Contains(word.as_bytes().to_vec()),
        (true, false) => TermTest::EndsWith(word.as_bytes().to_vec()),
    }
}

pub(crate) fn all(needs: impl Iterator<Item = Need>) -> Need {
    let mut needs: Vec<Need> = needs.filter(|need| *need != Need::Nothing).collect();
    match needs.len() {
        0 => Need::Nothing,
        1 => needs.remove(0),
        _ => Need::All(needs),
    }
}

pub(crate) fn any(needs: impl Iterator<Item = Need>) -> Need {
    let mut needs: Vec<Need> = needs.collect();
    if needs.contains(&Need::Nothing) {
        return Need::Nothing;
    }
    if needs.len() == 1 { needs.remove(0) } else { Need::Any(needs) }
}

impl TermTest {
    fn is_selective(&self) -> bool {
        match self {
            Self::Is(_) => true,
            Self::StartsWith(piece) | Self::EndsWith(piece) | Self::Contains(piece) => {
                // A character of a script without spaces says as much as a piece of a word.
                let characters = String::from_utf8_lossy(piece);
                characters.chars().count() >= MIN_PIECE_CHARS || characters.chars().any(crate::words::is_unspaced)
            }
        }
    }

    /// What stands in a block of terms, each between line feeds, where a term passes.
    pub(crate) fn needle(&self) -> Vec<u8> {
        let (start, piece, end): (&[u8], _, &[u8]) = match self {
            Self::Is(term) => (b"\n", term, b"\n"),
            Self::StartsWith(piece) => (b"\n", piece, b""),
            Self::EndsWith(piece) => (b"", piece, b"\n"),
            Self::Contains(piece) => (b"", piece, b""),
        };
        [start, piece, end].concat()
    }

    /// What was cut off may hold the piece: only the beginning of long words is indexed.
    pub(crate) fn passes_cut_terms(&self) -> bool {
        matches!(self, Self::EndsWith(_) | Self::Contains(_))
    }

    /// The terms that pass stand together: from the first term that is not below this, while they begin with it.
    pub(crate) fn beginning(&self) -> Option<&[u8]> {
        match self {
            Self::Is(term) | Self::StartsWith(term) => Some(term),
            Self::EndsWith(_) | Self::Contains(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::MAX_TERM_BYTES;
    use TermTest::{Contains, EndsWith, Is, StartsWith};

    fn plan(pattern: TextPattern) -> (Vec<TermTest>, bool) {
        let Plan { need, exact } = Plan::of(&pattern);
        let tests = match need {
            Need::Nothing => vec![],
            Need::Term(test) => vec![test],
            Need::All(needs) => needs.into_iter().map(|need| if let Need::Term(test) = need { test } else { panic!("{need:?}") }).collect(),
            other => panic!("{other:?}"),
        };
        (tests, exact)
    }

    #[test]
    fn one_term_is_exact() {
        assert_eq!(plan(TextPattern::Word("Refund".into())), (vec![Is(b"refund".into())], true));
        assert_eq!(plan(TextPattern::Prefix("Ref".into())), (vec![StartsWith(b"ref".into())], true));
        assert_eq!(plan(TextPattern::Word("退".into())), (vec![StartsWith("退".into())], true));
        assert_eq!(plan(TextPattern::Word("退款".into())), (vec![Is("退款".into())], true));
    }

    #[test]
    fn several_terms_are_candidates() {
        assert_eq!(plan(TextPattern::Phrase("refund pol".into())), (vec![Is(b"refund".into()), Is(b"pol".into())], false));
        assert_eq!(plan(TextPattern::Prefix("refund pol".into())), (vec![Is(b"refund".into()), StartsWith(b"pol".into())], false));
        assert_eq!(plan(TextPattern::Word("退款了".into())), (vec![Is("退款".into()), Is("款了".into())], false));
        assert_eq!(plan(TextPattern::Word("a退".into())), (vec![Is(b"a".into()), StartsWith("退".into())], false));
    }

    #[test]
    fn long_words_are_found_by_their_beginning() {
        let cut = ["x".repeat(MAX_TERM_BYTES).into_bytes(), vec![CUT]].concat();
        for pattern in [TextPattern::Word("x".repeat(80)), TextPattern::Prefix("x".repeat(65))] {
            assert_eq!(plan(pattern), (vec![Is(cut.clone())], false));
        }
    }

    #[test]
    fn punctuation_needs_nothing() {
        assert_eq!(plan(TextPattern::Word("++".into())), (vec![], false));
    }

    #[test]
    fn edges_of_literals_are_pieces() {
        assert_eq!(need_of_literal("refund"), Need::Term(Contains(b"refund".into())));
        assert_eq!(
            need_of_literal("refund the policy"),
            Need::All(vec![
                Need::Term(EndsWith(b"refund".into())),
                Need::Term(Is(b"the".into())),
                Need::Term(StartsWith(b"policy".into()))
            ])
        );
        assert_eq!(need_of_literal(" a fu"), Need::Term(Is(b"a".into())));
        assert_eq!(need_of_literal("re"), Need::Nothing);
        assert_eq!(need_of_literal("x退"), Need::Term(StartsWith("退".into())));
    }
}
