//! Free text: what a word, a phrase, a prefix and a pattern match, and which text of a row they look at.
//!
//! A word is a run of letters, digits and underscores. Scripts that write without spaces have no such runs: there every
//! character stands for itself, so that a query matches inside longer runs.

use model::{
    StoreError, StoreResult,
    filter::TextPattern,
    telemetry::{Message, Part},
};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::hash::{Hash, Hasher};

/// Largest compiled pattern: `(a{1000}){1000}` must be an error, not a gigabyte.
const MAX_PATTERN_BYTES: usize = 1 << 20;
/// Deepest nesting of tool arguments and results that is searched: JSON from clients may nest without end.
const MAX_VALUE_DEPTH: usize = 32;

/// A text pattern ready to run. Equal patterns compile alike, so equality and hash are those of the source.
#[derive(Debug, Clone)]
pub(crate) struct TextMatcher {
    source: String,
    regex: Regex,
    /// Found in the raw JSON of every message that can match: saves parsing the others. `None` where JSON escapes could hide it.
    needle: Option<Regex>,
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
    /// `Invalid` for a pattern that does not compile or is too large.
    pub(crate) fn new(pattern: &TextPattern) -> StoreResult<Self> {
        let (source, needle) = match pattern {
            TextPattern::Word(text) | TextPattern::Phrase(text) => words_pattern(text, false),
            TextPattern::Prefix(text) => words_pattern(text, true),
            TextPattern::Regex(source) => (source.clone(), None),
        };
        let needle = needle.map(|needle| compile(&regex::escape(&needle))).transpose()?;
        Ok(Self { regex: compile(&source)?, source, needle })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn matches_text(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Looks at what the messages say, not at how their JSON is written.
    pub(crate) fn matches_messages(&self, json: &str) -> bool {
        if self.needle.as_ref().is_some_and(|needle| !needle.is_match(json)) {
            return false;
        }
        match serde_json::from_str::<Vec<Message>>(json) {
            Ok(messages) => messages.iter().flat_map(|message| &message.parts).any(|part| self.matches_part(part)),
            Err(_) => self.matches_text(json),
        }
    }

    fn matches_part(&self, part: &Part) -> bool {
        match part {
            Part::Text { text } | Part::Reasoning { text } | Part::Refusal { text } => self.matches_text(text),
            Part::ToolCall { name, arguments, .. } => self.matches_text(name) || self.matches_value(arguments, 0),
            Part::ToolResult { result, .. } => self.matches_value(result, 0),
            Part::Media { uri, .. } => !uri.starts_with("data:") && self.matches_text(uri),
            Part::Other { value } => self.matches_value(value, 0),
        }
    }

    fn matches_value(&self, value: &Value, depth: usize) -> bool {
        match value {
            Value::String(text) => self.matches_text(text),
            Value::Number(number) => self.matches_text(&number.to_string()),
            Value::Array(items) if depth < MAX_VALUE_DEPTH => items.iter().any(|item| self.matches_value(item, depth + 1)),
            Value::Object(fields) if depth < MAX_VALUE_DEPTH => {
                fields.iter().any(|(name, field)| self.matches_text(name) || self.matches_value(field, depth + 1))
            }
            _ => false,
        }
    }
}

fn compile(source: &str) -> StoreResult<Regex> {
    RegexBuilder::new(source)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(|error| StoreError::invalid("filter", format!("the pattern does not compile: {}", last_line(&error.to_string()))))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim()
}

/// The words of `text` side by side, and the longest of them that JSON writes as it stands.
fn words_pattern(text: &str, open_end: bool) -> (String, Option<String>) {
    let words = words_of(text);
    let Some(last) = words.last() else {
        // Only punctuation: there is no word to find, so the text itself is what is meant.
        return (regex::escape(text.trim()), None);
    };
    let mut pattern = String::new();
    for (index, word) in words.iter().enumerate() {
        let previous_is_spaced = index == 0 || !is_unspaced(words[index - 1]);
        if index > 0 {
            pattern.push_str(if previous_is_spaced && !is_unspaced(word) { r"\W+" } else { r"\W*" });
        } else if !is_unspaced(word) {
            pattern.push_str(r"\b");
        }
        pattern.push_str(&regex::escape(word));
    }
    if !open_end && !is_unspaced(last) {
        pattern.push_str(r"\b");
    }
    let needle = words.iter().filter(|word| word.is_ascii()).max_by_key(|word| word.len()).map(|word| (*word).to_owned());
    (pattern, needle)
}

/// Runs of word characters; characters of unspaced scripts on their own.
fn words_of(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (index, character) in text.char_indices() {
        let joins = (character.is_alphanumeric() || character == '_') && !is_unspaced_char(character);
        if !joins && let Some(from) = start.take() {
            words.push(&text[from..index]);
        }
        if joins {
            start.get_or_insert(index);
        } else if is_unspaced_char(character) {
            words.push(&text[index..index + character.len_utf8()]);
        }
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

fn is_unspaced(word: &str) -> bool {
    word.chars().all(is_unspaced_char)
}

/// Han, Hiragana, Katakana, Hangul, Thai, Lao, Khmer, Myanmar.
fn is_unspaced_char(character: char) -> bool {
    matches!(character as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: TextPattern, text: &str) -> bool {
        TextMatcher::new(&pattern).unwrap().matches_text(text)
    }

    #[test]
    fn words_are_whole_and_ignore_case() {
        let word = |text: &str| TextPattern::Word(text.into());
        assert!(matches(word("refund"), "The REFUND, please"));
        assert!(!matches(word("refund"), "refunds"));
        assert!(matches(word("don't"), "I DON'T know"));
        assert!(matches(word("退款"), "我要退款了"));
        assert!(matches(word("été"), "un ÉTÉ chaud"));
        assert!(matches(word("++"), "c++ code"));
    }

    #[test]
    fn phrases_and_prefixes() {
        assert!(matches(TextPattern::Phrase("refund policy".into()), "our refund   policy."));
        assert!(matches(TextPattern::Phrase("refund policy".into()), "refund-policy"));
        assert!(!matches(TextPattern::Phrase("refund policy".into()), "refund the policy"));
        assert!(matches(TextPattern::Prefix("ref".into()), "a refund"));
        assert!(!matches(TextPattern::Prefix("ref".into()), "a href"));
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
    fn oversized_and_broken_patterns_are_refused() {
        for source in ["(", "(a{1000}){1000}"] {
            assert!(matches!(TextMatcher::new(&TextPattern::Regex(source.into())), Err(StoreError::Invalid { .. })), "{source}");
        }
    }
}
