//! Lists, newest first, with opaque cursors.

use super::hex_text;
use crate::{
    Money, ProjectId, SpanId, TimeRange, Timestamp, TraceId,
    filter::Filter,
    telemetry::{Attributes, LogRecord, MetricPoint, MetricType, Score, SpanSummary, Status},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Most rows of one page.
pub const MAX_PAGE: usize = 1_000;

/// Rows of one project, newest first: ordered by (time, id) descending.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    pub project: ProjectId,
    pub range: TimeRange,
    pub filter: Filter,
    /// 1 to [`MAX_PAGE`].
    pub limit: usize,
    pub cursor: Option<Cursor>,
}

/// Where the next page starts: after the row with this time and id. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub time: Timestamp,
    /// What breaks ties between rows of the same time (for spans, `trace_id` + `span_id`).
    pub tie: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a next_cursor of an earlier answer")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_text::encode(&format!("{}:{}", self.time.as_nanos(), self.tie)))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let plain = hex_text::decode(text).ok_or(InvalidCursor)?;
        let (nanos, tie) = plain.split_once(':').ok_or(InvalidCursor)?;
        Ok(Self { time: Timestamp::from_nanos(nanos.parse().map_err(|_| InvalidCursor)?), tie: tie.to_owned() })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How far a search came. Texts that no index can answer are looked through newest first, for as long as a person waits; `next_cursor`
/// then goes on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reach {
    /// False when there was no time to look at everything.
    pub complete: bool,
    /// Everything newer than this was searched. `null` when complete.
    pub searched_until: Option<Timestamp>,
}

impl Reach {
    pub const ALL: Self = Self { complete: true, searched_until: None };

    pub fn until(searched_until: Option<Timestamp>) -> Self {
        Self { complete: searched_until.is_none(), searched_until }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SpanPage {
    pub items: Vec<SpanSummary>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
    #[serde(flatten)]
    pub reach: Reach,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LogPage {
    pub items: Vec<LogRecord>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
    #[serde(flatten)]
    pub reach: Reach,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MetricPage {
    pub items: Vec<MetricPoint>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

/// A trace in a list: sums over its spans in the time range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TraceSummary {
    pub trace_id: TraceId,
    /// The root span's name; the earliest span's when the root has not arrived.
    pub name: String,
    pub start_time: Timestamp,
    pub end_time: Option<Timestamp>,
    /// From the first start to the last end.
    pub duration_ms: Option<f64>,
    /// `error` when any span failed.
    pub status: Status,
    pub span_count: u64,
    /// Billed model calls.
    pub request_count: u64,
    pub error_count: u64,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    pub total_cost_usd: Option<Money>,
    /// Billed calls without a price or without usage: the total leaves them out.
    pub unpriced_requests: u64,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub environment: Option<String>,
    pub service: Option<String>,
    pub models: Vec<String>,
    pub input_preview: Option<String>,
    pub output_preview: Option<String>,
    /// Late facts about the trace itself, not about its spans. Only the API's answers fill them in.
    #[serde(default)]
    pub scores: Vec<Score>,
    #[serde(default)]
    pub bookmarked: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TracePage {
    pub items: Vec<TraceSummary>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

/// One trace: totals over all of it, and its spans by (start, id) ascending, a page at a time.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TraceDetail {
    #[serde(flatten)]
    pub summary: TraceSummary,
    pub spans: Vec<SpanSummary>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SessionSummary {
    pub session_id: String,
    pub user_id: Option<String>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub traces: u64,
    pub requests: u64,
    pub errors: u64,
    pub total_tokens: Option<u64>,
    pub total_cost_usd: Option<Money>,
    pub unpriced_requests: u64,
    /// Late facts about the session itself. Only the API's lists fill them in.
    pub scores: Vec<Score>,
    pub bookmarked: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SessionPage {
    pub items: Vec<SessionSummary>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UserSummary {
    pub user_id: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub sessions: u64,
    pub requests: u64,
    pub errors: u64,
    pub total_tokens: Option<u64>,
    pub total_cost_usd: Option<Money>,
    pub unpriced_requests: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UserPage {
    pub items: Vec<UserSummary>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

/// A metric that has points in the range.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MetricName {
    pub name: String,
    #[serde(rename = "type")]
    pub metric_type: MetricType,
    pub unit: Option<String>,
    pub points: u64,
    pub last_seen: Timestamp,
}

/// A chart of one metric: one series per combination of service and tags, at most 50.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSeriesQuery {
    pub project: ProjectId,
    pub range: TimeRange,
    pub filter: Filter,
    pub name: String,
    pub interval_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MetricSeries {
    pub service: Option<String>,
    #[schema(value_type = Object)]
    pub tags: Attributes,
    /// (bucket start, average, minimum, maximum, count) per bucket with points.
    pub points: Vec<MetricBucket>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MetricBucket {
    pub time: Timestamp,
    pub avg: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub count: u64,
}

/// Identity of a span for ordering and cursors.
pub fn span_tie(trace_id: TraceId, span_id: SpanId) -> String {
    format!("{trace_id}{span_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_is_refused() {
        let cursor = Cursor { time: Timestamp::from_nanos(-5), tie: "ab:cd".into() };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for text in ["", "zz", "ééé", "61"] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
