//! What travels on the bus after a commit.

use crate::{
    ProjectId,
    segment::CommitSeq,
    telemetry::{LogRecord, MetricPoint, SpanSummary},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

/// One new row, as the live view shows it: in JSON its fields beside `type`; a metric point, which has a `type` of its own, under `point`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveRow {
    Span(Box<SpanSummary>),
    Log(LogRecord),
    Metric { point: MetricPoint },
}

impl<'de> Deserialize<'de> for LiveRow {
    /// By hand, because the derived form reads through a buffer that does not keep the digits of `Money`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Tag {
            #[serde(rename = "type")]
            row_type: String,
        }
        #[derive(Deserialize)]
        struct Metric {
            point: MetricPoint,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let Tag { row_type } = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        match row_type.as_str() {
            "span" => serde_json::from_str(raw.get()).map(Self::Span),
            "log" => serde_json::from_str(raw.get()).map(Self::Log),
            "metric" => serde_json::from_str(raw.get()).map(|Metric { point }| Self::Metric { point }),
            _ => return Err(D::Error::custom("expected a type of span, log or metric")),
        }
        .map_err(D::Error::custom)
    }
}

/// The rows of one commit of one project. At most [`LiveBatch::MAX_ROWS`]; `omitted` counts the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiveBatch {
    pub project: ProjectId,
    pub commit_seq: CommitSeq,
    pub rows: Vec<LiveRow>,
    pub omitted: usize,
}

impl LiveBatch {
    /// More in one commit cannot be read by a person; the count still tells that there were more.
    pub const MAX_ROWS: usize = 100;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Money, SpanId, Timestamp, TraceId,
        telemetry::{Attributes, MetricType, Span},
    };

    #[test]
    fn rows_come_back_from_the_bus_with_every_digit() {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([2; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "chat", Timestamp::from_nanos(5));
        span.cost.total_usd = Some(Money::from_picodollars(123_456_789_012_345_678_901));
        let point = MetricPoint {
            timestamp: Timestamp::from_nanos(5),
            start_time: None,
            name: "queue".into(),
            metric_type: MetricType::Counter,
            temporality: None,
            monotonic: None,
            value: Some(1.0),
            histogram: None,
            exemplars: Vec::new(),
            unit: None,
            service: None,
            tags: Attributes::new(),
            ingest_time: Timestamp::from_nanos(6),
        };
        let rows = vec![LiveRow::Span(Box::new(SpanSummary::from(&span))), LiveRow::Metric { point }];
        let batch = LiveBatch { project: ProjectId::generate(), commit_seq: 3, rows, omitted: 0 };
        let json = serde_json::to_string(&batch).unwrap();
        assert_eq!(serde_json::from_str::<LiveBatch>(&json).unwrap(), batch);
        let shown: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&shown["rows"][0]["type"], &shown["rows"][0]["name"]), (&"span".into(), &"chat".into()));
        assert_eq!((&shown["rows"][1]["type"], &shown["rows"][1]["point"]["type"]), (&"metric".into(), &"counter".into()));
    }
}
