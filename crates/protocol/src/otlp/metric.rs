//! OTLP metrics → metric points, one per data point. Descriptions are not kept.

use super::{
    MetricsRequest,
    attributes::{AttributeSet, optional_text},
    decode::points,
    exemplar::exemplars,
    histogram::{explicit, exponential},
    resource::{GroupReader, ResourceFacts},
    wire::{self, Exemplar, KeyValue, NumberDataPoint, metric::Data, number_data_point},
};
use crate::{
    IngestContext, Normalised, RowError,
    ids::digest,
    rules::{check_time, from_unix_nanos, shared_bytes_per_row},
};
use model::telemetry::{Attributes, Histogram, Incoming, MetricPoint, MetricType, Temporality};
use serde_json::Value;

/// `DataPointFlags.NO_RECORDED_VALUE_MASK`: the series ended, there is no value.
const NO_RECORDED_VALUE: u32 = 1;

/// Data points of a request, in arrival order. Bad points are rejected one by one; an unreadable metric counts as one.
pub fn metric_points(request: MetricsRequest, context: &IngestContext) -> Normalised<MetricPoint> {
    let mut normalised = Normalised::default();
    let mut index: usize = 0;
    let mut reader = GroupReader::new(shared_bytes_per_row(points(&request.groups)));
    for group in request.groups {
        let (facts, _) = reader.read(&group.resource, &group.scope);
        let mut push = |outcome: Result<MetricPoint, RowError>| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(request.body_hash.as_bytes()).update(&index.to_le_bytes());
            normalised.push(index, outcome.map(|row| Incoming::new(row, Some(digest(&hasher)))));
            index += 1;
        };
        for row in group.rows {
            match row {
                Ok(metric) => Reader::new(&metric, &facts, context).read(metric.data, &mut push),
                Err(error) => push(Err(error)),
            }
        }
    }
    normalised
}

/// What the points of one metric share.
struct Reader<'a> {
    template: MetricPoint,
    facts: &'a ResourceFacts,
    context: &'a IngestContext,
}

/// What each kind of data point has.
struct Point {
    attributes: Vec<KeyValue>,
    start: u64,
    time: u64,
    flags: u32,
    exemplars: Vec<Exemplar>,
}

impl<'a> Reader<'a> {
    fn new(metric: &wire::Metric, facts: &'a ResourceFacts, context: &'a IngestContext) -> Self {
        let mut repaired = false;
        let template = MetricPoint {
            timestamp: context.received_at,
            start_time: None,
            name: optional_text(&metric.name, &mut repaired).unwrap_or_default(),
            metric_type: MetricType::Gauge,
            temporality: None,
            monotonic: None,
            value: None,
            histogram: None,
            exemplars: Vec::new(),
            unit: optional_text(&metric.unit, &mut repaired),
            service: facts.service.clone(),
            tags: Attributes::new(),
            ingest_time: context.received_at,
        };
        Self { template, facts, context }
    }

    fn read(mut self, data: Option<Data>, push: &mut impl FnMut(Result<MetricPoint, RowError>)) {
        if self.template.name.is_empty() {
            return push(Err(RowError::new("name", "expected the metric's name")));
        }
        match data {
            None => push(Err(RowError::new("data", "expected one of gauge, sum, histogram, exponentialHistogram, summary"))),
            Some(Data::Gauge(gauge)) => gauge.data_points.into_iter().for_each(|point| push(self.number(point))),
            Some(Data::Sum(sum)) => {
                self.template.metric_type = MetricType::Counter;
                self.template.temporality = temporality(sum.aggregation_temporality);
                self.template.monotonic = Some(sum.is_monotonic);
                sum.data_points.into_iter().for_each(|point| push(self.number(point)));
            }
            Some(Data::Histogram(histogram)) => {
                self.template.metric_type = MetricType::Histogram;
                self.template.temporality = temporality(histogram.aggregation_temporality);
                histogram.data_points.into_iter().for_each(|point| push(self.histogram(point)));
            }
            Some(Data::ExponentialHistogram(histogram)) => {
                self.template.metric_type = MetricType::Histogram;
                self.template.temporality = temporality(histogram.aggregation_temporality);
                histogram.data_points.into_iter().for_each(|point| push(self.exponential(point)));
            }
            Some(Data::Summary(summary)) => {
                self.template.metric_type = MetricType::Histogram;
                self.template.temporality = Some(Temporality::Cumulative);
                summary.data_points.into_iter().for_each(|point| push(self.summary(point)));
            }
        }
    }

    fn point(&self, point: Point) -> Result<MetricPoint, RowError> {
        if point.flags & NO_RECORDED_VALUE != 0 {
            return Err(RowError::new("flags", "the point says that it has no recorded value"));
        }
        let time =
            from_unix_nanos(point.time).ok_or_else(|| RowError::new("time_unix_nano", "expected the time of the point in nanoseconds"))?;
        check_time("time_unix_nano", time, self.context)?;
        let mut tags = self.facts.rest.clone();
        let mut repaired = AttributeSet::new(point.attributes).into_rest(&mut tags);
        repaired |= self.facts.repaired;
        let exemplars = exemplars(point.exemplars, &mut repaired);
        for (name, value) in [("environment", &self.facts.environment), ("release", &self.facts.release)] {
            if let Some(value) = value {
                tags.entry(name.to_owned()).or_insert_with(|| Value::String(value.clone()));
            }
        }
        if repaired {
            tags.insert("quality".to_owned(), Value::from("invalid_utf8"));
        }
        Ok(MetricPoint { timestamp: time, start_time: from_unix_nanos(point.start), exemplars, tags, ..self.template.clone() })
    }

    fn number(&self, data: NumberDataPoint) -> Result<MetricPoint, RowError> {
        let mut point = self.point(Point {
            attributes: data.attributes,
            start: data.start_time_unix_nano,
            time: data.time_unix_nano,
            flags: data.flags,
            exemplars: data.exemplars,
        })?;
        let value = match data.value {
            Some(number_data_point::Value::AsDouble(value)) => value,
            Some(number_data_point::Value::AsInt(value)) => value as f64,
            None => return Err(RowError::new("value", "expected asDouble or asInt")),
        };
        if !value.is_finite() {
            return Err(RowError::new("value", "expected a finite number"));
        }
        point.value = Some(value);
        Ok(point)
    }

    fn histogram(&self, data: wire::HistogramDataPoint) -> Result<MetricPoint, RowError> {
        let histogram = explicit(data.count, [data.sum, data.min, data.max], data.explicit_bounds, data.bucket_counts)?;
        let point = Point {
            attributes: data.attributes,
            start: data.start_time_unix_nano,
            time: data.time_unix_nano,
            flags: data.flags,
            exemplars: data.exemplars,
        };
        Ok(MetricPoint { histogram: Some(histogram), ..self.point(point)? })
    }

    fn exponential(&self, data: wire::ExponentialHistogramDataPoint) -> Result<MetricPoint, RowError> {
        let histogram = exponential(&data)?;
        let point = Point {
            attributes: data.attributes,
            start: data.start_time_unix_nano,
            time: data.time_unix_nano,
            flags: data.flags,
            exemplars: data.exemplars,
        };
        Ok(MetricPoint { histogram: Some(histogram), ..self.point(point)? })
    }

    /// A summary has no buckets: its count and sum are kept as a histogram of one, its quantiles as tags `quantile.0.99`.
    fn summary(&self, data: wire::SummaryDataPoint) -> Result<MetricPoint, RowError> {
        let point = Point {
            attributes: data.attributes,
            start: data.start_time_unix_nano,
            time: data.time_unix_nano,
            flags: data.flags,
            exemplars: Vec::new(),
        };
        let mut point = self.point(point)?;
        for quantile in data.quantile_values.iter().take(MAX_QUANTILES) {
            point.tags.insert(format!("quantile.{}", quantile.quantile), Value::from(quantile.value));
        }
        let sum = Some(data.sum).filter(|sum| sum.is_finite());
        point.histogram = Some(Histogram { count: data.count, sum, min: None, max: None, bounds: Vec::new(), counts: vec![data.count] });
        Ok(point)
    }
}

/// Senders write a handful; each becomes a tag.
const MAX_QUANTILES: usize = 100;

fn temporality(wire: i32) -> Option<Temporality> {
    match wire {
        1 => Some(Temporality::Delta),
        2 => Some(Temporality::Cumulative),
        _ => None,
    }
}
