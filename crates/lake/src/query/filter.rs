//! The filter language as DataFusion expressions.

use super::{
    functions::{TextTest, is_attached, json_text, text_test},
    text::text_matcher,
};
use crate::schema::schema_of;
use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{BinaryExpr, Expr, Operator as SqlOperator, cast, try_cast},
    prelude::{coalesce, ident, lit},
    scalar::ScalarValue,
};
use model::{
    Money, StoreError, StoreResult, Timestamp,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value},
    telemetry::{Level, RowKind},
};

/// Ids and enumerations are stored in one case only: they compare exactly, so that statistics and bloom filters can answer.
const EXACT_COLUMNS: [&str; 9] = ["trace_id", "span_id", "parent_span_id", "kind", "status", "cost_source", "type", "source", "target"];

/// `None` for the empty filter. A comparison with a null field is null, which selects nothing; negation is `IS NOT TRUE`, so that it
/// selects such rows, while plain comparisons stay in a form that statistics can answer.
pub(crate) fn filter_expr(filter: &Filter, kind: RowKind) -> StoreResult<Option<Expr>> {
    Ok(match filter {
        Filter::All => None,
        other => Some(expr_of(other, kind)?),
    })
}

fn expr_of(filter: &Filter, kind: RowKind) -> StoreResult<Expr> {
    match filter {
        Filter::All => Ok(lit(true)),
        Filter::And(terms) => balanced(exprs_of(terms, kind)?, SqlOperator::And, true),
        Filter::Or(terms) => balanced(exprs_of(terms, kind)?, SqlOperator::Or, false),
        Filter::Not(inner) => Ok(expr_of(inner, kind)?.is_not_true()),
        Filter::Compare(comparison) => compare(comparison, kind),
        Filter::Text(pattern) => {
            let (texts, messages) = searchable_columns(kind);
            let test = TextTest::Matches { pattern: pattern.clone(), matcher: text_matcher(pattern)?, messages_from: texts.len() };
            Ok(text_test(test, texts.iter().chain(messages).map(|name| ident(*name)).collect()))
        }
        Filter::Attached(targets) => Ok(is_attached(targets)),
    }
}

fn exprs_of(filters: &[Filter], kind: RowKind) -> StoreResult<Vec<Expr>> {
    filters.iter().map(|filter| expr_of(filter, kind)).collect()
}

/// A tree of logarithmic depth: the planner recurses, and a chain of 500 terms would be 500 deep.
fn balanced(mut terms: Vec<Expr>, operator: SqlOperator, empty: bool) -> StoreResult<Expr> {
    while terms.len() > 1 {
        let mut pairs = Vec::with_capacity(terms.len().div_ceil(2));
        let mut rest = terms.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => Expr::BinaryExpr(BinaryExpr::new(Box::new(left), operator, Box::new(right))),
                None => left,
            });
        }
        terms = pairs;
    }
    Ok(terms.pop().unwrap_or_else(|| lit(empty)))
}

/// Plain texts, and messages stored as JSON.
pub(crate) fn searchable_columns(kind: RowKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        RowKind::Span => (&["name", "agent", "tool", "error_type", "error_message"], &["input", "output", "system"]),
        RowKind::Log => (&["message", "logger"], &[]),
        RowKind::Metric => (&["name"], &[]),
        RowKind::Score => (&["name", "label", "comment"], &[]),
    }
}

/// `model`: what answered, else what was asked for.
pub(crate) fn model_expr() -> Expr {
    coalesce(vec![ident("response_model"), ident("request_model")])
}

pub(crate) fn field_expr(field: &Field, kind: RowKind) -> Expr {
    match field {
        Field::Column(name, _) => ident(*name),
        Field::Model => model_expr(),
        Field::Attribute(key) => json_text(ident(if kind == RowKind::Metric { "tags" } else { "attributes" }), key),
        Field::Metadata(key) => json_text(ident("metadata"), key),
        // Not in the row: such conditions are resolved before (`scores::resolved`).
        Field::Score(_) | Field::Comment | Field::Bookmarked => lit(ScalarValue::Null),
    }
}

fn compare(comparison: &Comparison, kind: RowKind) -> StoreResult<Expr> {
    let Comparison { field, operator, value } = comparison;
    if field.is_late() {
        return Err(StoreError::invalid("filter", "scores, comments and bookmarks cannot be asked for here"));
    }
    if kind == RowKind::Score && matches!(field, Field::Attribute(_) | Field::Metadata(_)) {
        return Err(StoreError::invalid("filter", "scores have no attributes"));
    }
    let column = field_expr(field, kind);
    match (operator, value) {
        (Operator::Exists, _) if field.field_type() == FieldType::TextSet => Ok(text_test(TextTest::Known, vec![column])),
        (Operator::Exists, _) => Ok(column.is_not_null()),
        (Operator::Equal, Value::Text(text)) => Ok(match field {
            Field::Column(name, FieldType::Text) if EXACT_COLUMNS.contains(name) => column.eq(lit(text.to_lowercase())),
            Field::Column("level", _) => {
                column.eq(lit(Level::from_name(text).map_or_else(|| text.to_uppercase(), |level| level.as_str().to_owned())))
            }
            _ => text_test(TextTest::Is(text.to_lowercase()), vec![column]),
        }),
        (Operator::Prefix, Value::Text(text)) => Ok(text_test(TextTest::StartsWith(text.to_lowercase()), vec![column])),
        (_, value) => {
            let (column, literal) = comparable(column, field, value, kind)?;
            let operator = match operator {
                Operator::Equal => SqlOperator::Eq,
                Operator::Greater => SqlOperator::Gt,
                Operator::GreaterOrEqual => SqlOperator::GtEq,
                Operator::Less => SqlOperator::Lt,
                Operator::LessOrEqual => SqlOperator::LtEq,
                Operator::Prefix | Operator::Exists => return Err(unsupported(field)),
            };
            Ok(Expr::BinaryExpr(BinaryExpr::new(Box::new(column), operator, Box::new(literal))))
        }
    }
}

fn comparable(column: Expr, field: &Field, value: &Value, kind: RowKind) -> StoreResult<(Expr, Expr)> {
    Ok(match value {
        Value::Bool(flag) => (column, lit(*flag)),
        Value::Time(time) => (column, time_literal(*time)),
        Value::Money(amount) => (column, money_literal(*amount)),
        Value::Millis(number) => (column, lit(*number)),
        Value::Number(number) => match field {
            Field::Column(name, _) => match schema_of(kind).field_with_name(name).map(|field| field.data_type().clone()) {
                Ok(DataType::Int64) if number.fract() == 0.0 && number.abs() < 9e15 => (column, lit(*number as i64)),
                Ok(DataType::Int64) => (cast(column, DataType::Float64), lit(*number)),
                _ => (column, lit(*number)),
            },
            _ => (try_cast(column, DataType::Float64), lit(*number)),
        },
        Value::Text(_) | Value::Any => return Err(unsupported(field)),
    })
}

fn unsupported(field: &Field) -> StoreError {
    StoreError::invalid("filter", format!("{field:?} cannot be compared this way"))
}

pub(crate) fn time_literal(time: Timestamp) -> Expr {
    lit(ScalarValue::TimestampNanosecond(Some(time.as_nanos()), Some("UTC".into())))
}

pub(crate) fn money_literal(amount: Money) -> Expr {
    lit(ScalarValue::Decimal128(Some(amount.as_picodollars()), crate::schema::MONEY_PRECISION, crate::schema::MONEY_SCALE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::filter::parse;

    fn text_of(source: &str) -> String {
        filter_expr(&parse(source, RowKind::Span).unwrap(), RowKind::Span).unwrap().unwrap().to_string()
    }

    #[test]
    fn ids_and_enumerations_compare_exactly_and_negation_covers_null() {
        assert_eq!(text_of("status:ERROR"), r#"status = Utf8("error")"#);
        assert_eq!(text_of("-status:error"), r#"status = Utf8("error") IS NOT TRUE"#);
        assert!(text_of("env:Dev").starts_with("text_is_dev("));
    }

    #[test]
    fn a_long_choice_stays_shallow() {
        let source = (0..400).map(|index| format!("user:u{index}")).collect::<Vec<_>>().join(" OR ");
        let filter = parse(&source, RowKind::Span).unwrap();
        let mut depth = 0;
        let mut expr = filter_expr(&filter, RowKind::Span).unwrap().unwrap();
        while let Expr::BinaryExpr(BinaryExpr { left, .. }) = expr {
            depth += 1;
            expr = *left;
        }
        assert!(depth < 10, "{depth}");
    }
}
