//! Conditions on late facts, before the rows they select are looked for: each becomes the set of spans, traces and sessions that the
//! matching facts are about.

use super::current::{candidates, last_rows};
use crate::{
    Lake,
    query::{
        engine::{QueryLimits, Session},
        failure::QueryResult,
        functions::{TextTest, text_test},
        table::SegmentTable,
        text::text_matcher,
    },
    rows,
};
use datafusion::{
    logical_expr::{BinaryExpr, Expr, Operator as SqlOperator},
    prelude::{ident, lit},
};
use model::{
    ProjectId, StoreError, StoreResult,
    filter::{Comparison, Field, Filter, Operator, TargetSet, TextPattern, Value},
    telemetry::{RowKind, ScoreKind},
};
use std::sync::Arc;

/// Most facts that one condition may find. They are held while the query runs: about 100 bytes each.
const MAX_FACTS: usize = 250_000;

/// The filter with every condition on late facts replaced by what the facts are about now.
pub(crate) async fn resolved(lake: &Lake, project: ProjectId, filter: Filter) -> StoreResult<Filter> {
    let conditions: Vec<Comparison> = filter.late_conditions().into_iter().cloned().collect();
    if conditions.is_empty() {
        return Ok(filter);
    }
    let mut questions = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let expr = fact_expr(&condition)?;
        questions.push((condition, expr));
    }
    let table = lake.table(RowKind::Score, project).await?;
    let work = move |session: Session| async move {
        let mut found = Vec::with_capacity(questions.len());
        for (condition, expr) in questions {
            let targets = targets_of(&session, &table, &condition, expr).await?;
            found.push((condition, Arc::new(targets)));
        }
        Ok(found)
    };
    let found = lake.engine().run(QueryLimits::default(), work).await?;
    Ok(filter.with_targets(&found))
}

async fn targets_of(session: &Session, table: &Arc<SegmentTable>, condition: &Comparison, expr: Expr) -> QueryResult<TargetSet> {
    let ids = candidates(session, table, expr.clone(), MAX_FACTS + 1).await?;
    if ids.len() > MAX_FACTS {
        let limit =
            format!("more than {MAX_FACTS} scores, comments or bookmarks meet the condition on {}: narrow it", shown(&condition.field));
        return Err(StoreError::LimitExceeded(limit).into());
    }
    let mut targets = TargetSet::default();
    if !ids.is_empty() {
        let rows = last_rows(session, table, ids, expr, &["trace_id", "span_id", "session_id"]).await?;
        rows::score_targets(&rows)?.into_iter().for_each(|target| targets.insert(target));
    }
    Ok(targets)
}

fn shown(field: &Field) -> &str {
    match field {
        Field::Score(name) => name,
        Field::Comment => "comment",
        _ => "bookmarked",
    }
}

/// Which rows of scores meet the condition.
fn fact_expr(condition: &Comparison) -> StoreResult<Expr> {
    let of_kind = |kind: ScoreKind| ident("kind").eq(lit(kind.as_str()));
    match (&condition.field, condition.operator, &condition.value) {
        (Field::Score(name), operator, value) => {
            let named = of_kind(ScoreKind::Score).and(text_test(TextTest::Is(name.to_lowercase()), vec![ident("name")]));
            Ok(match score_expr(operator, value)? {
                Some(meets) => named.and(meets),
                None => named,
            })
        }
        (Field::Comment, Operator::Exists, _) => Ok(ident("comment").is_not_null()),
        (Field::Comment, Operator::Equal, Value::Text(text)) => comment_expr(TextPattern::Phrase(text.clone())),
        (Field::Comment, Operator::Prefix, Value::Text(text)) => comment_expr(TextPattern::Prefix(text.clone())),
        (Field::Bookmarked, Operator::Exists, _) | (Field::Bookmarked, Operator::Equal, Value::Bool(_)) => Ok(of_kind(ScoreKind::Bookmark)),
        _ => Err(unsupported(&condition.field)),
    }
}

/// `None` when any score of the name will do.
fn score_expr(operator: Operator, value: &Value) -> StoreResult<Option<Expr>> {
    let label = |test: TextTest| text_test(test, vec![ident("label")]);
    let compared = |operator: SqlOperator, number: f64| {
        Some(Expr::BinaryExpr(BinaryExpr::new(Box::new(ident("value")), operator, Box::new(lit(number)))))
    };
    Ok(match (operator, value) {
        (Operator::Exists, _) => None,
        (Operator::Equal, Value::Text(text)) => {
            let labelled = label(TextTest::Is(text.to_lowercase()));
            // A number is the value as well as it may be a label.
            Some(match text.parse::<f64>() {
                Ok(number) if number.is_finite() => labelled.or(ident("value").eq(lit(number))),
                _ => labelled,
            })
        }
        (Operator::Prefix, Value::Text(text)) => Some(label(TextTest::StartsWith(text.to_lowercase()))),
        (Operator::Greater, Value::Number(number)) => compared(SqlOperator::Gt, *number),
        (Operator::GreaterOrEqual, Value::Number(number)) => compared(SqlOperator::GtEq, *number),
        (Operator::Less, Value::Number(number)) => compared(SqlOperator::Lt, *number),
        (Operator::LessOrEqual, Value::Number(number)) => compared(SqlOperator::LtEq, *number),
        _ => return Err(StoreError::invalid("filter", "a score compares with a number or a label")),
    })
}

fn comment_expr(pattern: TextPattern) -> StoreResult<Expr> {
    let matcher = text_matcher(&pattern)?;
    let test = TextTest::Matches { pattern, matcher, messages_from: 1 };
    Ok(text_test(test, vec![ident("comment")]))
}

fn unsupported(field: &Field) -> StoreError {
    StoreError::invalid("filter", format!("{} cannot be compared this way", shown(field)))
}
