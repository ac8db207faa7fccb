//! Sums over time. Only requests count: billed LLM, embedding and rerank calls.

use crate::{
    Money, ProjectId, TimeRange, Timestamp,
    filter::Filter,
    sketch::DdSketch,
    time::{NANOS_PER_MILLI, NANOS_PER_SECOND},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq)]
pub struct DashboardQuery {
    pub project: ProjectId,
    pub range: TimeRange,
    pub filter: Filter,
}

/// Milliseconds over the calls that have a duration; `None` when none has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LatencyStats {
    pub avg: Option<f64>,
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

impl LatencyStats {
    /// Of durations whose sum in nanoseconds is `nanos`, and that are in `sketch` as milliseconds.
    pub fn of(nanos: i128, sketch: &DdSketch) -> Self {
        let count = sketch.count();
        Self {
            avg: (count > 0).then(|| nanos as f64 / count as f64 / NANOS_PER_MILLI as f64),
            p50: sketch.quantile(0.5),
            p95: sketch.quantile(0.95),
            p99: sketch.quantile(0.99),
        }
    }
}

/// The numbers of one period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PeriodStats {
    pub total_requests: u64,
    /// Not `error`.
    pub successful_requests: u64,
    pub failed_requests: u64,
    /// 0 to 1; `None` without requests.
    pub success_rate: Option<f64>,
    /// Over the whole range.
    pub requests_per_minute: f64,
    /// Sums of what was reported; `None` when nothing was.
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    /// Input tokens read from a cache.
    pub cached_input_tokens: Option<u64>,
    /// Over the priced requests; `None` when none is.
    pub total_cost_usd: Option<Money>,
    /// Requests whose cost is unknown: not in the total.
    pub unpriced_requests: u64,
    pub latency_ms: LatencyStats,
    pub active_users: u64,
    pub active_sessions: u64,
}

/// The period asked for, and the one of equal length before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DashboardStats {
    #[serde(flatten)]
    pub current: PeriodStats,
    pub previous: PeriodStats,
}

/// Width of a time bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub nanos: i64,
}

impl Interval {
    /// The widths offered, in seconds: 1 m, 5 m, 15 m, 1 h, 6 h, 1 d.
    pub const STEPS_SECONDS: [i64; 6] = [60, 300, 900, 3_600, 21_600, 86_400];
    /// Most buckets in one answer.
    pub const MAX_BUCKETS: i64 = 2_000;

    /// The finest step that keeps the range within about 100 buckets.
    pub fn for_range(range: &TimeRange) -> Self {
        let seconds = Self::STEPS_SECONDS.into_iter().find(|seconds| range.nanos() / (seconds * NANOS_PER_SECOND) <= 100);
        Self { nanos: seconds.unwrap_or(86_400) * NANOS_PER_SECOND }
    }

    /// `1m`, `5m`, `15m`, `1h`, `6h`, `1d`: a whole number of minutes, hours or days, from 1 m to 1 d.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit_seconds = match unit {
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = number.parse::<i64>().ok()?.checked_mul(unit_seconds)?;
        (60..=86_400).contains(&seconds).then_some(Self { nanos: seconds * NANOS_PER_SECOND })
    }
}

/// What a time series is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    Provider,
    Model,
    Status,
    Kind,
    Environment,
    Service,
    User,
    Session,
    Agent,
    PromptName,
    ErrorType,
}

impl GroupBy {
    pub const ALL: [GroupBy; 11] = [
        Self::Provider,
        Self::Model,
        Self::Status,
        Self::Kind,
        Self::Environment,
        Self::Service,
        Self::User,
        Self::Session,
        Self::Agent,
        Self::PromptName,
        Self::ErrorType,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Environment => "environment",
            Self::Service => "service",
            Self::User => "user",
            Self::Session => "session",
            Self::Agent => "agent",
            Self::PromptName => "prompt_name",
            Self::ErrorType => "error_type",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct TimeseriesQuery {
    pub project: ProjectId,
    pub range: TimeRange,
    pub filter: Filter,
    pub interval: Interval,
    pub group_by: Option<GroupBy>,
    /// Most series; the rest is summed under `group: "other"`.
    pub max_series: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TimeseriesBucket {
    /// Start of the bucket, a multiple of the interval since the epoch (UTC).
    pub time: Timestamp,
    pub requests: u64,
    pub errors: u64,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    pub cost_usd: Option<Money>,
    pub unpriced_requests: u64,
    pub latency_ms: LatencyStats,
}

impl TimeseriesBucket {
    /// A bucket in which nothing happened.
    pub fn empty(time: Timestamp) -> Self {
        Self {
            time,
            requests: 0,
            errors: 0,
            input_tokens: None,
            output_tokens: None,
            total_tokens: None,
            cost_usd: None,
            unpriced_requests: 0,
            latency_ms: LatencyStats::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TimeseriesSeries {
    /// The value of the grouping field; `None` where rows have none, or without grouping.
    pub group: Option<String>,
    /// One per interval, empty ones present.
    pub buckets: Vec<TimeseriesBucket>,
}

/// Series by requests, largest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Timeseries {
    pub interval_seconds: i64,
    pub series: Vec<TimeseriesSeries>,
}

/// One provider and model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProviderStats {
    pub provider: Option<String>,
    pub model: Option<String>,
    pub requests: u64,
    pub errors: u64,
    pub success_rate: Option<f64>,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    pub cost_usd: Option<Money>,
    pub unpriced_requests: u64,
    pub latency_ms: LatencyStats,
    pub time_to_first_token_ms: LatencyStats,
    /// Output tokens per second of duration, over the calls that have both.
    pub output_tokens_per_second: Option<f64>,
}

/// Failed spans that share a fingerprint: type, provider and model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ErrorGroup {
    /// Stable id of the group.
    pub fingerprint: String,
    pub error_type: Option<String>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub count: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// The newest of them.
    pub example: ErrorExample,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ErrorExample {
    pub trace_id: crate::TraceId,
    pub span_id: crate::SpanId,
    pub name: String,
    pub error_message: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_as_written_and_stay_in_bounds() {
        assert_eq!(Interval::parse("5m").map(|interval| interval.nanos), Some(300 * NANOS_PER_SECOND));
        assert_eq!(Interval::parse("1d").map(|interval| interval.nanos), Some(86_400 * NANOS_PER_SECOND));
        for text in ["", "0m", "2d", "5", "m", "5s", "-5m", "é"] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_shown_in_quarter_hours() {
        let range = TimeRange { from: Timestamp::from_nanos(0), to: Timestamp::from_nanos(crate::time::NANOS_PER_DAY) };
        assert_eq!(Interval::for_range(&range).nanos, 900 * NANOS_PER_SECOND);
    }
}
