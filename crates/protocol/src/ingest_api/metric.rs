//! `POST /api/v1/ingest/metrics`: one metric point.

use super::fields::Fields;
use crate::{IngestContext, RowError, rules::check_time};
use model::telemetry::{Incoming, MetricPoint, MetricType, Temporality};
use serde_json::Value;

/// Reads one point. A counter's value is the change since the last point; a histogram's is one observation.
pub fn metric(value: Value, context: &IngestContext) -> Result<Incoming<MetricPoint>, RowError> {
    let mut fields = Fields::read(value)?;
    let timestamp = fields.timestamp()?.unwrap_or(context.received_at);
    check_time("timestamp", timestamp, context)?;
    let name = fields.required_label("name")?;
    let metric_type = match fields.label("type")? {
        None => MetricType::Gauge,
        Some(name) => MetricType::from_name(&name).ok_or_else(|| RowError::new("type", "expected one of gauge, counter, histogram"))?,
    };
    let value = fields.finite_number("value")?;
    let unit = fields.label("unit")?;
    let service = fields.label("service")?;
    let mut tags = fields.object("tags")?;
    for (name, value) in fields.rest() {
        tags.entry(name).or_insert(value);
    }
    let is_change = metric_type != MetricType::Gauge;
    let row = MetricPoint {
        timestamp,
        start_time: None,
        name,
        metric_type,
        temporality: is_change.then_some(Temporality::Delta),
        monotonic: (metric_type == MetricType::Counter).then_some(value >= 0.0),
        value: Some(value),
        histogram: None,
        exemplars: Vec::new(),
        unit,
        service,
        tags,
        ingest_time: context.received_at,
    };
    Ok(Incoming::new(row, None))
}
