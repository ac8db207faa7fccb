//! Rows as JSON, one object each.

use super::{ExportColumn, Row, RowFault, columns_of};
use crate::telemetry::RowKind;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The members of a JSON object, unread.
pub(super) type Members<'a> = BTreeMap<&'a str, &'a RawValue>;

/// Appends the JSON of a row, without a line break.
pub fn write_json(row: &impl Serialize, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    serde_json::to_writer(out, row)
}

/// Reads the JSON of a row as [`write_json`] writes it. Names the field that is wrong, as far as it can be told.
pub fn read_json(kind: RowKind, text: &str) -> Result<Row, RowFault> {
    let members: Members<'_> =
        serde_json::from_str(text).map_err(|error| RowFault::new("row", format!("expected a JSON object: {error}")))?;
    check_names(kind, &members)?;
    let named = |error: serde_json::Error| fault(&error, text, &members);
    Ok(match kind {
        RowKind::Span => Row::Span(Box::new(typed(text).map_err(named)?)),
        RowKind::Log => Row::Log(typed(text).map_err(named)?),
        RowKind::Metric => Row::Metric(typed(text).map_err(named)?),
        RowKind::Score => Row::Score(typed(text).map_err(named)?),
    })
}

fn typed<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// A misspelt name would otherwise lose its value without a word.
fn check_names(kind: RowKind, members: &Members<'_>) -> Result<(), RowFault> {
    let columns = columns_of(kind);
    for (name, value) in members {
        let within: Vec<&ExportColumn> = columns.iter().filter(|column| column.parent == Some(*name)).collect();
        if within.is_empty() {
            if !columns.iter().any(|column| column.parent.is_none() && column.field == *name) {
                return Err(RowFault::new(*name, format!("a {} has no such field", kind.as_str())));
            }
            continue;
        }
        let inner: Members<'_> =
            serde_json::from_str(value.get()).map_err(|error| RowFault::new(*name, format!("expected an object: {error}")))?;
        if let Some(unknown) = inner.keys().find(|inner| !within.iter().any(|column| column.field == **inner)) {
            return Err(RowFault::new(format!("{name}.{unknown}"), format!("a {} has no such field", kind.as_str())));
        }
    }
    Ok(())
}

/// serde knows where in the text it stopped: the member that is there is the one at fault.
fn fault(error: &serde_json::Error, text: &str, members: &Members<'_>) -> RowFault {
    let message = error.to_string();
    if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return RowFault::new(field, "missing");
    }
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let start_of = |value: &RawValue| value.get().as_ptr() as usize - text.as_ptr() as usize;
    let at = error.column().saturating_sub(1);
    let found = members.iter().find(|(_, value)| {
        let start = start_of(value);
        error.line() == 1 && (start..=start + value.get().len()).contains(&at)
    });
    RowFault::new(found.map_or("row", |(name, _)| name), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"timestamp":"2026-01-31T10:00:00Z","level":"INFO","message":"hi","ingest_time":"2026-01-31T10:00:00Z"}"#;

    fn field(kind: RowKind, text: &str) -> String {
        read_json(kind, text).unwrap_err().field
    }

    #[test]
    fn a_fault_names_its_field() {
        assert!(read_json(RowKind::Log, LOG).is_ok());
        assert_eq!(field(RowKind::Log, &LOG.replace("INFO", "LOUD")), "level");
        assert_eq!(field(RowKind::Log, &LOG.replace("\"message\":\"hi\"", "\"message\":7")), "message");
        assert_eq!(field(RowKind::Log, &LOG.replace("\"message\":\"hi\",", "")), "message");
        assert_eq!(field(RowKind::Log, &LOG.replace("message", "mesage")), "mesage");
        assert_eq!(field(RowKind::Log, "7"), "row");
        assert_eq!(field(RowKind::Score, r#"{"timestamp":"2026-01-31T10:00:00Z","target":"trace","trace":"ab"}"#), "trace");
        assert_eq!(field(RowKind::Span, r#"{"trace_id":"ab","usage":{"tokens":1}}"#), "usage.tokens");
    }
}
