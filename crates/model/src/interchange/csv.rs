//! Rows as CSV (RFC 4180, lines end with CR LF): one column per field, lists and objects as JSON. An empty cell is null; a text of no
//! characters is `""`, so that nothing is lost on the way back.

use super::{CellType, CsvRecord, ExportColumn, Row, RowFault, columns_of, json::Members, read_json};
use crate::telemetry::RowKind;
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::BTreeMap};

/// Appends the line of column names.
pub fn write_header(kind: RowKind, out: &mut Vec<u8>) {
    let names: Vec<&str> = columns_of(kind).iter().map(|column| column.name).collect();
    out.extend_from_slice(names.join(",").as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends the line of a row, given its JSON.
pub fn write_row(kind: RowKind, json: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let members: Members<'_> = serde_json::from_str(json)?;
    let mut parents: BTreeMap<&str, Members<'_>> = BTreeMap::new();
    for (index, column) in columns_of(kind).iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let value: Option<&RawValue> = match column.parent {
            None => members.get(column.field).copied(),
            Some(parent) => {
                if let (false, Some(object)) = (parents.contains_key(parent), members.get(parent)) {
                    parents.insert(parent, serde_json::from_str(object.get())?);
                }
                parents.get(parent).and_then(|object| object.get(column.field).copied())
            }
        };
        if let Some(value) = value.filter(|value| value.get() != "null") {
            match column.cell {
                CellType::Text => write_cell(&serde_json::from_str::<Cow<'_, str>>(value.get())?, out),
                CellType::Json => write_cell(value.get(), out),
            }
        }
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends a line of texts; `None` is null.
pub fn write_cells<'a>(cells: impl Iterator<Item = Option<&'a str>>, out: &mut Vec<u8>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if let Some(text) = cell {
            write_cell(text, out);
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_cell(text: &str, out: &mut Vec<u8>) {
    let is_plain = !text.is_empty() && !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    // Some readers trim what is not quoted.
    if is_plain && text.trim().len() == text.len() {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for (index, piece) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

/// What the columns of a file are, from its first line.
#[derive(Debug, Clone)]
pub struct CsvHeader {
    kind: RowKind,
    columns: Vec<&'static ExportColumn>,
}

impl CsvHeader {
    /// Columns may be in any order, and those that are always empty may be absent.
    pub fn read(kind: RowKind, record: &CsvRecord) -> Result<Self, RowFault> {
        let mut columns: Vec<&'static ExportColumn> = Vec::new();
        for name in &record.cells {
            // Spreadsheets put a byte order mark before the first name.
            let name = name.as_deref().unwrap_or_default().trim_start_matches('\u{feff}');
            let known = columns_of(kind).iter().find(|column| column.name == name);
            let column = known.ok_or_else(|| RowFault::new(name, format!("a {} has no column of this name", kind.as_str())))?;
            if columns.contains(&column) {
                return Err(RowFault::new(name, "the column is there twice"));
            }
            columns.push(column);
        }
        Ok(Self { kind, columns })
    }

    pub fn read_row(&self, record: &CsvRecord) -> Result<Row, RowFault> {
        if record.cells.len() != self.columns.len() {
            let (found, expected) = (record.cells.len(), self.columns.len());
            return Err(RowFault::new("row", format!("expected {expected} cells, found {found}")));
        }
        let parents = columns_of(self.kind).iter().filter_map(|column| column.parent);
        let mut objects: BTreeMap<&str, BTreeMap<&str, Box<RawValue>>> = parents.map(|parent| (parent, BTreeMap::new())).collect();
        let mut fields: BTreeMap<&str, Box<RawValue>> = BTreeMap::new();
        for (column, cell) in self.columns.iter().zip(&record.cells) {
            let Some(cell) = cell else { continue };
            let value = cell_value(column, cell)?;
            match column.parent {
                None => fields.insert(column.field, value),
                Some(parent) => objects.entry(parent).or_default().insert(column.field, value),
            };
        }
        let internal = |error: serde_json::Error| RowFault::new("row", error.to_string());
        for (parent, object) in objects {
            fields.insert(parent, serde_json::value::to_raw_value(&object).map_err(internal)?);
        }
        read_json(self.kind, &serde_json::to_string(&fields).map_err(internal)?)
    }
}

fn cell_value(column: &ExportColumn, cell: &str) -> Result<Box<RawValue>, RowFault> {
    match column.cell {
        CellType::Text => serde_json::value::to_raw_value(cell).map_err(|error| RowFault::new(column.name, error.to_string())),
        CellType::Json => RawValue::from_string(cell.trim().to_owned())
            .map_err(|_| RowFault::new(column.name, "expected JSON: a number, true, false, a list or an object")),
    }
}
