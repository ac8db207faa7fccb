//! What a scan's filters say about time and identity, read before any file is opened.

use datafusion::{
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
    scalar::ScalarValue,
};
use model::{TimeRange, Timestamp};

/// The range of `column` outside which no row passes all of `filters` (`to` exclusive).
pub(crate) fn time_range(filters: &[Expr], column: &str) -> TimeRange {
    let mut range = TimeRange::ALL;
    filters.iter().for_each(|filter| narrow(&mut range, filter, column));
    range
}

fn narrow(range: &mut TimeRange, filter: &Expr, column: &str) {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            narrow(range, left, column);
            narrow(range, right, column);
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let (time, op) = match (left.as_ref(), right.as_ref()) {
                (Expr::Column(name), Expr::Literal(value, _)) if name.name == column => (nanos_of(value), Some(*op)),
                (Expr::Literal(value, _), Expr::Column(name)) if name.name == column => (nanos_of(value), op.swap()),
                _ => return,
            };
            let (Some(time), Some(op)) = (time, op) else { return };
            let (time, next) = (Timestamp::from_nanos(time), Timestamp::from_nanos(time).saturating_add_nanos(1));
            match op {
                Operator::Eq => (range.from, range.to) = (range.from.max(time), range.to.min(next)),
                Operator::Gt => range.from = range.from.max(next),
                Operator::GtEq => range.from = range.from.max(time),
                Operator::Lt => range.to = range.to.min(time),
                Operator::LtEq => range.to = range.to.min(next),
                _ => {}
            }
        }
        _ => {}
    }
}

fn nanos_of(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::TimestampNanosecond(nanos, _) => *nanos,
        ScalarValue::TimestampMicrosecond(micros, _) => micros.and_then(|micros| micros.checked_mul(1_000)),
        ScalarValue::TimestampMillisecond(millis, _) => millis.and_then(|millis| millis.checked_mul(1_000_000)),
        ScalarValue::TimestampSecond(seconds, _) => seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000)),
        _ => None,
    }
}

/// Traces beyond which a look-up by trace is an ordinary read: each one is asked of every segment's filter.
const MAX_NAMED_TRACES: usize = 10_000;

/// The traces (in hex) outside which no row passes all of `filters`; `None` when they do not say.
pub(crate) fn named_traces(filters: &[Expr]) -> Option<Vec<String>> {
    filters.iter().find_map(traces_of).filter(|traces| traces.len() <= MAX_NAMED_TRACES)
}

fn traces_of(filter: &Expr) -> Option<Vec<String>> {
    let is_trace = |expr: &Expr| matches!(expr, Expr::Column(column) if column.name == "trace_id");
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_trace(left) => text_of(right).map(|trace| vec![trace]),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_trace(right) => text_of(left).map(|trace| vec![trace]),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => traces_of(left).or_else(|| traces_of(right)),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (mut left, right) = (traces_of(left)?, traces_of(right)?);
            left.extend(right);
            Some(left)
        }
        Expr::InList(InList { expr, list, negated: false }) if is_trace(expr) => list.iter().map(text_of).collect(),
        _ => None,
    }
}

fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::LargeUtf8(Some(text)) | ScalarValue::Utf8View(Some(text)), _) => {
            Some(text.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::filter::time_literal;
    use datafusion::prelude::{col, lit};

    fn at(nanos: i64) -> Expr {
        time_literal(Timestamp::from_nanos(nanos))
    }

    #[test]
    fn bounds_are_read_from_either_side_and_from_conjunctions() {
        let filters = [col("t").gt_eq(at(5)).and(at(9).gt(col("t"))), col("u").lt(at(1))];
        assert_eq!(time_range(&filters, "t"), TimeRange { from: Timestamp::from_nanos(5), to: Timestamp::from_nanos(9) });
        assert_eq!(time_range(&[col("t").gt(at(5)).or(col("t").lt(at(1)))], "t"), TimeRange::ALL);
    }

    #[test]
    fn only_positive_lists_of_traces_name_them() {
        let named = |filter: Expr| named_traces(&[col("name").eq(lit("n")), filter]).map(|traces| traces.concat());
        assert_eq!(named(col("trace_id").eq(lit("a"))).as_deref(), Some("a"));
        assert_eq!(named(col("trace_id").in_list(vec![lit("a"), lit("b")], false)).as_deref(), Some("ab"));
        assert_eq!(named(col("trace_id").eq(lit("a")).or(lit("b").eq(col("trace_id")))).as_deref(), Some("ab"));
        assert_eq!(named(col("trace_id").in_list(vec![lit("a")], true)), None);
        assert_eq!(named(col("trace_id").eq(lit("a")).or(col("name").eq(lit("b")))), None);
    }
}
