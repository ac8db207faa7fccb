//! Reads the cells of small result batches by column name.

use super::failure::{QueryFailure, QueryResult};
use crate::schema::{MONEY_PRECISION, MONEY_SCALE};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, TimestampNanosecondType},
    },
    common::exec_datafusion_err,
};
use model::{Money, StoreError, Timestamp};
use std::str::FromStr;

/// A batch whose columns are read by name; numbers are widened to what the model counts in.
pub(crate) struct Cells<'a>(pub(crate) &'a RecordBatch);

impl Cells<'_> {
    pub(crate) fn rows(&self) -> std::ops::Range<usize> {
        0..self.0.num_rows()
    }

    fn column(&self, name: &str) -> QueryResult<&ArrayRef> {
        self.0.column_by_name(name).ok_or_else(|| QueryFailure::Engine(exec_datafusion_err!("no column {name} in the result")))
    }

    fn cell<T>(&self, name: &str, row: usize, data_type: DataType, get: impl FnOnce(&ArrayRef) -> T) -> QueryResult<Option<T>> {
        let column = self.column(name)?;
        if column.is_null(row) {
            return Ok(None);
        }
        if *column.data_type() == data_type {
            return Ok(Some(get(&column.slice(row, 1))));
        }
        Ok(Some(get(&cast(&column.slice(row, 1), &data_type)?)))
    }

    pub(crate) fn text(&self, name: &str, row: usize) -> QueryResult<Option<String>> {
        self.cell(name, row, DataType::Utf8, |column| column.as_string::<i32>().value(0).to_owned())
    }

    /// The texts of a list, sorted.
    pub(crate) fn texts(&self, name: &str, row: usize) -> QueryResult<Vec<String>> {
        let list = self.cell(name, row, crate::schema::text_list_type(), |column| column.as_list::<i32>().value(0))?;
        let Some(list) = list else { return Ok(Vec::new()) };
        let elements = cast(&list, &DataType::Utf8)?;
        let mut texts: Vec<String> = elements.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        texts.sort_unstable();
        Ok(texts)
    }

    /// An id of hex digits.
    pub(crate) fn id<Id: FromStr>(&self, name: &str, row: usize) -> QueryResult<Id> {
        let text = self.text(name, row)?.unwrap_or_default();
        text.parse().map_err(|_| StoreError::Internal(format!("{name} holds no id")).into())
    }

    pub(crate) fn integer(&self, name: &str, row: usize) -> QueryResult<Option<i64>> {
        self.cell(name, row, DataType::Int64, |column| column.as_primitive::<Int64Type>().value(0))
    }

    /// A count or a sum of counts.
    pub(crate) fn count(&self, name: &str, row: usize) -> QueryResult<Option<u64>> {
        Ok(self.integer(name, row)?.map(|value| u64::try_from(value).unwrap_or(0)))
    }

    pub(crate) fn number(&self, name: &str, row: usize) -> QueryResult<Option<f64>> {
        self.cell(name, row, DataType::Float64, |column| column.as_primitive::<Float64Type>().value(0))
    }

    pub(crate) fn money(&self, name: &str, row: usize) -> QueryResult<Option<Money>> {
        let data_type = DataType::Decimal128(MONEY_PRECISION, MONEY_SCALE);
        self.cell(name, row, data_type, |column| Money::from_picodollars(column.as_primitive::<Decimal128Type>().value(0)))
    }

    pub(crate) fn time(&self, name: &str, row: usize) -> QueryResult<Option<Timestamp>> {
        self.cell(name, row, crate::schema::timestamp_type(), |column| {
            Timestamp::from_nanos(column.as_primitive::<TimestampNanosecondType>().value(0))
        })
    }

    pub(crate) fn required_time(&self, name: &str, row: usize) -> QueryResult<Timestamp> {
        self.time(name, row)?.ok_or_else(|| StoreError::Internal(format!("{name} is null")).into())
    }

    /// A sum of counts of any size.
    pub(crate) fn wide(&self, name: &str, row: usize) -> QueryResult<Option<i128>> {
        self.cell(name, row, DataType::Decimal128(MONEY_PRECISION, 0), |column| column.as_primitive::<Decimal128Type>().value(0))
    }

    pub(crate) fn bytes(&self, name: &str, row: usize) -> QueryResult<Option<Vec<u8>>> {
        self.cell(name, row, DataType::Binary, |column| column.as_binary::<i32>().value(0).to_vec())
    }
}
