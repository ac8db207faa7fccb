//! The error of a run: one text, written by Python (`ValueError('boom')`, then a traceback) or by JavaScript (`Error: boom`, then a stack).

use model::{
    Timestamp,
    telemetry::{Attributes, Span, SpanEvent, Status},
};
use serde_json::Value;

/// Longest name of an error's type: anything longer is prose.
const MAX_TYPE_CHARS: usize = 128;

const TRACEBACK: &str = "Traceback (most recent call last)";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ErrorText {
    pub kind: Option<String>,
    pub message: String,
    /// What follows the first line: the traceback.
    pub has_more: bool,
}

/// What the text says happened.
pub(crate) fn read(text: &str) -> ErrorText {
    let text = text.trim();
    // LangChain writes its traceback right behind the error, on the same line.
    let (text, traceback) = text.find(TRACEBACK).map_or((text, ""), |at| (text[..at].trim_end(), &text[at..]));
    let (first, rest) = text.split_once('\n').map_or((text, ""), |(first, rest)| (first.trim_end(), rest.trim()));
    let has_more = !rest.is_empty() || !traceback.is_empty();
    let by_repr = || {
        let (kind, arguments) = first.split_once('(')?;
        Some((is_type(kind).then_some(kind)?, unquoted(arguments.strip_suffix(')')?)))
    };
    let by_colon = || {
        let (kind, message) = first.split_once(": ")?;
        Some((is_type(kind).then_some(kind)?, message.to_owned()))
    };
    match by_repr().or_else(by_colon) {
        Some((kind, message)) => ErrorText { kind: Some(kind.to_owned()), message, has_more },
        None if is_type(first) => ErrorText { kind: Some(first.to_owned()), message: first.to_owned(), has_more },
        None => ErrorText { kind: None, message: first.to_owned(), has_more },
    }
}

/// Marks the span as failed. The whole text is kept in an event when there is more to it than its first line.
pub(super) fn apply(span: &mut Span, text: String, at: Timestamp) {
    let error = read(&text);
    span.status = Status::Error;
    if error.has_more {
        let mut attributes = Attributes::from([("exception.stacktrace".to_owned(), Value::String(text))]);
        attributes.extend(error.kind.clone().map(|kind| ("exception.type".to_owned(), Value::String(kind))));
        span.payload.events.push(SpanEvent { time: at, name: "exception".to_owned(), attributes });
    }
    span.error_type = error.kind;
    span.error_message = Some(error.message);
}

/// A dotted name that begins with a capital letter in its last part: `openai.RateLimitError`.
fn is_type(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= MAX_TYPE_CHARS && text.split('.').all(is_word) && last.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// The text that a Python literal stands for: `'it\'s'`. Anything but one literal stays as it is written.
fn unquoted(literal: &str) -> String {
    let quote = literal.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
    let inner = quote.and_then(|quote| literal.strip_prefix(quote)?.strip_suffix(quote));
    let Some(inner) = inner else { return literal.to_owned() };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(escaped @ ('\'' | '"' | '\\')) => text.push(escaped),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            _ if Some(character) == quote => return literal.to_owned(),
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (Option<String>, String, bool) {
        let ErrorText { kind, message, has_more } = read(text);
        (kind, message, has_more)
    }

    #[test]
    fn the_first_line_says_type_and_message() {
        let python = "RateLimitError('Error code: 429 - it\\'s full')\n\nTraceback (most recent call last):\nopenai.RateLimitError: x\n";
        assert_eq!(error(python), (Some("RateLimitError".into()), "Error code: 429 - it's full".into(), true));
        let langchain = "RateLimitError(\"it's {'full'}\")Traceback (most recent call last):\n\n  File";
        assert_eq!(error(langchain), (Some("RateLimitError".into()), "it's {'full'}".into(), true));
        assert_eq!(error("Error: boom\n    at f (x.js:1)"), (Some("Error".into()), "boom".into(), true));
        assert_eq!(error("KeyError('a', 'b')"), (Some("KeyError".into()), "'a', 'b'".into(), false));
        assert_eq!(error("ValueError()"), (Some("ValueError".into()), String::new(), false));
        assert_eq!(error("httpx.ReadTimeout"), (Some("httpx.ReadTimeout".into()), "httpx.ReadTimeout".into(), false));
    }

    #[test]
    fn prose_has_no_type() {
        for text in ["it did not work", "Not found: the model is gone", "the tool (x) failed"] {
            assert_eq!(error(text), (None, text.to_owned(), false), "{text}");
        }
        assert_eq!(error(""), (None, String::new(), false));
    }
}
