//! Columns to fields: each column that the batch has fills one field of every row; absent columns leave the default.

use crate::schema::{money_type, text_list_type, timestamp_type};
use datafusion::arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, LargeStringArray, ListArray, StringArray,
        TimestampNanosecondArray,
    },
    compute::cast,
    datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, TimestampNanosecondType},
    record_batch::RecordBatch,
};
use model::{Money, StoreError, StoreResult, Timestamp};
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// The rows under construction, and the batch they come from.
pub(super) struct Reader<'a, T> {
    batch: &'a RecordBatch,
    pub(super) rows: Vec<T>,
}

/// A column in the type that `schema` gives it: queries may hand it over as a view or a dictionary.
fn column(batch: &RecordBatch, name: &str, data_type: &DataType) -> StoreResult<Option<ArrayRef>> {
    match batch.column_by_name(name) {
        None => Ok(None),
        Some(column) if column.data_type() == data_type => Ok(Some(column.clone())),
        Some(column) => cast(column, data_type).map(Some).map_err(StoreError::internal),
    }
}

/// The ids of a required column.
pub(super) fn ids<Id: FromStr>(batch: &RecordBatch, name: &str) -> StoreResult<Vec<Id>> {
    let damaged = || StoreError::Internal(format!("column {name} is missing or holds no ids"));
    let column = column(batch, name, &DataType::Utf8)?.ok_or_else(damaged)?;
    column.as_string::<i32>().iter().map(|text| text.and_then(|text| text.parse().ok()).ok_or_else(damaged)).collect()
}

impl<'a, T> Reader<'a, T> {
    pub(super) fn new(batch: &'a RecordBatch, rows: Vec<T>) -> Self {
        Self { batch, rows }
    }

    fn each(&mut self, column: &dyn Array, mut set: impl FnMut(&mut T, usize)) {
        for (index, row) in self.rows.iter_mut().enumerate() {
            if column.is_valid(index) {
                set(row, index);
            }
        }
    }

    pub(super) fn text(&mut self, name: &str, set: impl Fn(&mut T, &str)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &DataType::Utf8)? else { return Ok(()) };
        let texts: &StringArray = column.as_string();
        self.each(texts, |row, index| set(row, texts.value(index)));
        Ok(())
    }

    pub(super) fn large_text(&mut self, name: &str, set: impl Fn(&mut T, &str)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &DataType::LargeUtf8)? else { return Ok(()) };
        let texts: &LargeStringArray = column.as_string();
        self.each(texts, |row, index| set(row, texts.value(index)));
        Ok(())
    }

    /// Values that do not parse go to `unreadable` instead: one of them must not hide the row.
    pub(super) fn json<V: DeserializeOwned>(
        &mut self,
        name: &str,
        set: impl Fn(&mut T, V),
        unreadable: impl Fn(&mut T),
    ) -> StoreResult<()> {
        self.large_text(name, |row, text| match serde_json::from_str(text) {
            Ok(value) => set(row, value),
            Err(_) => unreadable(row),
        })
    }

    pub(super) fn texts(&mut self, name: &str, set: impl Fn(&mut T, Vec<String>)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &text_list_type())? else { return Ok(()) };
        let lists: &ListArray = column.as_list();
        self.each(lists, |row, index| {
            let items = lists.value(index);
            set(row, items.as_string::<i32>().iter().flatten().map(str::to_owned).collect());
        });
        Ok(())
    }

    pub(super) fn time(&mut self, name: &str, set: impl Fn(&mut T, Timestamp)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &timestamp_type())? else { return Ok(()) };
        let times: &TimestampNanosecondArray = column.as_primitive::<TimestampNanosecondType>();
        self.each(times, |row, index| set(row, Timestamp::from_nanos(times.value(index))));
        Ok(())
    }

    pub(super) fn number(&mut self, name: &str, set: impl Fn(&mut T, f64)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &DataType::Float64)? else { return Ok(()) };
        let numbers: &Float64Array = column.as_primitive::<Float64Type>();
        self.each(numbers, |row, index| set(row, numbers.value(index)));
        Ok(())
    }

    pub(super) fn count(&mut self, name: &str, set: impl Fn(&mut T, u64)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &DataType::Int64)? else { return Ok(()) };
        let counts: &Int64Array = column.as_primitive::<Int64Type>();
        self.each(counts, |row, index| set(row, counts.value(index).unsigned_abs()));
        Ok(())
    }

    pub(super) fn flag(&mut self, name: &str, set: impl Fn(&mut T, bool)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &DataType::Boolean)? else { return Ok(()) };
        let flags: &BooleanArray = column.as_boolean();
        self.each(flags, |row, index| set(row, flags.value(index)));
        Ok(())
    }

    pub(super) fn money(&mut self, name: &str, set: impl Fn(&mut T, Money)) -> StoreResult<()> {
        let Some(column) = column(self.batch, name, &money_type())? else { return Ok(()) };
        let amounts: &Decimal128Array = column.as_primitive::<Decimal128Type>();
        self.each(amounts, |row, index| set(row, Money::from_picodollars(amounts.value(index))));
        Ok(())
    }
}
