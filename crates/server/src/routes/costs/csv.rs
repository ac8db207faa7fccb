//! The answer as a table (RFC 4180): a line per item. An empty cell is unknown.

use super::answer::CostAnswer;
use crate::http::{ApiResult, Problem};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use model::{interchange::csv, query::CostQuery, telemetry::TokenBuckets};
use serde_json::Value;

/// Columns after the interval and the groups, named as in the JSON; those of `buckets` come after them.
const SUMS: [&str; 13] = [
    "requests",
    "failed_requests",
    "priced_requests",
    "reported_requests",
    "coverage",
    "cost_usd",
    "input_usd",
    "output_usd",
    "reported_usd",
    "cost_per_successful_request_usd",
    "input_tokens",
    "output_tokens",
    "total_tokens",
];

pub(super) fn file(query: &CostQuery, answer: &CostAnswer) -> ApiResult<Response> {
    let mut out = Vec::new();
    let time = query.interval.map(|_| "time");
    let groups = query.group_by.iter().map(|group| group.as_str());
    let names = time.into_iter().chain(groups).chain(SUMS).chain(TokenBuckets::NAMES);
    csv::write_cells(names.map(Some), &mut out);
    for item in &answer.items {
        let json = serde_json::to_value(item).map_err(Problem::internal)?;
        let time = query.interval.map(|_| text(&json["time"]));
        let groups = item.row.groups.iter().cloned();
        let sums = SUMS.iter().map(|name| text(&json[*name]));
        let buckets = TokenBuckets::NAMES.iter().map(|name| text(&json["buckets"][*name]));
        let cells: Vec<Option<String>> = time.into_iter().chain(groups).chain(sums).chain(buckets).collect();
        csv::write_cells(cells.iter().map(Option::as_deref), &mut out);
    }
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"costs.csv\"")];
    Ok((headers, out).into_response())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
