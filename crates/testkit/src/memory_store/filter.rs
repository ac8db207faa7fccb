//! Filters evaluated against one row, as `model::filter` describes them.

use super::{
    row::{FieldValue, FilterRow},
    text::{contains_words, json_text, words},
};
use model::{
    StoreError, StoreResult,
    filter::{Comparison, Filter, Operator, TargetSet, TextPattern, Value},
};
use regex::{Regex, RegexBuilder};
use std::{cmp::Ordering, sync::Arc};

/// Compiled patterns may not take more memory than this: a filter comes from outside.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// A filter, ready to be asked about rows.
pub struct Matcher(Node);

enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison),
    Words { wanted: Vec<String>, open_end: bool },
    Pattern(Regex),
    Attached(Arc<TargetSet>),
}

impl Matcher {
    /// Answers `Invalid` for a pattern that is no regular expression.
    pub fn new(filter: &Filter) -> StoreResult<Self> {
        Node::new(filter).map(Self)
    }

    pub fn matches(&self, row: &dyn FilterRow) -> bool {
        self.0.matches(row)
    }
}

impl Node {
    fn new(filter: &Filter) -> StoreResult<Self> {
        Ok(match filter {
            Filter::All => Self::All,
            Filter::And(terms) => Self::And(terms.iter().map(Self::new).collect::<StoreResult<_>>()?),
            Filter::Or(choices) => Self::Or(choices.iter().map(Self::new).collect::<StoreResult<_>>()?),
            Filter::Not(term) => Self::Not(Box::new(Self::new(term)?)),
            Filter::Compare(comparison) => Self::Compare(comparison.clone()),
            Filter::Attached(targets) => Self::Attached(Arc::clone(targets)),
            Filter::Text(TextPattern::Word(text) | TextPattern::Phrase(text)) => Self::Words { wanted: words(text), open_end: false },
            Filter::Text(TextPattern::Prefix(text)) => Self::Words { wanted: words(text), open_end: true },
            Filter::Text(TextPattern::Regex(pattern)) => Self::Pattern(
                RegexBuilder::new(pattern)
                    .case_insensitive(true)
                    .size_limit(MAX_PATTERN_BYTES)
                    .build()
                    .map_err(|error| StoreError::invalid("filter", error.to_string()))?,
            ),
        })
    }

    fn matches(&self, row: &dyn FilterRow) -> bool {
        match self {
            Self::All => true,
            Self::And(terms) => terms.iter().all(|term| term.matches(row)),
            Self::Or(choices) => choices.iter().any(|choice| choice.matches(row)),
            Self::Not(term) => !term.matches(row),
            Self::Compare(comparison) => {
                row.field(&comparison.field).is_some_and(|value| holds(&value, comparison.operator, &comparison.value))
            }
            Self::Words { wanted, open_end } => row.texts().iter().any(|text| contains_words(&words(text), wanted, *open_end)),
            Self::Attached(targets) => row.span_ids().is_some_and(|(trace, span, session)| targets.has_span(trace, span, session)),
            Self::Pattern(pattern) => row.texts().iter().any(|text| pattern.is_match(text)),
        }
    }
}

/// Whether a known value satisfies `operator wanted`.
fn holds(value: &FieldValue<'_>, operator: Operator, wanted: &Value) -> bool {
    if operator == Operator::Exists {
        return true;
    }
    match (value, wanted) {
        (FieldValue::Text(text), Value::Text(wanted)) => text_holds(text, operator, wanted),
        (FieldValue::Set(members), Value::Text(wanted)) => members.iter().any(|member| text_holds(member, operator, wanted)),
        (FieldValue::Json(value), Value::Text(wanted)) => text_holds(&json_text(value), operator, wanted),
        (FieldValue::Json(value), Value::Number(wanted)) => {
            let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
            ordered(number.and_then(|number| number.partial_cmp(wanted)), operator)
        }
        (FieldValue::Number(number), Value::Number(wanted) | Value::Millis(wanted)) => ordered(number.partial_cmp(wanted), operator),
        (FieldValue::Money(amount), Value::Money(wanted)) => ordered(Some(amount.cmp(wanted)), operator),
        (FieldValue::Time(time), Value::Time(wanted)) => ordered(Some(time.cmp(wanted)), operator),
        (FieldValue::Bool(flag), Value::Bool(wanted)) => operator == Operator::Equal && flag == wanted,
        _ => false,
    }
}

fn text_holds(text: &str, operator: Operator, wanted: &str) -> bool {
    let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
    match operator {
        Operator::Prefix => text.starts_with(&wanted),
        _ => ordered(Some(text.cmp(&wanted)), operator),
    }
}

/// `None` (not a number) satisfies nothing.
fn ordered(ordering: Option<Ordering>, operator: Operator) -> bool {
    ordering.is_some_and(|ordering| match operator {
        Operator::Equal => ordering.is_eq(),
        Operator::Greater => ordering.is_gt(),
        Operator::GreaterOrEqual => ordering.is_ge(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Prefix | Operator::Exists => false,
    })
}
