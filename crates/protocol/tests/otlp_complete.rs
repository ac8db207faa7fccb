//! What the protocol allows and senders use: every kind of metric, values that are not there, and the same bytes over gRPC.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Exemplar, LogRecord, MetricPoint, MetricType, Temporality};
use protocol::otlp::{self, Encoding};
use serde_json::{Value, json};
use support::{context, fixture};

fn points(metric: Value) -> Vec<MetricPoint> {
    let body = json!({"resourceMetrics": [{"resource": {}, "scopeMetrics": [{"scope": {"name": "s"}, "metrics": [metric]}]}]});
    let request = otlp::decode_metrics(body.to_string().into(), Encoding::Json).unwrap();
    let read = otlp::metric_points(request, &context());
    assert_eq!(read.rejected, []);
    read.rows.into_iter().map(|row| row.row).collect()
}

fn logs(record: Value) -> Vec<LogRecord> {
    let body = json!({"resourceLogs": [{"scopeLogs": [{"scope": null, "logRecords": [record], "unknown": 1}], "schemaUrl": "x"}]});
    let read = otlp::log_records(otlp::decode_logs(body.to_string().into(), Encoding::Json).unwrap(), &context());
    assert_eq!(read.rejected, []);
    read.rows.into_iter().map(|row| row.row).collect()
}

const TIME: &str = "1795420000000000000";

#[test]
fn a_summary_keeps_count_sum_and_quantiles() {
    let quantiles = json!([{"quantile": 0.5, "value": 12.5}, {"quantile": 0.99, "value": "40"}]);
    let point = json!({"timeUnixNano": TIME, "count": "4", "sum": 60.5, "quantileValues": quantiles});
    let point = points(json!({"name": "rpc.duration", "summary": {"dataPoints": [point]}})).remove(0);
    let histogram = point.histogram.unwrap();
    assert_eq!((histogram.count, histogram.sum, histogram.counts), (4, Some(60.5), vec![4]));
    assert_eq!((&point.tags["quantile.0.5"], &point.tags["quantile.0.99"]), (&json!(12.5), &json!(40.0)));
}

#[test]
fn an_exponential_histogram_loses_no_observation() {
    let point = json!({
        "timeUnixNano": TIME, "startTimeUnixNano": TIME, "count": 21, "sum": 100, "scale": 1, "zeroCount": "3", "min": -4, "max": 30,
        "positive": {"offset": 2, "bucketCounts": ["1", "2", 3, "4"]}, "negative": {"offset": 1, "bucketCounts": [8]},
        "attributes": [{"key": "gone", "value": {}}],
    });
    let metric = json!({"name": "tokens", "exponentialHistogram": {"aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA", "dataPoints": [point]}});
    let point = points(metric).remove(0);
    assert_eq!((point.metric_type, point.temporality), (MetricType::Histogram, Some(Temporality::Delta)));
    let histogram = point.histogram.unwrap();
    assert_eq!(histogram.counts.iter().sum::<u64>(), histogram.count);
    // The base is 2^(1/2): bucket 2 of the positive side is (2, 2^1.5].
    assert_eq!(histogram.counts, [0, 8, 3, 1, 2, 3, 4, 0]);
    let close = |bound: f64, expected: f64| assert!((bound - expected).abs() < 1e-9, "{bound} {expected}");
    histogram
        .bounds
        .iter()
        .zip([-2.0, -(2.0_f64.sqrt()), 2.0, 2.0_f64.powf(1.5), 4.0, 2.0_f64.powf(2.5), 8.0])
        .for_each(|(bound, expected)| close(*bound, expected));
    assert!(!point.tags.contains_key("gone"), "a value that is not there says nothing");
}

#[test]
fn exemplars_are_kept_with_the_span_that_they_point_to() {
    let exemplars = json!([
        {"timeUnixNano": TIME, "asDouble": 1.5, "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331",
         "filteredAttributes": [{"key": "user", "value": {"stringValue": "u"}}]},
        {"asInt": "7"},
        {"timeUnixNano": TIME},
    ]);
    let point = json!({"timeUnixNano": TIME, "asDouble": 1, "exemplars": exemplars});
    let point = points(json!({"name": "m", "sum": {"isMonotonic": true, "aggregationTemporality": 2, "dataPoints": [point]}})).remove(0);
    let [full, bare] = point.exemplars.as_slice() else { panic!("one has no value: {:?}", point.exemplars) };
    let Exemplar { time, value, trace_id, span_id, attributes } = full;
    assert_eq!((time.unwrap().as_nanos().to_string().as_str(), *value), (TIME, 1.5));
    assert_eq!((trace_id.as_deref(), span_id.as_deref()), (Some("0af7651916cd43dd8448eb211c80319c"), Some("b7ad6b7169203331")));
    assert_eq!(attributes["user"], "u");
    assert_eq!((bare.value, bare.time, bare.trace_id.as_ref()), (7.0, None, None));
}

#[test]
fn a_record_with_nothing_set_takes_its_time_from_where_it_can() {
    let bare = json!({"timeUnixNano": "0", "observedTimeUnixNano": TIME, "traceId": "", "spanId": "", "body": null, "severityNumber": 0});
    let record = logs(bare).remove(0);
    assert_eq!((record.timestamp.as_nanos().to_string().as_str(), record.trace_id, record.span_id), (TIME, None, None));
    assert_eq!(record.message, "");
    let timed = json!({"attributes": [{"key": "event.timestamp", "value": {"stringValue": "2026-11-23T08:06:39.676Z"}}]});
    assert_eq!(logs(timed)[0].timestamp.to_string(), "2026-11-23T08:06:39.676Z");
}

#[test]
fn the_name_of_an_event_is_its_attribute_where_the_field_says_another_thing() {
    let named = json!({"timeUnixNano": TIME, "eventName": "event src/a.rs:7", "attributes": [{"key": "event.name", "value": {"stringValue": "a.b"}}]});
    let record = logs(named).remove(0);
    assert_eq!(
        (record.message.as_str(), &record.attributes["event.name"], &record.attributes["otel.event_name"]),
        ("a.b", &json!("a.b"), &json!("event src/a.rs:7"))
    );
    let record = logs(json!({"timeUnixNano": TIME, "eventName": "a.b"})).remove(0);
    assert_eq!((record.message.as_str(), record.attributes.len()), ("a.b", 1));
}

#[test]
fn messages_over_grpc_are_the_bodies_over_http() {
    let [grpc, gzip, http] = [
        "010_otlp-grpc_POST_try_proto_collector_trace_v1_TraceService_Export.bin",
        "013_otlp-grpc-gzip_POST_try_proto_collector_trace_v1_TraceService_Export.bin",
        "001_otlp-http-protobuf_POST_v1_traces.bin",
    ]
    .map(|name| {
        let read = otlp::spans(otlp::decode_traces(fixture(name).into(), Encoding::Protobuf).unwrap(), &context());
        assert_eq!(read.rejected, []);
        read.rows.into_iter().map(|row| (row.row.name, row.row.kind, row.row.usage, row.row.payload.input)).collect::<Vec<_>>()
    });
    assert!(!grpc.is_empty() && grpc == http && gzip == http);
    let logs = [
        "011_otlp-grpc_POST_metry_proto_collector_logs_v1_LogsService_Export.bin",
        "014_otlp-grpc-gzip_POST_metry_proto_collector_logs_v1_LogsService_Export.bin",
        "002_otlp-http-protobuf_POST_v1_logs.bin",
    ]
    .map(|name| {
        let read = otlp::log_records(otlp::decode_logs(fixture(name).into(), Encoding::Protobuf).unwrap(), &context());
        read.rows.into_iter().map(|row| (row.row.message, row.row.level)).collect::<Vec<_>>()
    });
    assert!(!logs[0].is_empty() && logs[0] == logs[2] && logs[1] == logs[2]);
    let metrics = [
        "012_otlp-grpc_POST_proto_collector_metrics_v1_MetricsService_Export.bin",
        "015_otlp-grpc-gzip_POST_proto_collector_metrics_v1_MetricsService_Export.bin",
        "003_otlp-http-protobuf_POST_v1_metrics.bin",
    ]
    .map(|name| {
        let read = otlp::metric_points(otlp::decode_metrics(fixture(name).into(), Encoding::Protobuf).unwrap(), &context());
        read.rows.into_iter().map(|row| (row.row.name, row.row.value, row.row.unit)).collect::<Vec<_>>()
    });
    assert!(!metrics[0].is_empty() && metrics[0] == metrics[2] && metrics[1] == metrics[2]);
}
