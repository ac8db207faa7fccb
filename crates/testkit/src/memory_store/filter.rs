//! Filters evaluated against one row, as `model::filter` describes them.

use super::{
    row::{FieldValue, FilterRow},
    text::{TextTest, json_text},
};
use model::{
    StoreResult,
    filter::{Comparison, Filter, Operator, TargetSet, TextPattern, Value},
};
use std::{cmp::Ordering, sync::Arc};

/// A filter, ready to be asked about rows.
pub struct Matcher(Node);

enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison),
    Text(TextTest),
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
            Filter::Text(pattern) => Self::Text(match pattern {
                TextPattern::Word(text) | TextPattern::Phrase(text) => TextTest::words(text, false)?,
                TextPattern::Prefix(text) => TextTest::words(text, true)?,
                TextPattern::Regex(source) => TextTest::pattern(source)?,
            }),
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
            Self::Attached(targets) => row.span_ids().is_some_and(|(trace, span, session)| targets.has_span(trace, span, session)),
            Self::Text(test) => row.texts().iter().any(|text| test.matches(text)),
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
