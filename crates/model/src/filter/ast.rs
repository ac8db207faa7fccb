//! What a filter means, free of syntax.

use super::{Field, TargetSet};
use crate::{Money, Timestamp};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Matches every row: the empty filter.
    All,
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Comparison),
    /// Matches when any searchable text of the row does (prompts, answers, tool arguments and results, errors, names, log messages).
    Text(TextPattern),
    /// Matches the spans that these late facts are about. Never written: stores put it in the place of conditions on scores, comments and
    /// bookmarks.
    Attached(Arc<TargetSet>),
}

/// `field op value`. A row whose field is null matches no comparison, and does match its negation.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub field: Field,
    pub operator: Operator,
    pub value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `field:value`: equal (text compares without regard to case); for tags, contains.
    Equal,
    /// `field:pre*`: starts with (without regard to case).
    Prefix,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// `field:*`: is known.
    Exists,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// Token counts, and attributes compared with `<` or `>`.
    Number(f64),
    Money(Money),
    /// Durations, in milliseconds.
    Millis(f64),
    Time(Timestamp),
    Bool(bool),
    /// With `Operator::Exists`.
    Any,
}

/// Text is matched without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TextPattern {
    /// A whole word.
    Word(String),
    /// Words in this order, side by side.
    Phrase(String),
    /// Words that start so: `refund*`.
    Prefix(String),
    /// A regular expression between slashes.
    Regex(String),
}

impl Filter {
    pub fn and(self, other: Filter) -> Filter {
        match (self, other) {
            (Filter::All, filter) | (filter, Filter::All) => filter,
            (Filter::And(mut terms), other) => {
                terms.push(other);
                Filter::And(terms)
            }
            (first, second) => Filter::And(vec![first, second]),
        }
    }

    pub fn equal(field: Field, text: impl Into<String>) -> Filter {
        Filter::Compare(Comparison { field, operator: Operator::Equal, value: Value::Text(text.into()) })
    }
}
