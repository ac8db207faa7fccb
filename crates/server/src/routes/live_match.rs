//! Whether a live row matches a filter: over what a list shows of it, for rows are streamed without their payload.

use model::{
    filter::{Comparison, Field, Filter, Operator, TextPattern, Value},
    live::LiveRow,
};
use serde_json::Value as Json;

pub(super) fn matches_row(filter: &Filter, row: &LiveRow) -> bool {
    if *filter == Filter::All {
        return true;
    }
    // The row itself, not its envelope: that has a `type` of its own.
    let fields = match row {
        LiveRow::Span(span) => serde_json::to_value(span),
        LiveRow::Log(log) => serde_json::to_value(log),
        LiveRow::Metric { point } => serde_json::to_value(point),
    };
    fields.is_ok_and(|row| matches(filter, &row))
}

fn matches(filter: &Filter, row: &Json) -> bool {
    match filter {
        Filter::All => true,
        Filter::And(terms) => terms.iter().all(|term| matches(term, row)),
        Filter::Or(terms) => terms.iter().any(|term| matches(term, row)),
        Filter::Not(inner) => !matches(inner, row),
        Filter::Compare(comparison) => compares(comparison, row),
        // Refused before the stream starts.
        Filter::Attached(_) => false,
        Filter::Text(pattern) => texts(row).any(|text| holds(pattern, text)),
    }
}

/// The field's value in the row's JSON form.
fn lookup<'a>(field: &Field, row: &'a Json) -> &'a Json {
    match field {
        Field::Model => row.get("response_model").filter(|model| !model.is_null()).unwrap_or(&row["request_model"]),
        Field::Attribute(name) => row.get("attributes").or_else(|| row.get("tags")).map_or(&Json::Null, |attributes| &attributes[name]),
        Field::Metadata(name) => &row["metadata"][name],
        Field::Score(_) | Field::Comment | Field::Bookmarked => &Json::Null,
        Field::Column(column, _) => match *column {
            "cost_usd" => &row["cost"]["total_usd"],
            "cost_source" => &row["cost"]["source"],
            "convention" | "sdk" => &row["source"][column],
            _ => row.get(column).unwrap_or(&row["usage"][column]),
        },
    }
}

fn compares(comparison: &Comparison, row: &Json) -> bool {
    let found = lookup(&comparison.field, row);
    match found {
        Json::Null => false,
        Json::Array(items) => items.iter().any(|item| compares_value(comparison, item)),
        value => compares_value(comparison, value),
    }
}

fn compares_value(comparison: &Comparison, found: &Json) -> bool {
    let text = || found.as_str().map_or_else(|| found.to_string(), str::to_owned).to_lowercase();
    match &comparison.value {
        Value::Any => true,
        Value::Text(wanted) if comparison.operator == Operator::Prefix => text().starts_with(&wanted.to_lowercase()),
        Value::Text(wanted) => text() == wanted.to_lowercase(),
        Value::Bool(wanted) => found.as_bool() == Some(*wanted),
        Value::Number(wanted) | Value::Millis(wanted) => {
            ordered(comparison.operator, found.as_f64().and_then(|number| number.partial_cmp(wanted)))
        }
        Value::Money(wanted) => {
            let amount = found.to_string().parse::<model::Money>().ok();
            ordered(comparison.operator, amount.map(|amount| amount.cmp(wanted)))
        }
        Value::Time(wanted) => {
            let time = found.as_str().and_then(|text| text.parse::<model::Timestamp>().ok());
            ordered(comparison.operator, time.map(|time| time.cmp(wanted)))
        }
    }
}

fn ordered(operator: Operator, ordering: Option<std::cmp::Ordering>) -> bool {
    let Some(ordering) = ordering else { return false };
    match operator {
        Operator::Equal | Operator::Prefix => ordering.is_eq(),
        Operator::Greater => ordering.is_gt(),
        Operator::GreaterOrEqual => ordering.is_ge(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Exists => true,
    }
}

const SEARCHED: [&str; 6] = ["name", "error_type", "error_message", "input_preview", "output_preview", "message"];

fn texts(row: &Json) -> impl Iterator<Item = &str> {
    SEARCHED.iter().filter_map(|field| row[*field].as_str())
}

fn holds(pattern: &TextPattern, text: &str) -> bool {
    let words = words_of(text);
    match pattern {
        TextPattern::Word(wanted) | TextPattern::Phrase(wanted) => {
            let wanted = words_of(wanted);
            !wanted.is_empty() && words.windows(wanted.len()).any(|window| window == wanted)
        }
        TextPattern::Prefix(prefix) => {
            let prefix = prefix.to_lowercase();
            words.iter().any(|word| word.starts_with(&prefix))
        }
        // Refused before the stream starts.
        TextPattern::Regex(_) => false,
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        SpanId, Timestamp, TraceId,
        filter::parse,
        telemetry::{RowKind, Span, SpanSummary, Status},
    };

    #[test]
    fn a_metric_is_matched_by_its_own_type() {
        let point =
            serde_json::json!({"timestamp": 1, "name": "queue", "type": "counter", "value": 3.0, "tags": {"q": "a"}, "ingest_time": 1});
        let row = LiveRow::Metric { point: serde_json::from_value(point).unwrap() };
        for (text, expected) in [("type:counter value>2 attr.q:a", true), ("type:metric", false), ("queue", true)] {
            assert_eq!(matches_row(&parse(text, RowKind::Metric).unwrap(), &row), expected, "{text}");
        }
    }

    #[test]
    fn a_span_is_matched_by_what_its_summary_shows() {
        let mut span =
            Span::new(TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([2; 8]).unwrap(), "Refund check", Timestamp::from_nanos(0));
        span.status = Status::Error;
        span.response_model = Some("gpt-4o-2024".into());
        span.cost.total_usd = Some("0.02".parse().unwrap());
        span.usage.input_tokens = Some(120);
        span.duration_ms = Some(2_500.0);
        span.tags = vec!["beta".into()];
        let row = LiveRow::Span(Box::new(SpanSummary::from(&span)));
        for (text, expected) in [
            ("", true),
            ("model:gpt-4o*", true),
            ("model:claude*", false),
            ("status:error cost>0.01 duration>2s", true),
            ("cost>0.02", false),
            ("input_tokens>=120 tag:beta", true),
            ("-env:dev", true),
            ("env:*", false),
            ("refund", true),
            ("\"refund check\" OR nothing", true),
            ("ref*", true),
            ("check refunds", false),
        ] {
            assert_eq!(matches_row(&parse(text, RowKind::Span).unwrap(), &row), expected, "{text}");
        }
    }
}
