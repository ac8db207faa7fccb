//! Which literals every match of a regular expression contains.
//!
//! A part of the expression that matches only a few strings is followed exactly, and joined with its neighbours: `ref(und|use)` is
//! `refund` or `refuse`. Anything else ends the literal at hand, so that its edges may lie inside words. Letters are folded, and
//! everything that is no part of a word is one blank, so that `\s+` between words is as good as a space.

use crate::{
    plan::{Need, all, any, need_of_literal},
    words::{fold, is_unspaced, joins},
};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Repetition},
};
use std::collections::BTreeSet;

/// Most strings that are followed side by side.
const MAX_CHOICES: usize = 32;
/// Longest string that is followed: more says nothing more.
const MAX_LITERAL_BYTES: usize = 256;
/// Largest class of characters that is looked into; `\s` has 25.
const MAX_CLASS: usize = 64;

/// A pattern that does not compile needs nothing: running it says what is wrong.
pub(crate) fn literals_of_regex(source: &str) -> Need {
    match ParserBuilder::new().case_insensitive(true).build().parse(source) {
        Ok(hir) => Part::of(&hir).into_need(),
        Err(_) => Need::Nothing,
    }
}

/// What is known of a part of the expression.
enum Part {
    /// It matches these strings only, folded.
    Strings(BTreeSet<String>),
    /// Where it matches, this holds.
    Needs(Need),
}

impl Part {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::string(String::new()),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Self::string(joined("", text)),
                Err(_) => Self::Needs(Need::Nothing),
            },
            HirKind::Class(class) => Self::of_class(class),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => Self::of_repetition(repetition),
            HirKind::Concat(parts) => Self::of_sequence(parts.iter().map(Self::of)),
            HirKind::Alternation(parts) => Self::of_choice(parts.iter().map(Self::of).collect()),
        }
    }

    fn string(text: String) -> Self {
        Self::Strings(BTreeSet::from([text]))
    }

    fn of_class(class: &Class) -> Self {
        let mut strings = BTreeSet::new();
        let class = match class {
            Class::Unicode(class) => Some(class.clone()),
            Class::Bytes(class) => class.to_unicode_class(),
        };
        let Some(class) = class else { return Self::Needs(Need::Nothing) };
        if class.iter().map(|range| range.len()).sum::<usize>() > MAX_CLASS {
            return Self::Needs(Need::Nothing);
        }
        for character in class.iter().flat_map(|range| range.start()..=range.end()) {
            strings.insert(joined("", character.encode_utf8(&mut [0; 4])));
        }
        Self::bounded(strings)
    }

    fn of_repetition(repetition: &Repetition) -> Self {
        let part = Self::of(&repetition.sub);
        match (&part, repetition.min, repetition.max) {
            // Blanks are one blank, however many.
            (Self::Strings(strings), min, _) if strings.iter().all(|string| string == " ") && !strings.is_empty() => {
                let none = (min == 0).then(String::new);
                Self::Strings(none.into_iter().chain([" ".to_owned()]).collect())
            }
            (Self::Strings(strings), 0, Some(1)) => Self::bounded(strings.iter().cloned().chain([String::new()]).collect()),
            (_, 0, _) => Self::Needs(Need::Nothing),
            (Self::Strings(strings), min, max) if max == Some(min) && min as usize <= MAX_LITERAL_BYTES => {
                Self::of_sequence((0..min).map(|_| Self::Strings(strings.clone())))
            }
            _ => Self::Needs(part.into_need()),
        }
    }

    fn of_sequence(parts: impl Iterator<Item = Self>) -> Self {
        let mut current = BTreeSet::from([String::new()]);
        let mut needs = Vec::new();
        let mut is_whole = true;
        for part in parts {
            match part {
                Self::Strings(next) => {
                    if let Some(product) = product(&current, &next) {
                        current = product;
                    } else {
                        is_whole = false;
                        needs.push(need_of_strings(&current));
                        current = next;
                    }
                }
                Self::Needs(need) => {
                    is_whole = false;
                    needs.push(need_of_strings(&current));
                    needs.push(need);
                    current = BTreeSet::from([String::new()]);
                }
            }
        }
        if is_whole {
            return Self::Strings(current);
        }
        needs.push(need_of_strings(&current));
        Self::Needs(all(needs.into_iter()))
    }

    fn of_choice(parts: Vec<Self>) -> Self {
        let strings: Option<BTreeSet<String>> = parts
            .iter()
            .map(|part| if let Self::Strings(strings) = part { Some(strings) } else { None })
            .try_fold(BTreeSet::new(), |all, strings| Some(all.into_iter().chain(strings?.iter().cloned()).collect()));
        match strings {
            Some(strings) => Self::bounded(strings),
            None => Self::Needs(any(parts.into_iter().map(Self::into_need))),
        }
    }

    fn bounded(strings: BTreeSet<String>) -> Self {
        if strings.len() <= MAX_CHOICES { Self::Strings(strings) } else { Self::Needs(need_of_strings(&strings)) }
    }

    fn into_need(self) -> Need {
        match self {
            Self::Strings(strings) => need_of_strings(&strings),
            Self::Needs(need) => need,
        }
    }
}

/// One of these strings is in every text that matches.
fn need_of_strings(strings: &BTreeSet<String>) -> Need {
    any(strings.iter().map(|string| need_of_literal(string)))
}

/// Each of the first followed by each of the second; `None` where that is too much to follow.
fn product(first: &BTreeSet<String>, second: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let longest = |strings: &BTreeSet<String>| strings.iter().map(String::len).max().unwrap_or(0);
    let is_bounded = first.len() * second.len() <= MAX_CHOICES && longest(first) + longest(second) <= MAX_LITERAL_BYTES;
    is_bounded.then(|| first.iter().flat_map(|first| second.iter().map(move |second| joined(first, second))).collect())
}

/// `text` behind `start`: folded, with one blank for any number of characters between words.
fn joined(start: &str, text: &str) -> String {
    let mut out = start.to_owned();
    for character in text.chars() {
        if joins(character) || is_unspaced(character) {
            out.push(fold(character));
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::TermTest::{Contains, EndsWith, Is, StartsWith};

    fn contains(piece: &str) -> Need {
        Need::Term(Contains(piece.into()))
    }

    #[test]
    fn alternatives_are_joined_with_what_stands_beside_them() {
        assert_eq!(literals_of_regex("ref(und|use)"), Need::Any(vec![contains("refund"), contains("refuse")]));
        assert_eq!(literals_of_regex("REFUNDS?"), Need::Any(vec![contains("refund"), contains("refunds")]));
        assert_eq!(literals_of_regex("gr[ae]y"), Need::Any(vec![contains("gray"), contains("grey")]));
        assert_eq!(literals_of_regex("(foo|.*)bar"), contains("bar"));
    }

    #[test]
    fn separators_close_words() {
        let words = |first: &str, second: &str| Need::All(vec![Need::Term(EndsWith(first.into())), Need::Term(StartsWith(second.into()))]);
        assert_eq!(literals_of_regex(r"refund\s+policy"), words("refund", "policy"));
        assert_eq!(literals_of_regex(r"refund[-/.]policy"), words("refund", "policy"));
        assert_eq!(literals_of_regex(r"\s(to)\s"), Need::Term(Is(b"to".into())));
    }

    #[test]
    fn gaps_divide_literals() {
        assert_eq!(literals_of_regex("refund.*policy"), Need::All(vec![contains("refund"), contains("policy")]));
        assert_eq!(literals_of_regex("(abc){2}"), contains("abcabc"));
        assert_eq!(literals_of_regex("x(abc)+"), contains("abc"));
        assert_eq!(literals_of_regex(r"err[0-9]{2}"), contains("err"));
        assert_eq!(
            literals_of_regex("(abc.*|def)ghi"),
            Need::All(vec![Need::Any(vec![contains("abc"), contains("def")]), contains("ghi")])
        );
    }

    #[test]
    fn what_promises_nothing_needs_nothing() {
        for source in ["", ".*", "ab", "(refund)?", "(refund)*", "refund|.", r"\d+", "(", "[^a]", "++"] {
            assert_eq!(literals_of_regex(source), Need::Nothing, "{source}");
        }
    }

    #[test]
    fn what_never_matches_has_no_document() {
        assert_eq!(literals_of_regex(r"[^\s\S]"), Need::Any(vec![]));
    }
}
