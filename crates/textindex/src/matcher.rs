//! Whether a text matches a pattern, and where: the meaning that the index only makes quicker.

use crate::{
    leaves::{any_text, parse_message, split_messages},
    raw,
    words::{Word, fold, folded, joins, words, words_from},
};
use model::filter::TextPattern;
use regex::{Regex, RegexBuilder};
use serde_json::value::RawValue;
use std::{
    hash::{Hash, Hasher},
    ops::Range,
};

/// Largest compiled pattern: `(a{1000}){1000}` must be an error, not a gigabyte.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// How messages begin: other JSON is not told without parsing.
const AS_WE_WRITE_THEM: &str = r#"[{"role":"#;

/// The pattern does not compile, or is too large when compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern does not compile: {0}")]
pub struct PatternError(String);

/// A text pattern ready to run. Equal patterns compile alike, so equality and hash are those of the source.
#[derive(Debug, Clone)]
pub struct TextMatcher {
    source: String,
    test: Test,
    /// Found in the raw JSON of every message that can match: saves parsing the others. `None` where JSON escapes could hide it.
    needle: Option<Regex>,
}

#[derive(Debug, Clone)]
enum Test {
    /// These words side by side; the first is found as `first`, wherever it stands.
    Words {
        words: Vec<WantedWord>,
        open_end: bool,
        first: Regex,
    },
    Pattern(Regex),
}

#[derive(Debug, Clone)]
struct WantedWord {
    folded: String,
    unspaced: bool,
}

impl PartialEq for TextMatcher {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for TextMatcher {}

impl Hash for TextMatcher {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

impl TextMatcher {
    pub fn new(pattern: &TextPattern) -> Result<Self, PatternError> {
        let (test, needle) = match pattern {
            TextPattern::Word(text) | TextPattern::Phrase(text) => words_test(text, false)?,
            TextPattern::Prefix(text) => words_test(text, true)?,
            TextPattern::Regex(source) => (Test::Pattern(compile(source)?), None),
        };
        Ok(Self { source: format!("{pattern:?}"), test, needle })
    }

    /// The pattern in a form that tells all patterns apart.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn matches_text(&self, text: &str) -> bool {
        match &self.test {
            Test::Words { words, open_end, first } => {
                first.find_iter(text).any(|found| words_at(words, *open_end, text, found.start()).is_some())
            }
            Test::Pattern(regex) => regex.is_match(text),
        }
    }

    /// Looks at what the messages say, not at how their JSON is written. What is no JSON of messages is one text. Most of what the index
    /// proposes does not match, and parsing is most of the work: it is done only where something may.
    pub fn matches_messages(&self, json: &str) -> bool {
        if self.needle.as_ref().is_some_and(|needle| !needle.is_match(json)) {
            return false;
        }
        if json.starts_with(AS_WE_WRITE_THEM) && !raw::may_match(json, |text| self.matches_text(text)) {
            return false;
        }
        let read = |messages: Vec<&RawValue>| messages.into_iter().map(|message| parse_message(message.get())).collect::<Option<Vec<_>>>();
        match split_messages(json).and_then(read) {
            Some(messages) => messages.iter().any(|message| any_text(message, &mut |text| self.matches_text(text))),
            None => self.matches_text(json),
        }
    }

    /// Where the text matches, in bytes, from first to last and at most `limit` of them. Of a prefix, the whole word.
    pub fn highlight(&self, text: &str, limit: usize) -> Vec<Range<usize>> {
        match &self.test {
            Test::Words { words, open_end, first } => {
                let mut ranges: Vec<Range<usize>> = Vec::new();
                for found in first.find_iter(text) {
                    if ranges.len() == limit {
                        break;
                    }
                    // `a a` is found twice in `a a a`: shown once.
                    let is_new = ranges.last().is_none_or(|last| last.end <= found.start());
                    ranges.extend(words_at(words, *open_end, text, found.start()).filter(|_| is_new));
                }
                ranges
            }
            Test::Pattern(regex) => {
                regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty()).take(limit).collect()
            }
        }
    }
}

fn words_test(text: &str, open_end: bool) -> Result<(Test, Option<Regex>), PatternError> {
    let wanted: Vec<WantedWord> =
        words(text).map(|Word { range, unspaced }| WantedWord { folded: folded(&text[range]), unspaced }).collect();
    let Some(first) = wanted.first() else {
        // Only punctuation: there is no word to find, so the text itself is what is meant.
        return Ok((Test::Pattern(compile(&regex::escape(text.trim()))?), None));
    };
    let first = compile(&regex::escape(&first.folded))?;
    let needle = needle(&wanted)?;
    Ok((Test::Words { words: wanted, open_end, first }, needle))
}

/// All words with whatever may stand between two, JSON's escapes (`\n`, `\u0001`) included; of words that are not all ASCII, the longest
/// that is.
fn needle(wanted: &[WantedWord]) -> Result<Option<Regex>, PatternError> {
    const BETWEEN: &str = r"(?:[^0-9A-Za-z_\\]|\\u[0-9a-f]{4}|\\.)+";
    if wanted.iter().all(|word| word.folded.is_ascii()) {
        let words: Vec<String> = wanted.iter().map(|word| regex::escape(&word.folded)).collect();
        return compile(&words.join(BETWEEN)).map(Some);
    }
    let longest = wanted.iter().map(|word| &word.folded).filter(|word| word.is_ascii()).max_by_key(|word| word.len());
    longest.map(|longest| compile(&regex::escape(longest))).transpose()
}

/// Where the wanted words stand if they begin at `start`.
fn words_at(wanted: &[WantedWord], open_end: bool, text: &str, start: usize) -> Option<Range<usize>> {
    let (first, last) = (wanted.first()?, wanted.len() - 1);
    if !first.unspaced && text[..start].chars().next_back().is_some_and(joins) {
        return None;
    }
    let mut found = words_from(text, start);
    let mut end = start;
    for (index, wanted) in wanted.iter().enumerate() {
        let Word { range, .. } = found.next()?;
        end = range.end;
        let mut characters = text[range].chars().map(fold);
        let begins = wanted.folded.chars().all(|character| characters.next() == Some(character));
        if !begins || (characters.next().is_some() && !(open_end && index == last)) {
            return None;
        }
    }
    Some(start..end)
}

fn compile(source: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(source)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(|error| PatternError(last_line(&error.to_string()).to_owned()))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::telemetry::Message;

    fn matches(pattern: TextPattern, text: &str) -> bool {
        TextMatcher::new(&pattern).unwrap().matches_text(text)
    }

    fn marked(pattern: TextPattern, text: &str) -> Vec<&str> {
        TextMatcher::new(&pattern).unwrap().highlight(text, 3).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_whole_and_ignore_case() {
        let word = |text: &str| TextPattern::Word(text.into());
        assert!(matches(word("refund"), "The REFUND, please"));
        assert!(!matches(word("refund"), "refunds"));
        assert!(matches(word("refund"), "prerefund refund"));
        assert!(matches(word("don't"), "I DON'T know"));
        assert!(matches(word("退款"), "我要退款了"));
        assert!(matches(word("été"), "un ÉTÉ chaud"));
        assert!(matches(word("ΟΔΟΣ"), "η οδος"));
        assert!(matches(word("++"), "c++ code"));
    }

    #[test]
    fn phrases_and_prefixes() {
        assert!(matches(TextPattern::Phrase("refund policy".into()), "our refund   policy."));
        assert!(matches(TextPattern::Phrase("refund policy".into()), "refund-policy"));
        assert!(!matches(TextPattern::Phrase("refund policy".into()), "refund the policy"));
        assert!(!matches(TextPattern::Phrase("refund policy".into()), "refund policyholder"));
        assert!(matches(TextPattern::Phrase("a b".into()), "a a b"));
        assert!(matches(TextPattern::Prefix("ref".into()), "a refund"));
        assert!(!matches(TextPattern::Prefix("ref".into()), "a href"));
        assert!(matches(TextPattern::Prefix("refund pol".into()), "Refund: Policy"));
        assert!(!matches(TextPattern::Prefix("ref pol".into()), "refund policy"));
    }

    #[test]
    fn messages_are_read_not_their_json() {
        let json = serde_json::to_string(&[Message::text("user", "first\nrefund \"now\"")]).unwrap();
        let found = |pattern: TextPattern| TextMatcher::new(&pattern).unwrap().matches_messages(&json);
        assert!(found(TextPattern::Word("refund".into())));
        assert!(found(TextPattern::Regex("refund \"n.w\"".into())));
        assert!(!found(TextPattern::Word("role".into())));
        assert!(!found(TextPattern::Word("nrefund".into())));
    }

    #[test]
    fn phrases_are_found_across_escapes() {
        let found = |text: &str, phrase: &str| {
            let json = serde_json::to_string(&[Message::text("user", text)]).unwrap();
            assert!(json.starts_with(AS_WE_WRITE_THEM));
            TextMatcher::new(&TextPattern::Phrase(phrase.into())).unwrap().matches_messages(&json)
        };
        for text in [
            "refund policy",
            "refund\npolicy",
            "refund \"policy\"",
            "Refund\u{1}Policy",
            "refund\\policy",
            "refund – Policy",
            "a refund\r\n\tpolicy",
        ] {
            assert!(found(text, "refund policy"), "{text:?}");
        }
        for text in ["refund npolicy", "refund the policy", "refundpolicy", "refund\\npolicy", "refund policyholder"] {
            assert!(!found(text, "refund policy"), "{text:?}");
        }
        assert!(found("die große\nPolicy", "große policy"));
    }

    #[test]
    fn highlights_are_whole_words_and_bounded() {
        assert_eq!(marked(TextPattern::Prefix("ref".into()), "Refunds, href, refuse"), ["Refunds", "refuse"]);
        assert_eq!(marked(TextPattern::Phrase("a a".into()), "a a a a a"), ["a a", "a a"]);
        assert_eq!(marked(TextPattern::Regex("o*".into()), "oo x o y o z o"), ["oo", "o", "o"]);
    }

    #[test]
    fn oversized_and_broken_patterns_are_refused() {
        for source in ["(", "(a{1000}){1000}"] {
            assert!(TextMatcher::new(&TextPattern::Regex(source.into())).is_err(), "{source}");
        }
    }

    #[test]
    fn patterns_of_different_kinds_differ() {
        let matcher = |pattern| TextMatcher::new(&pattern).unwrap();
        assert_ne!(matcher(TextPattern::Word("a".into())), matcher(TextPattern::Prefix("a".into())));
    }
}
