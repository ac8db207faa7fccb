//! How long rows are kept, per project and kind of row.

use crate::{Timestamp, telemetry::RowKind, time::NANOS_PER_DAY};
use serde::{Deserialize, Serialize};

/// Whole UTC days by the rows' own time; `None` keeps for ever. Rows go within a day after their time is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionPolicy {
    pub span_days: Option<u32>,
    pub log_days: Option<u32>,
    pub metric_days: Option<u32>,
    pub score_days: Option<u32>,
    /// After so many days spans and logs keep their numbers and names and lose their texts: messages, payloads, previews.
    pub payload_days: Option<u32>,
    /// Bytes as stored that the project may take; beyond it the oldest days go first.
    pub max_bytes: Option<u64>,
}

impl RetentionPolicy {
    pub fn days(&self, kind: RowKind) -> Option<u32> {
        match kind {
            RowKind::Span => self.span_days,
            RowKind::Log => self.log_days,
            RowKind::Metric => self.metric_days,
            RowKind::Score => self.score_days,
        }
    }

    /// Rows of the kind before this time are over; `None` when none ever are.
    pub fn cutoff(&self, kind: RowKind, now: Timestamp) -> Option<Timestamp> {
        self.days(kind).map(|days| days_before(now, days))
    }

    /// Rows of spans and logs before this time lose their texts.
    pub fn payload_cutoff(&self, kind: RowKind, now: Timestamp) -> Option<Timestamp> {
        let days = self.payload_days.filter(|_| matches!(kind, RowKind::Span | RowKind::Log));
        days.map(|days| days_before(now, days))
    }

    pub fn keeps_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// The start of the UTC day `days` before today.
fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now.floor_to(NANOS_PER_DAY).saturating_add_nanos(-i64::from(days).saturating_mul(NANOS_PER_DAY))
}
