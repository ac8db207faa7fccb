//! An application log record.

use super::Attributes;
use crate::{SpanId, Timestamp, TraceId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Debug,
    #[default]
    Info,
    Warning,
    Error,
    Critical,
}

impl Level {
    pub const ALL: [Level; 5] = [Self::Debug, Self::Info, Self::Warning, Self::Error, Self::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// Any case, and the usual other names (`warn`, `fatal`, `trace`).
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "TRACE" | "DEBUG" => Some(Self::Debug),
            "INFO" | "NOTICE" | "INFORMATION" => Some(Self::Info),
            "WARN" | "WARNING" => Some(Self::Warning),
            "ERROR" | "ERR" => Some(Self::Error),
            "CRITICAL" | "FATAL" | "ALERT" | "EMERGENCY" => Some(Self::Critical),
            _ => None,
        }
    }

    /// OpenTelemetry severity numbers: 1-8 trace and debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal.
    pub fn from_severity_number(number: i32) -> Option<Self> {
        match number {
            1..=8 => Some(Self::Debug),
            9..=12 => Some(Self::Info),
            13..=16 => Some(Self::Warning),
            17..=20 => Some(Self::Error),
            21..=24 => Some(Self::Critical),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogRecord {
    pub timestamp: Timestamp,
    /// When a collector saw it, if it said so.
    pub observed_time: Option<Timestamp>,
    pub level: Level,
    pub message: String,
    pub logger: Option<String>,
    pub service: Option<String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    pub ingest_time: Timestamp,
}
