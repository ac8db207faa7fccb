//! OTLP JSON, row by row: a row that cannot be read is rejected on its own, the others of its body are kept.

use super::{
    bounds::WireRow,
    decode::RowGroup,
    wire::{InstrumentationScope, Resource},
};
use crate::{
    DecodeError, RowError,
    json_bounds::{check_json_values, count_json_values},
    rules::check_row_count,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::sync::Arc;

/// The three requests differ only in what their lists are called.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, alias = "resourceSpans", alias = "resourceLogs", alias = "resourceMetrics")]
    resources: Option<Vec<ResourceGroup<'a>>>,
}

#[derive(Deserialize)]
struct ResourceGroup<'a> {
    #[serde(default)]
    resource: Option<Resource>,
    #[serde(borrow, default, alias = "scopeSpans", alias = "scopeLogs", alias = "scopeMetrics")]
    scopes: Option<Vec<ScopeGroup<'a>>>,
}

#[derive(Deserialize)]
struct ScopeGroup<'a> {
    #[serde(default)]
    scope: Option<InstrumentationScope>,
    #[serde(borrow, default, alias = "spans", alias = "logRecords", alias = "metrics")]
    rows: Option<Vec<&'a RawValue>>,
}

/// Whether a JSON body begins as exporters write an `ExportTraceServiceRequest`. A quick look, for telling it from other clients' bodies.
pub fn starts_with_resource_spans(body: &[u8]) -> bool {
    let rest = body.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| rest.starts_with(b"\"resourceSpans\""))
}

/// Reads a request body. Text with bytes that are not UTF-8 is repaired with U+FFFD rather than losing the body.
pub(super) fn row_groups<T: WireRow + DeserializeOwned>(body: &[u8]) -> Result<Vec<RowGroup<T>>, DecodeError> {
    check_json_values(body)?;
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('{') {
        return Err(DecodeError::malformed("expected an OTLP JSON object such as {\"resourceSpans\": […]}"));
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|error| DecodeError::malformed(format!("not a valid OTLP JSON body: {}", explain(&error))))?;
    let scopes = envelope.resources.iter().flatten().flat_map(|resource| resource.scopes.iter().flatten());
    check_row_count(scopes.map(|scope| scope.rows.as_ref().map_or(0, Vec::len)).sum())?;
    let mut groups = Vec::new();
    for resource_group in envelope.resources.unwrap_or_default() {
        let resource = Arc::new(resource_group.resource.unwrap_or_default());
        for scope_group in resource_group.scopes.unwrap_or_default() {
            let Some(rows) = scope_group.rows.filter(|rows| !rows.is_empty()) else { continue };
            let rows = rows.into_iter().map(read_row).collect();
            groups.push(RowGroup { resource: Arc::clone(&resource), scope: scope_group.scope.unwrap_or_default(), rows });
        }
    }
    Ok(groups)
}

/// An attribute such as `{"key": "k", "value": {"intValue": 1}}` counts as this many JSON values.
const JSON_VALUES_PER_VALUE: usize = 4;

fn read_row<T: WireRow + DeserializeOwned>(raw: &RawValue) -> Result<T, RowError> {
    if !raw.get().starts_with('{') {
        return Err(RowError::new("row", "expected an object"));
    }
    let max_values = T::MAX_VALUES * JSON_VALUES_PER_VALUE;
    // Shorter texts cannot hold as many, and need no counting.
    if raw.get().len() > max_values && count_json_values(raw.get().as_bytes()) > max_values {
        return Err(RowError::too_many_values(T::MAX_VALUES));
    }
    serde_json::from_str(raw.get()).map_err(|error| {
        // serde does not say which field it was in; the column does, within the row.
        RowError::new("row", format!("{} of this row", explain(&error)))
    })
}

/// serde_json repeats the value that it did not expect. Errors reach logs, and payload text must not: only what was expected is kept.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let repeats_value = text.starts_with("invalid type: ") || text.starts_with("invalid value: ");
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if repeats_value => format!("expected {expected}"),
        _ => text,
    }
}
