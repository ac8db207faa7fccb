//! Arrays from rows, a column at a time.

use crate::schema::{MONEY_PRECISION, MONEY_SCALE};
use datafusion::arrow::{
    array::{
        ArrayRef, BooleanArray, Decimal128Array, FixedSizeBinaryBuilder, Float64Array, Int64Array, LargeBinaryBuilder, LargeStringArray,
        ListBuilder, StringArray, StringBuilder, TimestampNanosecondArray,
    },
    error::ArrowError,
};
use model::{
    Money, ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{BodyDigest, Incoming},
};
use serde::Serialize;
use std::sync::Arc;

pub(super) type Column = Result<ArrayRef, ArrowError>;

/// The rows of one request, read column by column.
pub(super) struct Rows<'a, T>(pub(super) &'a [Incoming<T>]);

impl<'a, T> Rows<'a, T> {
    fn iter<V>(&self, get: impl Fn(&'a T) -> V) -> impl Iterator<Item = V> {
        self.0.iter().map(move |incoming| get(&incoming.row))
    }

    pub(super) fn project(&self, project: ProjectId) -> Column {
        let hex = project.to_hex();
        Ok(Arc::new(StringArray::from_iter_values(self.0.iter().map(|_| &hex))))
    }

    pub(super) fn digests(&self) -> Column {
        let mut builder = FixedSizeBinaryBuilder::with_capacity(self.0.len(), size_of::<BodyDigest>() as i32);
        for incoming in self.0 {
            match incoming.digest {
                Some(digest) => builder.append_value(digest)?,
                None => builder.append_null(),
            }
        }
        Ok(Arc::new(builder.finish()))
    }

    pub(super) fn text(&self, get: impl Fn(&'a T) -> Option<&'a str>) -> Column {
        Ok(Arc::new(StringArray::from_iter(self.iter(get))))
    }

    pub(super) fn required_text(&self, get: impl Fn(&'a T) -> &'a str) -> Column {
        Ok(Arc::new(StringArray::from_iter_values(self.iter(get))))
    }

    pub(super) fn large_text(&self, get: impl Fn(&'a T) -> &'a str) -> Column {
        Ok(Arc::new(LargeStringArray::from_iter_values(self.iter(get))))
    }

    pub(super) fn made_text(&self, get: impl Fn(&'a T) -> Option<String>) -> Column {
        Ok(Arc::new(StringArray::from_iter(self.iter(get))))
    }

    pub(super) fn texts(&self, get: impl Fn(&'a T) -> &'a [String]) -> Column {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for list in self.iter(get) {
            list.iter().for_each(|text| builder.values().append_value(text));
            builder.append(true);
        }
        Ok(Arc::new(builder.finish()))
    }

    pub(super) fn trace_id(&self, get: impl Fn(&'a T) -> Option<TraceId>) -> Column {
        self.hex(get, |id| Hex::new(id.as_bytes()))
    }

    pub(super) fn span_id(&self, get: impl Fn(&'a T) -> Option<SpanId>) -> Column {
        self.hex(get, |id| Hex::new(id.as_bytes()))
    }

    fn hex<Id>(&self, get: impl Fn(&'a T) -> Option<Id>, to_hex: impl Fn(Id) -> Hex) -> Column {
        Ok(Arc::new(StringArray::from_iter(self.iter(get).map(|id| id.map(&to_hex)))))
    }

    pub(super) fn time(&self, get: impl Fn(&'a T) -> Option<Timestamp>) -> Column {
        let nanos = TimestampNanosecondArray::from_iter(self.iter(get).map(|time| time.map(Timestamp::as_nanos)));
        Ok(Arc::new(nanos.with_timezone("UTC")))
    }

    pub(super) fn number(&self, get: impl Fn(&'a T) -> Option<f64>) -> Column {
        Ok(Arc::new(Float64Array::from_iter(self.iter(get))))
    }

    /// Counts beyond 63 bits, which no client can mean, are stored as the largest.
    pub(super) fn count(&self, get: impl Fn(&'a T) -> Option<u64>) -> Column {
        let counts = self.iter(get).map(|count| count.map(|count| i64::try_from(count).unwrap_or(i64::MAX)));
        Ok(Arc::new(Int64Array::from_iter(counts)))
    }

    pub(super) fn flag(&self, get: impl Fn(&'a T) -> Option<bool>) -> Column {
        Ok(Arc::new(self.iter(get).collect::<BooleanArray>()))
    }

    pub(super) fn money(&self, get: impl Fn(&'a T) -> Option<Money>) -> Column {
        let amounts = Decimal128Array::from_iter(self.iter(get).map(|money| money.map(Money::as_picodollars)));
        Ok(Arc::new(amounts.with_precision_and_scale(MONEY_PRECISION, MONEY_SCALE)?))
    }

    /// Compact JSON, written straight into the array's buffer; `None` is null.
    pub(super) fn json<V: Serialize + ?Sized + 'a>(&self, get: impl Fn(&'a T) -> Option<&'a V>) -> Column {
        let mut builder = LargeBinaryBuilder::with_capacity(self.0.len(), 0);
        for value in self.iter(get) {
            match value {
                Some(value) => {
                    serde_json::to_writer(&mut builder, value).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
                    // Ends the value that was written.
                    builder.append_value(b"");
                }
                None => builder.append_null(),
            }
        }
        Ok(Arc::new(LargeStringArray::try_from_binary(builder.finish())?))
    }
}

/// Lower-case hex of up to 16 bytes, without a heap allocation per id.
struct Hex {
    digits: [u8; 32],
    len: usize,
}

impl Hex {
    fn new(bytes: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = Self { digits: [b'0'; 32], len: bytes.len() * 2 };
        for (pair, byte) in hex.digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        hex
    }
}

impl AsRef<str> for Hex {
    fn as_ref(&self) -> &str {
        // Always ASCII; the fallback is never taken.
        std::str::from_utf8(&self.digits[..self.len]).unwrap_or_default()
    }
}
