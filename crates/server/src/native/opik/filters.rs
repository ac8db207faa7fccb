//! Opik's filters, a list of conditions that must all hold → ours, as far as they can be said of single spans. The rest is refused.

use crate::http::{ApiResult, Problem};
use model::{
    Money, Timestamp,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value},
};
use protocol::native::opik::{Entity, span_id, trace_id};
use serde::Deserialize;

/// Most conditions of one question.
const MAX_CONDITIONS: usize = 100;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Condition {
    pub(super) field: String,
    #[serde(default)]
    key: Option<String>,
    pub(super) operator: String,
    #[serde(default)]
    pub(super) value: Option<String>,
}

impl Condition {
    pub(super) fn equal(field: &str, value: &str) -> Self {
        Self { field: field.to_owned(), key: None, operator: "=".to_owned(), value: Some(value.to_owned()) }
    }
}

pub(super) fn filter_of(entity: Entity, conditions: &[Condition]) -> ApiResult<Filter> {
    if conditions.len() > MAX_CONDITIONS {
        return Err(Problem::invalid("filters", format!("expected at most {MAX_CONDITIONS}")));
    }
    conditions.iter().try_fold(Filter::All, |all, condition| Ok(all.and(one(entity, condition)?)))
}

fn one(entity: Entity, condition: &Condition) -> ApiResult<Filter> {
    let column = |name, field_type| Ok(Field::Column(name, field_type));
    let key = || condition.key.clone().filter(|key| !key.is_empty());
    let of_spans = entity == Entity::Spans;
    let text = condition.value.clone().unwrap_or_default();
    let (field, text) = match condition.field.as_str() {
        "id" if of_spans => (column("span_id", FieldType::Text), span_id(&text).to_hex()),
        "id" | "trace_id" => (column("trace_id", FieldType::Text), trace_id(&text).to_hex()),
        "name" => (column("name", FieldType::Text), text),
        "thread_id" => (column("session_id", FieldType::Text), text),
        "environment" => (column("environment", FieldType::Text), text),
        "tags" => (column("tags", FieldType::TextSet), text),
        "start_time" => (column("start_time", FieldType::Time), text),
        "duration" => (column("duration_ms", FieldType::Duration), text),
        "error_info" => (column("error_type", FieldType::Text), text),
        "model" if of_spans => (Ok(Field::Model), text),
        "provider" if of_spans => (column("provider", FieldType::Text), text),
        "type" if of_spans => (column("kind", FieldType::Text), if text == "general" { "chain".to_owned() } else { text }),
        "total_estimated_cost" if of_spans => (column("cost_usd", FieldType::Money), text),
        "usage.total_tokens" if of_spans => (column("total_tokens", FieldType::Number), text),
        "usage.prompt_tokens" if of_spans => (column("input_tokens", FieldType::Number), text),
        "usage.completion_tokens" if of_spans => (column("output_tokens", FieldType::Number), text),
        "metadata" => (key().map(Field::Metadata).ok_or_else(|| refused(condition)), text),
        "feedback_scores" => (key().map(Field::Score).ok_or_else(|| refused(condition)), text),
        _ => return Err(refused(condition)),
    };
    compared(field?, condition, text)
}

fn compared(field: Field, condition: &Condition, text: String) -> ApiResult<Filter> {
    let is_set = field.field_type() == FieldType::TextSet;
    let (operator, is_negated) = match condition.operator.as_str() {
        "=" => (Operator::Equal, false),
        "!=" => (Operator::Equal, true),
        "contains" if is_set => (Operator::Equal, false),
        "not_contains" if is_set => (Operator::Equal, true),
        "starts_with" => (Operator::Prefix, false),
        ">" => (Operator::Greater, false),
        ">=" => (Operator::GreaterOrEqual, false),
        "<" => (Operator::Less, false),
        "<=" => (Operator::LessOrEqual, false),
        "is_not_empty" => (Operator::Exists, false),
        "is_empty" => (Operator::Exists, true),
        _ => return Err(refused(condition)),
    };
    let value = if operator == Operator::Exists { Value::Any } else { value(&field, operator, text)? };
    let filter = Filter::Compare(Comparison { field, operator, value });
    Ok(if is_negated { Filter::Not(Box::new(filter)) } else { filter })
}

fn value(field: &Field, operator: Operator, text: String) -> ApiResult<Value> {
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    let is_order = !matches!(operator, Operator::Equal | Operator::Prefix);
    let read = match field.field_type() {
        FieldType::Number => number().map(Value::Number),
        FieldType::Duration => number().map(Value::Millis),
        FieldType::Money => text.parse::<Money>().ok().map(Value::Money),
        FieldType::Time => text.parse::<Timestamp>().ok().map(Value::Time),
        FieldType::Text if is_order => number().map(Value::Number),
        // Scores are equal as numbers are.
        FieldType::Text if matches!(field, Field::Score(_)) && number().is_some() => number().map(Value::Number),
        _ => Some(Value::Text(text.clone())),
    };
    read.ok_or_else(|| Problem::invalid("filters", format!("expected a value that can be compared, not {text:?}")))
}

fn refused(condition: &Condition) -> Problem {
    let Condition { field, operator, .. } = condition;
    Problem::invalid("filters", format!("expected a field and operator that can be asked for here, not {field} {operator}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entity: Entity, field: &str, key: &str, operator: &str, value: &str) -> ApiResult<Filter> {
        let own = |text: &str| Some(text.to_owned());
        filter_of(entity, &[Condition { field: field.to_owned(), key: own(key), operator: operator.to_owned(), value: own(value) }])
    }

    #[test]
    fn conditions_become_comparisons() {
        let name = Field::Column("name", FieldType::Text);
        assert_eq!(read(Entity::Traces, "name", "", "=", "agent").unwrap(), Filter::equal(name, "agent"));
        let score = read(Entity::Traces, "feedback_scores", "good", ">", "0.5").unwrap();
        let wanted = Comparison { field: Field::Score("good".to_owned()), operator: Operator::Greater, value: Value::Number(0.5) };
        assert_eq!(score, Filter::Compare(wanted));
        let failed = read(Entity::Spans, "error_info", "", "is_empty", "").unwrap();
        assert!(matches!(failed, Filter::Not(_)), "{failed:?}");
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for (field, operator, value) in [
            ("input", "contains", "x"),
            ("name", "contains", "x"),
            ("total_estimated_cost", ">", "1"),
            ("duration", ">", "soon"),
            ("feedback_scores", ">", "1"),
            ("name", "=~", "x"),
        ] {
            let problem = read(Entity::Traces, field, "", operator, value).unwrap_err();
            assert_eq!(problem.errors[0].field, "filters", "{field} {operator}");
        }
    }
}
