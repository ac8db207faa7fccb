//! Searchable text: which texts a row has, and how they fall into words.

use model::{
    StoreError, StoreResult,
    telemetry::{Message, Part, Span},
};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

/// Compiled patterns may not take more memory than this: a filter comes from outside.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Every text of a span that a search looks into.
pub(super) fn span_texts(span: &Span) -> Vec<String> {
    let names = [Some(&span.name), span.agent.as_ref(), span.tool.as_ref(), span.error_type.as_ref(), span.error_message.as_ref()];
    let mut texts: Vec<String> = names.into_iter().flatten().cloned().collect();
    let payload = &span.payload;
    for messages in [&payload.input, &payload.output, &payload.system].into_iter().flatten() {
        messages.iter().for_each(|message| message_texts(message, &mut texts));
    }
    texts
}

fn message_texts(message: &Message, texts: &mut Vec<String>) {
    for part in &message.parts {
        match part {
            Part::Text { text } | Part::Reasoning { text } | Part::Refusal { text } => texts.push(text.clone()),
            Part::ToolCall { name, arguments, .. } => {
                texts.push(name.clone());
                leaves(arguments, texts);
            }
            Part::ToolResult { result, .. } => leaves(result, texts),
            Part::Other { value } => leaves(value, texts),
            Part::Media { uri, .. } if uri.starts_with("data:") => {}
            Part::Media { uri, .. } => texts.push(uri.clone()),
        }
    }
}

/// The keys, strings and numbers of a value, each a text of its own.
fn leaves(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            texts.push(name.clone());
            leaves(field, texts);
        }),
        Value::Null | Value::Bool(_) => {}
    }
}

/// A JSON string as it reads, anything else as its JSON text.
pub(super) fn json_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Runs of letters, digits and underscores. A character of a script that is written without spaces is a word by itself, so that a
/// phrase of them matches wherever they stand side by side.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if (character.is_alphanumeric() || character == '_') && !is_unspaced(character) {
            word.push(character);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_unspaced(character) {
            words.push(character.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Thai and Lao, Burmese, Khmer, Japanese, Chinese, and Korean syllables.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What a text is tested with.
pub(super) enum TextTest {
    /// These words side by side.
    Words(Vec<Regex>),
    Pattern(Regex),
}

impl TextTest {
    /// The words of `text`; with `open_end`, the last one may go on. A text without words is looked for as it stands.
    pub(super) fn words(text: &str, open_end: bool) -> StoreResult<Self> {
        let words = words(text);
        if words.is_empty() {
            return Self::pattern(&regex::escape(text.trim()));
        }
        let last = words.len() - 1;
        let word = |(index, word): (usize, &String)| {
            let end = if open_end && index == last { "" } else { "$" };
            compile(&format!("^{}{end}", regex::escape(word)))
        };
        Ok(Self::Words(words.iter().enumerate().map(word).collect::<StoreResult<_>>()?))
    }

    /// Answers `Invalid` for a pattern that is no regular expression.
    pub(super) fn pattern(source: &str) -> StoreResult<Self> {
        compile(source).map(Self::Pattern)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Words(wanted) => {
                words(text).windows(wanted.len()).any(|window| window.iter().zip(wanted).all(|(word, wanted)| wanted.is_match(word)))
            }
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

fn compile(source: &str) -> StoreResult<Regex> {
    RegexBuilder::new(source)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(|error| StoreError::invalid("filter", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspaced_scripts_split_by_character() {
        assert_eq!(words("Refund-Policy, v2: naïve_x"), ["Refund", "Policy", "v2", "naïve_x"]);
        assert_eq!(words("in 東京 now"), ["in", "東", "京", "now"]);
    }

    #[test]
    fn phrases_need_neighbours_and_prefixes_only_open_the_last_word() {
        let found = |wanted: &str, open_end: bool| TextTest::words(wanted, open_end).unwrap().matches("our refund policy is generous!");
        assert!(found("Refund Policy", false));
        assert!(!found("refund is", false));
        assert!(found("refund pol", true));
        assert!(!found("ref policy", true));
        assert!(!found("...", false));
        assert!(found("!", false));
    }
}
