//! Late facts: the current ones, and what conditions on them select.

use super::{
    filter::Matcher,
    page,
    row::{FieldValue, FilterRow},
    table::Rows,
    text::TextTest,
};
use model::{
    StoreError, StoreResult,
    filter::{Comparison, Field, Filter, Operator, TargetSet, Value},
    query::{ListQuery, ScorePage},
    telemetry::{Score, ScoreKind},
};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// The last row of each id, unless it takes the fact away.
pub(super) fn current(rows: &Rows) -> impl Iterator<Item = &Score> {
    let last: BTreeMap<&str, &Score> = rows.scores().map(|score| (score.score_id.as_str(), score)).collect();
    last.into_values().filter(|score| !score.deleted)
}

pub(super) fn list(rows: &Rows, query: ListQuery) -> StoreResult<ScorePage> {
    let matcher = Matcher::new(&query.filter)?;
    let matching = current(rows).filter(|score| query.range.contains(score.timestamp) && matcher.matches(*score));
    let keyed = matching.map(|score| (page::key(score.timestamp, score.score_id.clone()), score.clone()));
    let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
    Ok(ScorePage { items, next_cursor })
}

/// The filter with what the facts are about in the place of conditions on them.
pub(super) fn resolved(rows: &Rows, filter: Filter) -> StoreResult<Filter> {
    let mut found = Vec::new();
    for condition in filter.late_conditions() {
        let comment_test = comment_test(condition)?;
        let mut targets = TargetSet::default();
        for score in current(rows) {
            if meets(score, condition, &comment_test) {
                targets.insert(score.target.clone());
            }
        }
        found.push((condition.clone(), Arc::new(targets)));
    }
    Ok(filter.with_targets(&found))
}

fn check(condition: &Comparison) -> StoreResult<()> {
    match (&condition.field, condition.operator, &condition.value) {
        (_, Operator::Exists, _)
        | (Field::Score(_), _, Value::Text(_) | Value::Number(_))
        | (Field::Comment, Operator::Equal | Operator::Prefix, Value::Text(_))
        | (Field::Bookmarked, Operator::Equal, Value::Bool(_)) => Ok(()),
        _ => Err(StoreError::invalid("filter", "late facts cannot be compared this way")),
    }
}

/// What a condition asks of a comment's text.
fn comment_test(condition: &Comparison) -> StoreResult<Option<TextTest>> {
    check(condition)?;
    match (&condition.field, &condition.value) {
        (Field::Comment, Value::Text(text)) => TextTest::words(text, condition.operator == Operator::Prefix).map(Some),
        _ => Ok(None),
    }
}

fn meets(score: &Score, Comparison { field, operator, value }: &Comparison, comment_test: &Option<TextTest>) -> bool {
    match field {
        Field::Score(name) => {
            score.kind == ScoreKind::Score && score.name.to_lowercase() == name.to_lowercase() && has_value(score, *operator, value)
        }
        Field::Comment => score.comment.as_deref().is_some_and(|comment| comment_test.as_ref().is_none_or(|test| test.matches(comment))),
        Field::Bookmarked => score.kind == ScoreKind::Bookmark,
        _ => false,
    }
}

fn has_value(score: &Score, operator: Operator, wanted: &Value) -> bool {
    let number = score.value.unwrap_or(f64::NAN);
    let label = score.label.as_deref().unwrap_or_default().to_lowercase();
    match (operator, wanted) {
        (Operator::Exists, _) => true,
        (Operator::Equal, Value::Text(text)) => {
            (score.label.is_some() && label == text.to_lowercase()) || text.parse::<f64>().is_ok_and(|wanted| number == wanted)
        }
        (Operator::Prefix, Value::Text(text)) => score.label.is_some() && label.starts_with(&text.to_lowercase()),
        (Operator::Greater, Value::Number(wanted)) => number > *wanted,
        (Operator::GreaterOrEqual, Value::Number(wanted)) => number >= *wanted,
        (Operator::Less, Value::Number(wanted)) => number < *wanted,
        (Operator::LessOrEqual, Value::Number(wanted)) => number <= *wanted,
        _ => false,
    }
}

impl FilterRow for Score {
    fn field(&self, field: &Field) -> Option<FieldValue<'_>> {
        let Field::Column(column, _) = field else { return None };
        let text = |value: Option<String>| value.map(|value| FieldValue::Text(Cow::Owned(value)));
        match *column {
            "score_id" => text(Some(self.score_id.clone())),
            "kind" => text(Some(self.kind.as_str().to_owned())),
            "target" => text(Some(self.target.as_str().to_owned())),
            "name" => text(Some(self.name.clone())),
            "source" => text(Some(self.source.as_str().to_owned())),
            "label" => text(self.label.clone()),
            "author" => text(self.author.clone()),
            "value" => self.value.map(FieldValue::Number),
            "trace_id" => text(self.target.trace_id().map(|id| id.to_hex())),
            "span_id" => text(self.target.span_id().map(|id| id.to_hex())),
            "session_id" => text(self.target.session_id().map(str::to_owned)),
            "timestamp" => Some(FieldValue::Time(self.timestamp)),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        [Some(&self.name), self.label.as_ref(), self.comment.as_ref()].into_iter().flatten().cloned().collect()
    }
}
