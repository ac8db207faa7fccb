//! What the derived data of a compacted segment says about conditions before a row is read: which rows can pass at all, and which
//! conditions need no second look.

use super::functions::{TextTest, as_text_test};
use crate::{
    identity::{Filters, name_hash},
    segment::LiveSegment,
};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use textindex::{Answer, Rows};

/// The rows of a segment that conditions leave.
pub(crate) struct Narrowed {
    /// `None`: any row.
    pub(crate) rows: Option<Rows>,
    /// Of each condition, whether the rows above already pass it.
    pub(crate) settled: Vec<bool>,
}

impl Narrowed {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.as_ref().is_some_and(Rows::is_empty)
    }

    /// The conditions that rows still have to be tested for.
    pub(crate) fn open<'a>(&self, conditions: &'a [Expr]) -> impl Iterator<Item = &'a Expr> {
        let settled = self.settled.clone();
        conditions.iter().zip(settled).filter(|(_, settled)| !settled).map(|(condition, _)| condition)
    }
}

/// Whether a look at the derived data could say anything: else no file is opened for it.
pub(crate) fn can_narrow(conditions: &[Expr]) -> bool {
    conditions.iter().any(mentions_test)
}

fn mentions_test(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => mentions_test(left) || mentions_test(right),
        other => matches!(as_text_test(other), Some((TextTest::Matches { .. } | TextTest::Is(_), _))),
    }
}

/// Asks filters and text index. Reads from the disk.
pub(crate) fn narrow(segment: &LiveSegment, filters: Option<&Filters>, conditions: &[Expr]) -> Narrowed {
    let mut narrowed = Narrowed { rows: None, settled: vec![false; conditions.len()] };
    for (condition, settled) in conditions.iter().zip(&mut narrowed.settled) {
        if let Known::Rows { rows, exact } = known(segment, filters, condition) {
            *settled = exact;
            narrowed.rows = Some(match narrowed.rows.take() {
                Some(others) => others.and(&rows),
                None => rows,
            });
        }
    }
    narrowed
}

/// What is known of the rows that pass an expression.
enum Known {
    Nothing,
    /// No others pass; if `exact`, all of these do.
    Rows {
        rows: Rows,
        exact: bool,
    },
}

fn known(segment: &LiveSegment, filters: Option<&Filters>, expr: &Expr) -> Known {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            match (known(segment, filters, left), known(segment, filters, right)) {
                (Known::Rows { rows: left, exact }, Known::Rows { rows: right, exact: also }) => {
                    Known::Rows { rows: left.and(&right), exact: exact && also }
                }
                (Known::Rows { rows, .. }, Known::Nothing) | (Known::Nothing, Known::Rows { rows, .. }) => {
                    Known::Rows { rows, exact: false }
                }
                (Known::Nothing, Known::Nothing) => Known::Nothing,
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            match (known(segment, filters, left), known(segment, filters, right)) {
                (Known::Rows { rows: left, exact }, Known::Rows { rows: right, exact: also }) => {
                    Known::Rows { rows: left.or(&right), exact: exact && also }
                }
                _ => Known::Nothing,
            }
        }
        other => match as_text_test(other) {
            Some((TextTest::Matches { pattern, .. }, _)) => {
                let Some(index) = segment.text_index() else { return Known::Nothing };
                match index.candidates(pattern) {
                    Ok(Answer::Rows { rows, exact }) => Known::Rows { rows, exact },
                    Ok(Answer::Scan) => Known::Nothing,
                    Err(error) => {
                        segment.distrust_text_index(&error);
                        Known::Nothing
                    }
                }
            }
            Some((TextTest::Is(name), [Expr::Column(column)])) => by_name(filters, &column.name, name),
            _ => Known::Nothing,
        },
    }
}

/// A session or user that the segment does not hold at all.
fn by_name(filters: Option<&Filters>, column: &str, name: &str) -> Known {
    let may_hold = match (filters, column) {
        (Some(filters), "session_id") => filters.may_hold_session(name_hash(name)),
        (Some(filters), "user_id") => filters.may_hold_user(name_hash(name)),
        _ => true,
    };
    if may_hold { Known::Nothing } else { Known::Rows { rows: Rows::empty(), exact: true } }
}
