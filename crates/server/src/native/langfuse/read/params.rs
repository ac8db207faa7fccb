//! What the lists have in common: bounds of time, and conditions.

use crate::{
    http::{ApiResult, Problem},
    params::given,
};
use model::{
    TimeRange, Timestamp,
    filter::{Comparison, Field, Filter, Operator, Value},
    telemetry::RowKind,
};

/// From (inclusive) to (exclusive), open where nothing is said.
pub(super) fn range(from: (&str, &Option<String>), to: (&str, &Option<String>)) -> ApiResult<TimeRange> {
    let time = |(name, text): (&str, &Option<String>), open: Timestamp| match given(text) {
        Some(text) => text.parse().map_err(|_| Problem::invalid(name, "expected an RFC 3339 time")),
        None => Ok(open),
    };
    let range = TimeRange { from: time(from, TimeRange::ALL.from)?, to: time(to, TimeRange::ALL.to)? };
    if range.from < range.to { Ok(range) } else { Err(Problem::invalid(from.0, "expected a time before the end of the range")) }
}

/// The rows whose field is this text; all rows when it is not given.
pub(super) fn equal(kind: RowKind, field: &str, text: &Option<String>) -> Filter {
    given(text).map_or(Filter::All, |text| is(kind, field, text))
}

pub(super) fn is(kind: RowKind, field: &str, text: &str) -> Filter {
    Field::lookup(kind, field).map_or(Filter::All, |field| Filter::equal(field, text))
}

/// One of the texts in a list that is separated by commas.
pub(super) fn any_of(kind: RowKind, field: &str, texts: &Option<String>) -> Filter {
    let texts = given(texts).map(|texts| texts.split(',').map(|text| is(kind, field, text.trim())).collect::<Vec<_>>());
    texts.map_or(Filter::All, Filter::Or)
}

/// The rows whose field is not known.
pub(super) fn unknown(kind: RowKind, field: &str) -> Filter {
    let known = |field| Filter::Compare(Comparison { field, operator: Operator::Exists, value: Value::Any });
    Field::lookup(kind, field).map_or(Filter::All, |field| Filter::Not(Box::new(known(field))))
}

pub(super) fn all(filters: impl IntoIterator<Item = Filter>) -> Filter {
    filters.into_iter().fold(Filter::All, Filter::and)
}
