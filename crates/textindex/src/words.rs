//! What a word is. The matcher, the index and the patterns all read texts through this file, so that they agree.
//!
//! A word is a run of letters, digits and underscores, compared by simple case folding. Scripts that write without spaces have
//! no such runs: there every character is a word of its own, so that a query matches inside longer runs.

use std::ops::Range;

/// A word of a text, in bytes of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) range: Range<usize>,
    /// One character of a script that is written without spaces.
    pub(crate) unspaced: bool,
}

/// The words of a text from first to last.
pub(crate) struct Words<'a> {
    text: &'a str,
    at: usize,
}

pub(crate) fn words(text: &str) -> Words<'_> {
    words_from(text, 0)
}

/// The words from a character boundary on: what stands before it is not looked at.
pub(crate) fn words_from(text: &str, at: usize) -> Words<'_> {
    Words { text, at }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let mut start = None;
        for (offset, character) in self.text[self.at..].char_indices() {
            let index = self.at + offset;
            if joins(character) {
                start.get_or_insert(index);
            } else if let Some(start) = start {
                self.at = index;
                return Some(Word { range: start..index, unspaced: false });
            } else if is_unspaced(character) {
                self.at = index + character.len_utf8();
                return Some(Word { range: index..self.at, unspaced: true });
            }
        }
        self.at = self.text.len();
        start.map(|start| Word { range: start..self.at, unspaced: false })
    }
}

/// Whether the character makes one word with such characters beside it.
pub(crate) fn joins(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || character == '_'
    } else {
        character.is_alphanumeric() && !is_unspaced(character)
    }
}

/// Han, Hiragana, Katakana, Hangul, Thai, Lao, Khmer, Myanmar.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(character as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// The character that stands for all that differ from it only in case: two characters fold alike exactly when a pattern
/// that ignores case takes one for the other.
pub(crate) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    match character {
        // Letters of their own, except in Turkish.
        'ı' | 'İ' => character,
        // Written alike, but with capitals of several characters.
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{fb05}' => '\u{fb06}',
        // Through the capital: the two small sigmas share one.
        _ => only(only(character, character.to_uppercase()), only(character, character.to_uppercase()).to_lowercase()),
    }
}

/// The mapped character, where it is one.
fn only(character: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

/// The word as it is compared.
pub(crate) fn folded(word: &str) -> String {
    word.chars().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    fn words_of(text: &str) -> Vec<String> {
        words(text).map(|word| folded(&text[word.range])).collect()
    }

    #[test]
    fn runs_of_letters_digits_and_underscores() {
        assert_eq!(words_of("Refund-Policy, v2: naïve_x"), ["refund", "policy", "v2", "naïve_x"]);
        assert_eq!(words_of("in 東京 now"), ["in", "東", "京", "now"]);
        assert_eq!(words_of("退款abc"), ["退", "款", "abc"]);
        assert_eq!(words_of("... 🙂"), Vec::<String>::new());
    }

    #[test]
    fn folding_agrees_with_patterns_that_ignore_case() {
        let unassigned = regex::Regex::new(r"\p{Cn}").unwrap();
        for character in '\0'..=char::MAX {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(character, character)]);
            class.case_fold_simple();
            for alike in class.iter().flat_map(|range| range.start()..=range.end()) {
                assert_eq!(fold(alike), fold(character), "{alike:?} and {character:?}");
                assert_eq!((joins(alike), is_unspaced(alike)), (joins(character), is_unspaced(character)), "{alike:?} and {character:?}");
            }
            // The standard library knows newer letters than the pattern's tables, which call those unassigned.
            let folded = fold(character);
            assert!(
                unassigned.is_match(character.encode_utf8(&mut [0; 4]))
                    || class.iter().any(|range| (range.start()..=range.end()).contains(&folded)),
                "{character:?} folds to {folded:?}"
            );
        }
    }
}
