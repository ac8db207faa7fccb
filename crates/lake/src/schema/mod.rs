//! One Arrow schema per row kind. Column names are those of the API, of SQL and of the filter language.
//!
//! Ids are lower-case hex, times are UTC nanoseconds, money is Decimal128(38,12), and every column of JSON or of unbounded text is
//! `LargeUtf8`: the 32-bit offsets of `Utf8` overflow at 2 GiB. The files are meant to be opened by anybody's Parquet reader.

mod columns;

pub(crate) use columns::{MONEY, TOKEN_BUCKETS, TOKEN_TOTALS};

use datafusion::arrow::{
    array::{AsArray, Int64Array, StringArray, TimestampNanosecondArray},
    datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampNanosecondType},
    record_batch::RecordBatch,
};
use model::{Money, telemetry::RowKind};
use std::sync::{Arc, LazyLock};

/// Version of the schemas below, written into every segment. Grows when a column is added; readers fill absent columns with nulls.
pub(crate) const SCHEMA_VERSION: u32 = 3;

pub(crate) const PROJECT_ID: &str = "project_id";
/// Which publication a row came in with. With `commit_row` it orders reports: the last one wins.
pub(crate) const COMMIT_SEQ: &str = "commit_seq";
/// The row's place in the level-0 segment it came in with.
pub(crate) const COMMIT_ROW: &str = "commit_row";
/// Tells an exact resend; see `model::telemetry::BodyDigest`.
pub(crate) const BODY_DIGEST: &str = "body_digest";

/// Of scores: whether the row takes the fact away.
pub(crate) const DELETED: &str = "deleted";

/// What a reader of a kind sees, level 0 and compacted alike.
pub(crate) fn schema_of(kind: RowKind) -> SchemaRef {
    static SCHEMAS: LazyLock<[SchemaRef; 4]> = LazyLock::new(|| RowKind::ALL.map(|kind| build(kind, true)));
    Arc::clone(&SCHEMAS[index_of(kind)])
}

/// What a level-0 segment stores: without the commit columns, which are known only once it is published.
pub(crate) fn stored_level0_schema(kind: RowKind) -> SchemaRef {
    static SCHEMAS: LazyLock<[SchemaRef; 4]> = LazyLock::new(|| RowKind::ALL.map(|kind| build(kind, false)));
    Arc::clone(&SCHEMAS[index_of(kind)])
}

/// The large columns: written without dictionary in large pages, and read last, only for the rows that are shown.
pub(crate) fn payload_columns(kind: RowKind) -> &'static [&'static str] {
    match kind {
        RowKind::Span => {
            &["input", "output", "system", "tools", "model_parameters", "metadata", "attributes", "events", "links", "originals"]
        }
        RowKind::Log => &["message", "attributes"],
        RowKind::Metric => &["histogram", "exemplars"],
        RowKind::Score => &["metadata"],
    }
}

/// The column that time ranges and partitions go by.
pub(crate) fn time_column(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Span => "start_time",
        RowKind::Log | RowKind::Metric | RowKind::Score => "timestamp",
    }
}

pub(crate) fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

pub(crate) const MONEY_PRECISION: u8 = 38;
pub(crate) const MONEY_SCALE: i8 = Money::SCALE as i8;

pub(crate) fn money_type() -> DataType {
    DataType::Decimal128(MONEY_PRECISION, MONEY_SCALE)
}

pub(crate) fn text_list_type() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

/// A text column of a batch, by name.
pub(crate) fn text_column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a StringArray> {
    batch.column_by_name(name)?.as_string_opt::<i32>()
}

/// A column of whole numbers.
pub(crate) fn integer_column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a Int64Array> {
    batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()
}

/// A column of times.
pub(crate) fn times_of<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a TimestampNanosecondArray> {
    batch.column_by_name(name)?.as_primitive_opt::<TimestampNanosecondType>()
}

fn index_of(kind: RowKind) -> usize {
    match kind {
        RowKind::Span => 0,
        RowKind::Log => 1,
        RowKind::Metric => 2,
        RowKind::Score => 3,
    }
}

fn build(kind: RowKind, with_commit_columns: bool) -> SchemaRef {
    let mut fields = vec![Field::new(PROJECT_ID, DataType::Utf8, false)];
    fields.extend(columns::of(kind));
    fields.push(Field::new(BODY_DIGEST, DataType::FixedSizeBinary(16), true));
    if with_commit_columns {
        fields.push(Field::new(COMMIT_SEQ, DataType::Int64, false));
        fields.push(Field::new(COMMIT_ROW, DataType::Int64, false));
    }
    Arc::new(Schema::new(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::filter::fields_of;

    #[test]
    fn every_filterable_field_is_a_column() {
        for kind in RowKind::ALL {
            let schema = schema_of(kind);
            for (_, column, _) in fields_of(kind) {
                assert!(schema.column_with_name(column).is_some(), "{kind:?} {column}");
            }
        }
    }

    #[test]
    fn payload_and_time_columns_exist_and_payloads_have_large_offsets() {
        for kind in RowKind::ALL {
            let schema = schema_of(kind);
            assert_eq!(schema.field_with_name(time_column(kind)).unwrap().data_type(), &timestamp_type());
            for column in payload_columns(kind) {
                assert_eq!(schema.field_with_name(column).unwrap().data_type(), &DataType::LargeUtf8, "{column}");
            }
        }
    }
}
