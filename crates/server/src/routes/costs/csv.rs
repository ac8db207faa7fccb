//! The answer as a table (RFC 4180): a line per item. An empty cell is unknown.

use super::answer::{CostAnswer, CostItem};
use crate::http::ApiResult;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use model::{interchange::csv, query::CostQuery, telemetry::TokenBuckets};

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
        let time = query.interval.map(|_| text(item.row.time));
        let groups = item.row.groups.iter().cloned();
        let buckets = item.row.buckets.each().map(text);
        let cells: Vec<Option<String>> = time.into_iter().chain(groups).chain(sums(item)).chain(buckets).collect();
        csv::write_cells(cells.iter().map(Option::as_deref), &mut out);
    }
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"costs.csv\"")];
    Ok((headers, out).into_response())
}

/// As [`SUMS`] names them. Amounts are written digit by digit.
fn sums(item: &CostItem) -> [Option<String>; SUMS.len()] {
    let row = &item.row;
    [
        text(Some(row.requests)),
        text(Some(row.failed_requests)),
        text(Some(row.priced_requests)),
        text(Some(row.reported_requests)),
        text(item.coverage),
        text(row.cost_usd),
        text(row.input_usd),
        text(row.output_usd),
        text(row.reported_usd),
        text(item.cost_per_successful_request_usd),
        text(row.input_tokens),
        text(row.output_tokens),
        text(row.total_tokens),
    ]
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}
