//! Bodies → requests. Both encodings end in the same shape: rows grouped by the resource and scope they share.

use super::{
    Encoding,
    bounds::WireRow,
    json, protobuf,
    wire::{self, InstrumentationScope, Resource},
};
use crate::{DecodeError, RowError, rules::check_row_count};
use bytes::Bytes;
use prost::Message;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Rows that share a resource and a scope; the groups of one resource share it too, and none is without rows. A row that could not be
/// read holds its place, so that indexes stay those of arrival.
#[derive(Debug, Clone, PartialEq)]
pub struct RowGroup<T> {
    pub resource: Arc<Resource>,
    pub scope: InstrumentationScope,
    pub rows: Vec<Result<T, RowError>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TracesRequest {
    pub groups: Vec<RowGroup<wire::Span>>,
}

/// Log records have no id: with the body's hash an exact resend of the whole request is recognised, and nothing else is.
#[derive(Debug, Clone, PartialEq)]
pub struct LogsRequest {
    pub groups: Vec<RowGroup<wire::LogRecord>>,
    pub body_hash: blake3::Hash,
}

/// Metric points have no id either.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsRequest {
    pub groups: Vec<RowGroup<wire::Metric>>,
    pub body_hash: blake3::Hash,
}

/// Reads an `ExportTraceServiceRequest`. An empty protobuf body is an empty request.
pub fn decode_traces(body: Bytes, encoding: Encoding) -> Result<TracesRequest, DecodeError> {
    Ok(TracesRequest { groups: row_groups(body, encoding)? })
}

/// Reads an `ExportLogsServiceRequest`.
pub fn decode_logs(body: Bytes, encoding: Encoding) -> Result<LogsRequest, DecodeError> {
    let body_hash = blake3::hash(&body);
    Ok(LogsRequest { groups: row_groups(body, encoding)?, body_hash })
}

/// Reads an `ExportMetricsServiceRequest`.
pub fn decode_metrics(body: Bytes, encoding: Encoding) -> Result<MetricsRequest, DecodeError> {
    let body_hash = blake3::hash(&body);
    let groups: Vec<RowGroup<wire::Metric>> = row_groups(body, encoding)?;
    // The rows of the record are the points.
    check_row_count(points(&groups))?;
    Ok(MetricsRequest { groups, body_hash })
}

/// How many rows the metrics make: one for each point, and one for a metric that cannot be read.
pub(super) fn points(groups: &[RowGroup<wire::Metric>]) -> usize {
    use wire::metric::Data;
    let points = |metric: &wire::Metric| match &metric.data {
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
        None => 1,
    };
    groups.iter().flat_map(|group| &group.rows).map(|row| row.as_ref().map_or(1, points)).sum()
}

/// How many rows there are, of logs and spans.
pub(super) fn row_count<T>(groups: &[RowGroup<T>]) -> usize {
    groups.iter().map(|group| group.rows.len()).sum()
}

fn row_groups<T: WireRow + Message + Default + DeserializeOwned>(body: Bytes, encoding: Encoding) -> Result<Vec<RowGroup<T>>, DecodeError> {
    match encoding {
        Encoding::Protobuf => protobuf::row_groups(body),
        Encoding::Json => json::row_groups(&body),
    }
}
