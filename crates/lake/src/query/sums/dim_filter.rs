//! The filters that rollups can answer, asked about a combination of dimensions instead of a row.

use crate::{
    query::functions::{equals, starts_with},
    rollup::{Dimension, Dims},
};
use model::filter::{Comparison, Filter, Operator, Value};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum DimFilter {
    All,
    And(Vec<DimFilter>),
    Or(Vec<DimFilter>),
    Not(Box<DimFilter>),
    Test(Dimension, Test),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// In lower case.
    Is(String),
    /// In lower case.
    StartsWith(String),
    IsKnown,
}

impl DimFilter {
    /// `None` when the filter looks at anything but dimensions, or compares them in another way.
    pub(super) fn new(filter: &Filter) -> Option<Self> {
        let all = |filters: &[Filter]| filters.iter().map(Self::new).collect::<Option<Vec<_>>>();
        Some(match filter {
            Filter::All => Self::All,
            Filter::And(terms) => Self::And(all(terms)?),
            Filter::Or(choices) => Self::Or(all(choices)?),
            Filter::Not(term) => Self::Not(Box::new(Self::new(term)?)),
            Filter::Compare(Comparison { field, operator, value }) => {
                let test = match (operator, value) {
                    (Operator::Equal, Value::Text(text)) => Test::Is(text.to_lowercase()),
                    (Operator::Prefix, Value::Text(text)) => Test::StartsWith(text.to_lowercase()),
                    (Operator::Exists, _) => Test::IsKnown,
                    _ => return None,
                };
                Self::Test(Dimension::of_field(field)?, test)
            }
            Filter::Text(_) | Filter::Attached(_) => return None,
        })
    }

    pub(super) fn matches(&self, dims: &Dims) -> bool {
        match self {
            Self::All => true,
            Self::And(terms) => terms.iter().all(|term| term.matches(dims)),
            Self::Or(choices) => choices.iter().any(|choice| choice.matches(dims)),
            Self::Not(term) => !term.matches(dims),
            Self::Test(dimension, test) => dims.get(*dimension).is_some_and(|value| match test {
                Test::Is(wanted) => equals(value, wanted),
                Test::StartsWith(wanted) => starts_with(value, wanted),
                Test::IsKnown => true,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{filter::parse, telemetry::RowKind};

    #[test]
    fn only_filters_on_dimensions_are_taken() {
        let is_taken = |source: &str| DimFilter::new(&parse(source, RowKind::Span).unwrap()).is_some();
        for source in ["", "model:gpt-4o", "status:error -env:dev", "(provider:openai OR service:shop*) kind:llm", "env:*"] {
            assert!(is_taken(source), "{source}");
        }
        for source in ["user:ann", "refund", "cost>0.01", "model:gpt-4o duration>2s", "request_model:gpt-4o", "metadata.team:blue"] {
            assert!(!is_taken(source), "{source}");
        }
    }
}
