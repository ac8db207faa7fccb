//! A metric point of the application.

use super::Attributes;
use crate::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricType {
    #[default]
    Gauge,
    Counter,
    Histogram,
}

impl MetricType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Gauge, Self::Counter, Self::Histogram].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Whether a counter or histogram point holds the change since `start_time` or the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Temporality {
    Delta,
    Cumulative,
}

impl Temporality {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::Cumulative => "cumulative",
        }
    }
}

/// `counts[i]` observations in (`bounds[i-1]`, `bounds[i]`]; `counts` is one longer than `bounds`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Histogram {
    pub count: u64,
    pub sum: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub bounds: Vec<f64>,
    pub counts: Vec<u64>,
}

/// One measurement behind a point, with the span that it was made in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exemplar {
    pub time: Option<Timestamp>,
    pub value: f64,
    /// Hex as sent: an exemplar may point outside what we store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_id: Option<String>,
    /// What the point's own tags leave out.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    #[schema(value_type = Object)]
    pub attributes: Attributes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MetricPoint {
    pub timestamp: Timestamp,
    pub start_time: Option<Timestamp>,
    pub name: String,
    #[serde(rename = "type")]
    pub metric_type: MetricType,
    pub temporality: Option<Temporality>,
    pub monotonic: Option<bool>,
    /// The number, or one observation of a histogram. `None` when `histogram` holds the point.
    pub value: Option<f64>,
    pub histogram: Option<Histogram>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemplars: Vec<Exemplar>,
    pub unit: Option<String>,
    pub service: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub tags: Attributes,
    pub ingest_time: Timestamp,
}
