//! Points in time and ranges: nanoseconds since the Unix epoch, UTC.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// Nanoseconds since 1970-01-01T00:00:00Z. Printed as RFC 3339 with as many fraction digits as needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(i64);

pub const NANOS_PER_MILLI: i64 = 1_000_000;
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub const NANOS_PER_MINUTE: i64 = 60 * NANOS_PER_SECOND;
pub const NANOS_PER_HOUR: i64 = 3_600 * NANOS_PER_SECOND;
pub const NANOS_PER_DAY: i64 = 24 * NANOS_PER_HOUR;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time such as 2026-01-31T09:30:00Z, or a Unix time in s, ms, µs or ns")]
pub struct InvalidTimestamp;

impl Timestamp {
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    pub fn now() -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
    }

    pub const fn saturating_add_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// A Unix time whose unit is told by its size. The bounds are those of years 1973 to 5138 in each unit, so that
    /// any time of day in this century is read in the unit it was written in.
    pub fn from_unix_any_unit(value: f64) -> Result<Self, InvalidTimestamp> {
        let nanos = match value.abs() {
            magnitude if !magnitude.is_finite() => return Err(InvalidTimestamp),
            magnitude if magnitude < 1e11 => value * 1e9,
            magnitude if magnitude < 1e14 => value * 1e6,
            magnitude if magnitude < 1e17 => value * 1e3,
            _ => value,
        };
        if nanos.abs() < i64::MAX as f64 { Ok(Self(nanos as i64)) } else { Err(InvalidTimestamp) }
    }

    /// Like [`Timestamp::from_unix_any_unit`], exact for integers.
    pub fn from_unix_integer(value: i64) -> Result<Self, InvalidTimestamp> {
        let factor = match value.unsigned_abs() {
            magnitude if magnitude < 100_000_000_000 => NANOS_PER_SECOND,
            magnitude if magnitude < 100_000_000_000_000 => 1_000_000,
            magnitude if magnitude < 100_000_000_000_000_000 => 1_000,
            _ => 1,
        };
        value.checked_mul(factor).map(Self).ok_or(InvalidTimestamp)
    }

    /// The start of the UTC hour, as nanoseconds.
    pub const fn floor_to(self, unit_nanos: i64) -> Self {
        Self(self.0.div_euclid(unit_nanos) * unit_nanos)
    }
}

/// A duration in whole nanoseconds, so that sums do not depend on their order; at most as long as they can count. `None` for NaN.
pub fn nanos_of_millis(millis: f64) -> Option<i64> {
    (!millis.is_nan()).then(|| (millis * NANOS_PER_MILLI as f64).round() as i64)
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// RFC 3339, with a space or no zone tolerated (then UTC), or a Unix time in any unit.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let text = text.trim();
        if let Ok(integer) = text.parse::<i64>() {
            return Self::from_unix_integer(integer);
        }
        if let Ok(number) = text.parse::<f64>() {
            return Self::from_unix_any_unit(number);
        }
        let parsed = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(|| {
            let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
            naive.iter().find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok()).map(|time| time.and_utc()).or_else(
                || {
                    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
                    Some(date.and_hms_opt(0, 0, 0)?.and_utc())
                },
            )
        });
        parsed.and_then(|time| time.timestamp_nanos_opt()).map(Self).ok_or(InvalidTimestamp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time: DateTime<Utc> = DateTime::from_timestamp_nanos(self.0);
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Integer(i64),
            Number(f64),
            Text(String),
        }
        match Wire::deserialize(deserializer).map_err(|_| D::Error::custom(InvalidTimestamp))? {
            Wire::Integer(value) => Self::from_unix_integer(value),
            Wire::Number(value) => Self::from_unix_any_unit(value),
            Wire::Text(text) => text.parse(),
        }
        .map_err(D::Error::custom)
    }
}

/// `from` inclusive, `to` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TimeRange {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl TimeRange {
    pub const ALL: TimeRange = TimeRange { from: Timestamp::MIN, to: Timestamp::MAX };

    pub fn last_24_hours() -> Self {
        let now = Timestamp::now();
        // One second ahead, so that what a client with a slightly fast clock has just sent is inside.
        Self { from: now.saturating_add_nanos(-NANOS_PER_DAY), to: now.saturating_add_nanos(NANOS_PER_SECOND) }
    }

    pub fn nanos(&self) -> i64 {
        self.to.as_nanos().saturating_sub(self.from.as_nanos())
    }

    pub fn contains(&self, time: Timestamp) -> bool {
        self.from <= time && time < self.to
    }

    pub fn overlaps(&self, min: Timestamp, max: Timestamp) -> bool {
        min < self.to && max >= self.from
    }

    /// The period of equal length that ends where this one starts.
    pub fn previous(&self) -> Self {
        Self { from: self.from.saturating_add_nanos(-self.nanos()), to: self.from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_become_whole_nanoseconds() {
        assert_eq!(nanos_of_millis(0.1), Some(100_000));
        assert_eq!(nanos_of_millis(-1.5), Some(-1_500_000));
        assert_eq!(nanos_of_millis(f64::INFINITY), Some(i64::MAX));
        assert_eq!(nanos_of_millis(f64::NAN), None);
    }

    #[test]
    fn every_unit_of_a_unix_time_means_the_same_moment() {
        let expected: Timestamp = "2026-01-31T09:30:00Z".parse().unwrap();
        for text in
            ["1769851800", "1769851800000", "1769851800000000", "1769851800000000000", "2026-01-31 09:30:00", "2026-01-31T10:30:00+01:00"]
        {
            assert_eq!(text.parse::<Timestamp>().unwrap(), expected, "{text}");
        }
        assert_eq!(serde_json::from_str::<Timestamp>("1769851800.5").unwrap().to_string(), "2026-01-31T09:30:00.500Z");
    }

    #[test]
    fn nonsense_is_refused_with_the_expected_form() {
        for text in ["soon", "", "2026-13-01T00:00:00Z", "1e300", "NaN"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Timestamp>("{}").unwrap_err().to_string().contains("RFC 3339"));
    }

    #[test]
    fn previous_period_touches_this_one() {
        let range = TimeRange { from: Timestamp::from_nanos(100), to: Timestamp::from_nanos(150) };
        assert_eq!(range.previous(), TimeRange { from: Timestamp::from_nanos(50), to: Timestamp::from_nanos(100) });
    }
}
