//! Result batches as JSON rows.
//!
//! Integers are JSON numbers. A decimal is a JSON number where its shortest decimal form survives a double exactly, and a string of
//! its digits where it does not: no digit is ever lost silently. Times are RFC 3339, lists arrays, other nested values their text.

use crate::query::failure::QueryResult;
use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Float64Type, Int64Type, Schema, TimeUnit, TimestampNanosecondType, UInt64Type},
    util::display::{ArrayFormatter, FormatOptions},
};
use model::{
    StoreError, Timestamp,
    query::{SqlColumn, SqlResult},
};
use serde_json::{Number, Value};

/// What a JSON value costs in memory beside its text.
const VALUE_BYTES: usize = size_of::<Value>();

pub(super) struct ResultBuilder {
    result: SqlResult,
    max_rows: usize,
    bytes_left: usize,
}

impl ResultBuilder {
    pub(super) fn new(schema: &Schema, max_rows: usize, max_bytes: usize) -> Self {
        let column = |field: &std::sync::Arc<datafusion::arrow::datatypes::Field>| SqlColumn {
            name: field.name().clone(),
            column_type: type_name(field.name(), field.data_type()).to_owned(),
        };
        let columns = schema.fields().iter().map(column).collect();
        Self { result: SqlResult { columns, rows: Vec::new(), truncated: false }, max_rows, bytes_left: max_bytes }
    }

    /// `LimitExceeded` when the rows grow beyond the query's memory.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> QueryResult<()> {
        let wanted = (self.max_rows - self.result.rows.len()).min(batch.num_rows());
        self.result.truncated |= wanted < batch.num_rows();
        let batch = batch.slice(0, wanted);
        let cost = batch.columns().iter().map(content_bytes).sum::<usize>() + batch.num_columns() * wanted * VALUE_BYTES;
        self.bytes_left = self
            .bytes_left
            .checked_sub(cost)
            .ok_or_else(|| StoreError::LimitExceeded("the result is too large: select less".to_owned()))?;
        let columns = batch.columns().iter().map(values_of).collect::<QueryResult<Vec<_>>>()?;
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..wanted {
            self.result.rows.push(columns.iter_mut().map(|column| column.next().unwrap_or(Value::Null)).collect());
        }
        Ok(())
    }

    pub(super) fn finish(self) -> SqlResult {
        self.result
    }
}

/// Bytes of the slice, not of the buffers behind it.
fn content_bytes(column: &ArrayRef) -> usize {
    column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())
}

fn type_name(name: &str, data_type: &DataType) -> &'static str {
    const JSON_COLUMNS: [&str; 12] = [
        "input",
        "output",
        "system",
        "tools",
        "model_parameters",
        "metadata",
        "attributes",
        "events",
        "links",
        "originals",
        "histogram",
        "exemplars",
    ];
    match data_type {
        DataType::LargeUtf8 if JSON_COLUMNS.contains(&name) || name == "tags" => "json",
        DataType::Boolean => "boolean",
        DataType::Decimal128(..) | DataType::Decimal256(..) | DataType::Decimal32(..) | DataType::Decimal64(..) => "decimal",
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "number",
        DataType::Timestamp(..) => "timestamp",
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => "list",
        data_type if data_type.is_integer() => "integer",
        _ => "text",
    }
}

fn values_of(column: &ArrayRef) -> QueryResult<Vec<Value>> {
    let rows = 0..column.len();
    Ok(match column.data_type() {
        DataType::Null => vec![Value::Null; column.len()],
        DataType::Boolean => column.as_boolean().iter().map(|flag| flag.map_or(Value::Null, Value::from)).collect(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().iter().map(|number| number.map_or(Value::Null, Value::from)).collect(),
        data_type if data_type.is_integer() => {
            let numbers = cast(column, &DataType::Int64)?;
            numbers.as_primitive::<Int64Type>().iter().map(|number| number.map_or(Value::Null, Value::from)).collect()
        }
        data_type if data_type.is_floating() => {
            let numbers = cast(column, &DataType::Float64)?;
            // JSON has no NaN and no infinity.
            let number = |number: f64| Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number);
            numbers.as_primitive::<Float64Type>().iter().map(|value| value.map_or(Value::Null, number)).collect()
        }
        DataType::Timestamp(_, zone) => {
            let times = cast(column, &DataType::Timestamp(TimeUnit::Nanosecond, zone.clone()))?;
            let times = times.as_primitive::<TimestampNanosecondType>();
            times.iter().map(|time| time.map_or(Value::Null, |nanos| Value::from(Timestamp::from_nanos(nanos).to_string()))).collect()
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let texts = cast(column, &DataType::LargeUtf8)?;
            texts.as_string::<i64>().iter().map(|text| text.map_or(Value::Null, Value::from)).collect()
        }
        DataType::List(_) => {
            let lists = column.as_list::<i32>();
            rows.map(|row| if lists.is_null(row) { Ok(Value::Null) } else { values_of(&lists.value(row)).map(Value::from) })
                .collect::<QueryResult<_>>()?
        }
        data_type => {
            let is_decimal = matches!(
                data_type,
                DataType::Decimal128(..) | DataType::Decimal256(..) | DataType::Decimal32(..) | DataType::Decimal64(..)
            );
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column, &options)?;
            let value = |row| {
                let text = formatter.value(row).to_string();
                if is_decimal { decimal(&text) } else { Value::from(text) }
            };
            rows.map(|row| if column.is_null(row) { Value::Null } else { value(row) }).collect()
        }
    })
}

/// A number when the double nearest to `digits` prints as the same digits.
fn decimal(digits: &str) -> Value {
    let trimmed = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    if let Ok(integer) = trimmed.parse::<i64>() {
        return Value::from(integer);
    }
    let number = trimmed.parse::<f64>().ok().filter(|number| number.to_string() == trimmed).and_then(Number::from_f64);
    number.map_or_else(|| Value::from(trimmed), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_lose_no_digit() {
        assert_eq!(decimal("0.010500000000"), serde_json::json!(0.0105));
        assert_eq!(decimal("12.000000000000"), serde_json::json!(12));
        assert_eq!(decimal("0.000022200000"), serde_json::json!(0.0000222));
        assert_eq!(decimal("123456789012345.000000000001"), serde_json::json!("123456789012345.000000000001"));
    }
}
