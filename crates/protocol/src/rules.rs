//! The rules that every request and row must keep, whatever it came in as.

use crate::{DecodeError, IngestContext, RowError};
use model::{Timestamp, time::NANOS_PER_DAY};

/// 2000-01-01T00:00:00Z. Anything earlier is a unit error or an unset clock, never telemetry.
const EARLIEST: Timestamp = Timestamp::from_nanos(946_684_800 * 1_000_000_000);
/// How far a client's clock may be ahead of ours: time zones confused with UTC stay inside it.
const MAX_AHEAD_NANOS: i64 = NANOS_PER_DAY;

/// Most rows of one request. A row takes at least a kilobyte in memory however small it is on the wire, and exporters send
/// thousands at most.
const MAX_ROWS: usize = 100_000;
/// Most attributes, list items, events, links and points of one request. Each takes about 70 bytes as sent and twice that as part of
/// a row, so that a request stays below half a gigabyte; 64 MiB of ordinary attributes are fewer.
pub(crate) const MAX_VALUES: usize = 2_000_000;
/// The same for one span or log record: nobody can read a row with more, and the longest embeddings have 4,000 numbers.
pub(crate) const MAX_VALUES_PER_ROW: usize = 100_000;
/// Deepest nesting of a JSON value that is kept. Readers of stored rows stop at 128 levels, and a row adds some around its values.
pub(crate) const MAX_JSON_LEVELS: usize = 64;
/// Most memory, over all rows of a request, for copies of what their resource and scope say.
const MAX_SHARED_BYTES: usize = 128 * 1024 * 1024;
/// The same for one row, however few there are.
const MAX_SHARED_BYTES_PER_ROW: usize = 64 * 1024;

/// Refuses a body with more rows than [`MAX_ROWS`].
pub(crate) fn check_row_count(rows: usize) -> Result<(), DecodeError> {
    if rows <= MAX_ROWS {
        return Ok(());
    }
    Err(DecodeError::too_large(format!("expected at most {MAX_ROWS} rows in one request, found {rows}: send smaller batches")))
}

/// How many bytes of attributes each of so many rows may inherit.
pub(crate) fn shared_bytes_per_row(rows: usize) -> usize {
    (MAX_SHARED_BYTES / rows.max(1)).min(MAX_SHARED_BYTES_PER_ROW)
}

/// Refuses times before 2000, more than 24 hours ahead of arrival, or older than the project's retention. Names the rule.
pub fn check_time(field: &str, time: Timestamp, context: &IngestContext) -> Result<(), RowError> {
    if time < EARLIEST {
        return Err(RowError::new(field, format!("{time} is before 2000-01-01T00:00:00Z, the earliest time accepted")));
    }
    if time > context.received_at.saturating_add_nanos(MAX_AHEAD_NANOS) {
        return Err(RowError::new(field, format!("{time} is more than 24 hours ahead of the server's time, {}", context.received_at)));
    }
    match context.retention_floor {
        Some(floor) if time < floor => {
            Err(RowError::new(field, format!("{time} is older than the project's retention, which keeps rows from {floor} on")))
        }
        _ => Ok(()),
    }
}

/// A wire time in nanoseconds. Zero means "not set"; beyond `i64` is the far future, which [`check_time`] refuses.
pub(crate) fn from_unix_nanos(nanos: u64) -> Option<Timestamp> {
    (nanos != 0).then(|| Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_rule_names_itself() {
        let context = IngestContext { received_at: at("2026-06-01T00:00:00Z"), retention_floor: Some(at("2026-05-01T00:00:00Z")) };
        let refusal = |text: &str| check_time("start", at(text), &context).unwrap_err().message;
        assert!(refusal("1970-01-01T00:00:01Z").contains("before 2000"));
        assert!(refusal("2026-06-02T00:00:01Z").contains("24 hours ahead"));
        assert!(refusal("2026-04-30T23:59:59Z").contains("retention"));
        assert!(check_time("start", at("2026-06-01T23:59:59Z"), &context).is_ok());
        assert!(check_time("start", at("2026-05-01T00:00:00Z"), &context).is_ok());
    }
}
