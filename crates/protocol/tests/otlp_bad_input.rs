//! What OTLP senders get wrong: each has its outcome, and the good rows of the same body are kept.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use bytes::Bytes;
use prost::Message;
use protocol::{
    DecodeError, Normalised,
    otlp::{
        self, Encoding,
        wire::{AnyValue, ArrayValue, ExportTraceServiceRequest, KeyValue, Resource, ResourceSpans, ScopeSpans, Span, any_value::Value},
    },
};
use serde_json::json;
use support::{context, fixture};

const START: u64 = 1_795_420_000_000_000_000;

fn good_span(number: u8) -> Span {
    Span {
        trace_id: vec![1; 16].into(),
        span_id: vec![number; 8].into(),
        name: "ok".into(),
        start_time_unix_nano: START,
        end_time_unix_nano: START + 1_000_000,
        ..Default::default()
    }
}

fn normalise(spans: Vec<Span>) -> Normalised<model::telemetry::Span> {
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: None, scope_spans: vec![ScopeSpans { scope: None, spans }] }],
    };
    otlp::spans(otlp::decode_traces(request.encode_to_vec().into(), Encoding::Protobuf).unwrap(), &context())
}

fn normalise_json(spans: serde_json::Value) -> Normalised<model::telemetry::Span> {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    otlp::spans(otlp::decode_traces(body.into(), Encoding::Json).unwrap(), &context())
}

fn attribute(name: &str, value: Value) -> KeyValue {
    KeyValue { key: name.to_owned().into(), value: Some(AnyValue { value: Some(value) }) }
}

fn text(text: impl Into<Bytes>) -> Value {
    Value::String(text.into())
}

fn json_error(body: &str) -> DecodeError {
    otlp::decode_traces(Bytes::from(body.to_owned()), Encoding::Json).unwrap_err()
}

#[test]
fn bodies_that_are_not_otlp_are_refused() {
    assert!(json_error("{\"resourceSpans\": [").message.contains("EOF"));
    assert!(json_error("[]").message.contains("expected an OTLP JSON object"));
    assert!(json_error("").message.contains("expected an OTLP JSON object"));
    assert!(json_error("{\"resourceSpans\": 5}").message.contains("expected a sequence"));
    let error = otlp::decode_traces(Bytes::from_static(b"{\"resourceSpans\":[]}"), Encoding::Protobuf).unwrap_err();
    assert!(error.message.contains("not a valid OTLP protobuf body"), "{error}");
}

#[test]
fn empty_requests_are_fine() {
    assert_eq!(otlp::decode_traces(Bytes::new(), Encoding::Protobuf).unwrap().groups, []);
    for body in ["{}", "\u{feff} {\"resourceSpans\": null}", r#"{"resourceSpans":[{"scopeSpans":null,"unknown":1}]}"#] {
        assert_eq!(otlp::decode_traces(body.into(), Encoding::Json).unwrap().groups, [], "{body}");
    }
}

/// A body cut off half-way is refused or, where it ends between two messages, read up to there; it never panics.
#[test]
fn cut_off_bodies_never_panic() {
    let binary = Bytes::from(fixture("001_otlp-http-protobuf_POST_v1_traces.bin"));
    let text = Bytes::from(fixture("007_otlp-http-json_POST_v1_traces.json"));
    let refused = (1..binary.len()).filter(|end| otlp::decode_traces(binary.slice(..*end), Encoding::Protobuf).is_err()).count();
    assert_eq!(refused, binary.len() - 1, "the body is one message: every cut is inside it");
    assert!((0..text.len() - 1).all(|end| otlp::decode_traces(text.slice(..end), Encoding::Json).is_err()));
}

#[test]
fn a_bad_row_is_rejected_alone_and_keeps_its_place() {
    let good = |id: &str| json!({"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": id, "startTimeUnixNano": START.to_string()});
    let mut wrong_type = good("b7ad6b7169203332");
    wrong_type["startTimeUnixNano"] = json!({"seconds": 5});
    let mut wrong_attribute = good("b7ad6b7169203333");
    wrong_attribute["attributes"] = json!([{"key": "n", "value": {"intValue": "twelve"}}]);
    let normalised = normalise_json(json!([good("b7ad6b7169203331"), wrong_type, 5, wrong_attribute, good("b7ad6b7169203334")]));
    assert_eq!(normalised.rows.len(), 2);
    assert_eq!(normalised.rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(normalised.rejected[2].1.message.contains("intValue: expected a 64-bit integer"), "{:?}", normalised.rejected);
}

#[test]
fn errors_never_repeat_payload_text() {
    let normalised = normalise_json(json!([{"attributes": "the secret prompt"}, {"kind": "the secret prompt"}]));
    for (_, error) in normalised.rejected {
        assert!(error.message.contains("expected") && !error.message.contains("secret"), "{error}");
    }
    assert!(!json_error(r#"{"resourceSpans": "the secret prompt"}"#).message.contains("secret"));
}

#[test]
fn unreadable_protobuf_rows_are_rejected_alone() {
    let mut nested = AnyValue { value: Some(Value::Bool(true)) };
    for _ in 0..150 {
        nested = AnyValue { value: Some(Value::Array(ArrayValue { values: vec![nested] })) };
    }
    let deep = Span { attributes: vec![KeyValue { key: "deep".into(), value: Some(nested) }], ..good_span(2) };
    let normalised = normalise(vec![good_span(1), deep, good_span(3)]);
    assert_eq!(normalised.rows.len(), 2);
    assert_eq!(normalised.rejected[0].0, 1);
    assert!(normalised.rejected[0].1.message.contains("recursion limit"), "{:?}", normalised.rejected);
}

#[test]
fn deep_json_rows_are_rejected_and_deep_text_stays_text() {
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    let span = Span { attributes: vec![attribute("gen_ai.input.messages", Value::String(deep.clone().into()))], ..good_span(1) };
    let input = normalise(vec![span]).rows.remove(0).row.payload.input.unwrap();
    assert_eq!(input[0].parts, [model::telemetry::Part::Text { text: deep }]);
    let shallow = (0..30).fold(json!({"boolValue": true}), |inner, _| json!({"arrayValue": {"values": [inner]}}));
    let span = |value: String| {
        format!(
            r#"{{"traceId":"{}","spanId":"{}","startTimeUnixNano":{START},"attributes":[{{"key":"k","value":{value}}}]}}"#,
            "01".repeat(16),
            "01".repeat(8)
        )
    };
    let too_deep = "{\"arrayValue\":{\"values\":[".repeat(10_000) + &"]}}".repeat(10_000);
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{},{}]}}]}}]}}"#, span(shallow.to_string()), span(too_deep));
    let normalised = otlp::spans(otlp::decode_traces(body.into(), Encoding::Json).unwrap(), &context());
    assert_eq!((normalised.rows.len(), normalised.rejected[0].0), (1, 1));
    assert!(normalised.rejected[0].1.message.contains("recursion limit"), "{:?}", normalised.rejected);
}

#[test]
fn ids_that_are_missing_or_zero_are_rejected_and_odd_ones_hashed() {
    let missing = Span { trace_id: Bytes::new(), ..good_span(1) };
    let zero = Span { span_id: vec![0; 8].into(), ..good_span(2) };
    let short = Span { span_id: vec![9; 4].into(), ..good_span(3) };
    let zero_parent = Span { parent_span_id: vec![0; 8].into(), ..good_span(4) };
    let normalised = normalise(vec![missing, zero, short, zero_parent]);
    assert_eq!(normalised.rejected.iter().map(|(_, error)| error.field.as_str()).collect::<Vec<_>>(), ["trace_id", "span_id"]);
    assert_eq!(normalised.rows[0].row.native_id.as_deref(), Some("09090909"));
    assert_eq!(normalised.rows[0].row.span_id, protocol::native_span_id(otlp::ID_CONVENTION, "09090909"));
    assert_eq!(normalised.rows[1].row.parent_span_id, None);
}

#[test]
fn times_out_of_range_are_rejected_by_rule() {
    let at = |nanos: u64| Span { start_time_unix_nano: nanos, ..good_span(1) };
    let year_2540 = 18_000_000_000 * 1_000_000_000; // nanoseconds end in 2554
    // Unset, seconds and milliseconds in place of nanoseconds, 1970, the year 2540, beyond 64 signed bits.
    let normalised = normalise(vec![at(0), at(1_795_420_000), at(1_795_420_000_000), at(1_000_000_000), at(year_2540), at(u64::MAX)]);
    assert_eq!(normalised.rows, []);
    let rules = normalised.rejected.iter().map(|(_, error)| error.message.contains("before 2000")).collect::<Vec<_>>();
    assert_eq!(rules, [true, true, true, true, false, false]);
    assert!(normalised.rejected[4].1.message.contains("24 hours ahead"));
}

#[test]
fn negative_durations_are_flagged_and_open_spans_are_running() {
    let backwards = Span { end_time_unix_nano: START - 5_000_000, ..good_span(1) };
    let running = Span { end_time_unix_nano: 0, ..good_span(2) };
    let normalised = normalise(vec![backwards, running]);
    assert_eq!(normalised.rows[0].row.duration_ms, Some(-5.0));
    assert_eq!(normalised.rows[0].row.quality, ["negative_duration"]);
    assert_eq!((normalised.rows[1].row.end_time, normalised.rows[1].row.duration_ms), (None, None));
}

#[test]
fn text_that_is_not_utf8_is_repaired_and_noted() {
    let broken = Bytes::from_static(b"caf\xff");
    let span = Span {
        name: broken.clone(),
        attributes: vec![attribute("gen_ai.input.messages", Value::String(broken.clone())), attribute("other", Value::String(broken))],
        ..good_span(1)
    };
    let normalised = normalise(vec![span, good_span(2)]);
    let row = &normalised.rows[0].row;
    assert_eq!(row.name, "caf\u{fffd}");
    assert_eq!(row.payload.attributes["other"], "caf\u{fffd}");
    assert_eq!(row.quality, ["invalid_utf8"]);
    assert!(normalised.rows[1].row.quality.is_empty());
    let body = [&br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":""#[..], b"\xff", br#""}]}]}]}"#].concat();
    assert!(otlp::decode_traces(body.into(), Encoding::Json).is_ok());
}

#[test]
fn lenient_json_reads_like_strict_json() {
    let normalised = normalise_json(json!([{
        "traceId": "0AF7651916CD43DD8448EB211C80319C", "spanId": "b7ad6b7169203331", "parentSpanId": "", "traceState": null,
        "kind": "SPAN_KIND_CLIENT", "startTimeUnixNano": START, "endTimeUnixNano": (START + 2_000_000).to_string(), "flags": 257,
        "status": {"code": "STATUS_CODE_ERROR", "message": null}, "events": null, "links": [], "someday": {"new": true},
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"stringValue": "100"}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": 20}},
            {"key": "nothing", "value": {}}, {"key": "null", "value": null}, {"key": "missing"},
            {"key": "flag", "value": {"boolValue": "True"}}, {"key": "ratio", "value": {"doubleValue": "NaN"}},
            {"key": "bytes", "value": {"bytesValue": "aGk="}},
        ],
    }]));
    assert_eq!(normalised.rejected, []);
    let span = &normalised.rows[0].row;
    assert_eq!((span.usage.input_tokens, span.usage.output_tokens), (Some(100), Some(20)));
    assert_eq!(span.status, model::telemetry::Status::Error);
    assert_eq!(span.duration_ms, Some(2.0));
    assert_eq!(
        serde_json::to_value(&span.payload.attributes).unwrap(),
        json!({"bytes": "aGk=", "flag": true, "otel.span_kind": "client", "ratio": "NaN"})
    );
}

#[test]
fn native_ids_in_json_are_hashed_and_uuids_kept() {
    let normalised = normalise_json(json!([
        {"traceId": "trace-one", "spanId": "span-one", "startTimeUnixNano": START},
        {"traceId": "018f2f6e-0000-7000-8000-00000000abcd", "spanId": "b7ad6b7169203331", "startTimeUnixNano": START},
    ]));
    let first = &normalised.rows[0].row;
    assert_eq!(first.native_id.as_deref(), Some("span-one"));
    assert_eq!(first.trace_id, protocol::native_trace_id(otlp::ID_CONVENTION, "trace-one"));
    assert_eq!(first.payload.attributes["native_trace_id"], "trace-one");
    assert_eq!(normalised.rows[1].row.trace_id.to_hex(), "018f2f6e00007000800000000000abcd");
    assert_eq!(normalised.rows[1].row.native_id, None);
}

#[test]
fn absurd_token_counts_are_noted_and_stay_attributes() {
    let span = |name: &str, value: Value| Span { attributes: vec![attribute(name, value)], ..good_span(1) };
    let normalised = normalise(vec![
        span("gen_ai.usage.input_tokens", Value::Int(-5)),
        span("gen_ai.usage.output_tokens", Value::Double(1.5)),
        span("gen_ai.usage.input_tokens", Value::String("many".into())),
        span("gen_ai.response.time_to_first_chunk", Value::Double(-1.0)),
    ]);
    for (incoming, name) in normalised.rows.iter().zip(["input_tokens", "output_tokens", "input_tokens"]) {
        assert!(incoming.row.usage.is_unknown());
        assert_eq!(incoming.row.quality, ["invalid_token_count"]);
        assert!(incoming.row.payload.attributes.contains_key(&format!("gen_ai.usage.{name}")));
    }
    assert_eq!(normalised.rows[3].row.quality, ["invalid_time_to_first_token"]);
}

#[test]
fn exact_resends_have_the_same_digest_in_both_encodings() {
    let digest = |normalised: &Normalised<model::telemetry::Span>| normalised.rows[0].digest.unwrap();
    let first = digest(&normalise(vec![good_span(1)]));
    assert_eq!(first, digest(&normalise(vec![good_span(1), good_span(2)])), "whatever else is in the batch");
    assert_ne!(first, digest(&normalise(vec![Span { name: "other".into(), ..good_span(1) }])));
    let json = json!([{"traceId": "01".repeat(16), "spanId": "01".repeat(8), "name": "ok",
        "startTimeUnixNano": START.to_string(), "endTimeUnixNano": (START + 1_000_000).to_string()}]);
    assert_eq!(first, digest(&normalise_json(json)));
}

#[test]
fn log_digests_depend_on_the_whole_body() {
    let body = |extra: &str| {
        let record = r#"{"timeUnixNano":"1795420000000000000","body":{"stringValue":"same"}}"#;
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record},{record}{extra}]}}]}}]}}"#)
    };
    let digests = |body: String| {
        let normalised = otlp::log_records(otlp::decode_logs(body.into(), Encoding::Json).unwrap(), &context());
        normalised.rows.iter().map(|incoming| incoming.digest.unwrap()).collect::<Vec<_>>()
    };
    let first = digests(body(""));
    assert_ne!(first[0], first[1], "two equal records of one body are two records");
    assert_eq!(first, digests(body("")));
    assert_ne!(first[0], digests(body(",{}"))[0]);
}

#[test]
fn log_times_fall_back_and_levels_are_read_from_number_or_text() {
    let body = json!({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "app"}, "logRecords": [
        {"timeUnixNano": "0", "observedTimeUnixNano": START.to_string(), "severityText": "warn", "body": null, "traceId": "", "eventName": "codex.start"},
        {"timeUnixNano": 0, "attributes": [{"key": "event.timestamp", "value": {"stringValue": "2026-11-23T08:00:00Z"}}], "severityNumber": "SEVERITY_NUMBER_ERROR2"},
        {"body": {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}, "severityText": "verbose"},
        {"timeUnixNano": "5", "body": {"stringValue": "1970"}},
    ]}]}]});
    let normalised = otlp::log_records(otlp::decode_logs(body.to_string().into(), Encoding::Json).unwrap(), &context());
    let rows: Vec<_> = normalised.rows.iter().map(|incoming| &incoming.row).collect();
    use model::telemetry::Level;
    assert_eq!((rows[0].timestamp.as_nanos(), rows[0].level, rows[0].message.as_str()), (START as i64, Level::Warning, "codex.start"));
    assert_eq!((rows[1].timestamp.to_string().as_str(), rows[1].level), ("2026-11-23T08:00:00Z", Level::Error));
    assert_eq!((rows[2].timestamp, rows[2].message.as_str()), (context().received_at, r#"{"a":1}"#));
    assert_eq!((rows[2].level, &rows[2].attributes["severity_text"]), (Level::Info, &json!("verbose")));
    assert_eq!(normalised.rejected[0].0, 3);
}

#[test]
fn every_kind_of_metric_is_read_and_points_without_a_value_are_rejected() {
    let at = START.to_string();
    let body = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [
        {"name": "g", "gauge": {"dataPoints": [{"timeUnixNano": at, "asInt": "7"}, {"timeUnixNano": at}, {"timeUnixNano": at, "asDouble": "NaN"}]}},
        {"name": "s", "unit": "1", "sum": {"dataPoints": [{"timeUnixNano": at, "asDouble": 2.5}], "aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA", "isMonotonic": true}},
        {"name": "e", "exponentialHistogram": {"dataPoints": [{"timeUnixNano": at, "count": 3, "scale": 0, "positive": {"offset": 0, "bucketCounts": ["1", 2]}}], "aggregationTemporality": 2}},
        {"name": "q", "summary": {"dataPoints": [{"timeUnixNano": at, "count": "4", "sum": 10, "quantileValues": [{"quantile": 0.99, "value": 9.5}]}]}},
        {"name": "broken", "histogram": {"dataPoints": [{"timeUnixNano": at, "count": 1, "explicitBounds": [1], "bucketCounts": [1]}]}},
        {"name": "unreadable", "gauge": {"dataPoints": [{"timeUnixNano": at, "asInt": "seven"}]}},
        {"name": "no data"}, {"gauge": {"dataPoints": []}},
        {"name": "ended", "gauge": {"dataPoints": [{"timeUnixNano": at, "flags": 1}]}},
    ]}]}]});
    let normalised = otlp::metric_points(otlp::decode_metrics(body.to_string().into(), Encoding::Json).unwrap(), &context());
    let rows: Vec<_> = normalised.rows.iter().map(|incoming| &incoming.row).collect();
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["g", "s", "e", "q"]);
    assert_eq!((rows[0].value, rows[1].value, rows[1].monotonic), (Some(7.0), Some(2.5), Some(true)));
    assert_eq!(rows[2].histogram.as_ref().unwrap().bounds, [1.0, 2.0, 4.0]);
    assert_eq!((rows[3].histogram.as_ref().unwrap().count, &rows[3].tags["quantile.0.99"]), (4, &json!(9.5)));
    assert_eq!(normalised.rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 6, 7, 8, 9, 10]);
}

#[test]
fn what_rows_inherit_is_bounded() {
    use protocol::otlp::wire::Resource;
    let attributes = vec![attribute("huge", Value::String("x".repeat(100_000).into())), attribute("small", Value::Int(1))];
    let service = attribute("service.name", Value::String("é".repeat(5_000).into()));
    let resource = Resource { attributes: [attributes, vec![service]].concat() };
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![ScopeSpans { scope: None, spans: vec![good_span(1)] }],
        }],
    };
    let normalised = otlp::spans(otlp::decode_traces(request.encode_to_vec().into(), Encoding::Protobuf).unwrap(), &context());
    let span = &normalised.rows[0].row;
    assert_eq!(span.payload.attributes, [("resource.small".to_owned(), json!(1))].into());
    assert_eq!((span.service.as_ref().unwrap().len(), span.quality.as_slice()), (512, &["resource_attributes_truncated".to_owned()][..]));
}

#[test]
fn bodies_with_too_many_rows_are_refused() {
    let spans = vec![Span::default(); 100_001];
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: None, scope_spans: vec![ScopeSpans { scope: None, spans }] }],
    };
    let error = otlp::decode_traces(request.encode_to_vec().into(), Encoding::Protobuf).unwrap_err();
    assert!(error.message.contains("at most 100000 rows"), "{error}");
}

/// A field with these bytes in it, as protobuf writes it.
fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag << 3 | 2];
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

/// Empty messages: two bytes each on the wire, a hundred times that when decoded.
fn empty_messages(tag: u8, count: usize) -> Vec<u8> {
    [tag << 3 | 2, 0].repeat(count)
}

fn decode_protobuf(body: Vec<u8>) -> Result<otlp::TracesRequest, DecodeError> {
    otlp::decode_traces(body.into(), Encoding::Protobuf)
}

#[test]
fn a_row_that_explodes_when_decoded_is_rejected_alone() {
    let good = |number| field(2, &good_span(number).encode_to_vec());
    let rows = [9, 11, 13].map(|list| field(2, &[good_span(2).encode_to_vec(), empty_messages(list, 100_001)].concat()));
    let body = field(1, &field(2, &[good(1), rows.concat(), good(3)].concat()));
    let normalised = otlp::spans(decode_protobuf(body).unwrap(), &context());
    assert_eq!(normalised.rows.len(), 2);
    assert_eq!(normalised.rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(normalised.rejected[0].1.message.contains("at most 100000 attributes"), "{:?}", normalised.rejected);

    let span = |attributes: &str| {
        format!(r#"{{"traceId":"{0}{0}","spanId":"{0}","startTimeUnixNano":{START},"attributes":[{attributes}]}}"#, "01".repeat(8))
    };
    let many = format!("{}{{}}", "{},".repeat(200_001));
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{},{}]}}]}}]}}"#, span(&many), span(""));
    let normalised = otlp::spans(otlp::decode_traces(body.into(), Encoding::Json).unwrap(), &context());
    assert_eq!((normalised.rows.len(), normalised.rejected[0].0), (1, 0));
}

#[test]
fn bodies_that_explode_when_decoded_are_refused() {
    const COUNT: usize = 2_000_001;
    let inside = |tags: &[u8]| {
        let (last, around) = tags.split_last().unwrap();
        around.iter().rev().fold(empty_messages(*last, COUNT), |content, tag| field(*tag, &content))
    };
    // Resources, attributes of a resource, scopes, attributes of a scope, rows.
    for tags in [&[1][..], &[1, 1, 1], &[1, 2], &[1, 2, 1, 3], &[1, 2, 2]] {
        assert!(decode_protobuf(inside(tags)).unwrap_err().too_large, "{tags:?}");
    }
    // Rows that are good one by one.
    let row = field(2, &[good_span(1).encode_to_vec(), empty_messages(9, 90_000)].concat());
    assert!(decode_protobuf(field(1, &field(2, &row.repeat(23)))).unwrap_err().too_large);
    assert!(decode_protobuf(field(1, &field(2, &row.repeat(3)))).is_ok());
    let bomb = format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{}{{}}]}}}}]}}"#, "{},".repeat(COUNT));
    assert!(json_error(&bomb).too_large);
    assert!(!json_error("{").too_large);
}

#[test]
fn points_and_buckets_of_metrics_are_bounded_too() {
    let metric = |data_tag: u8, data: &[u8]| field(1, &field(2, &field(2, &[field(1, b"m"), field(data_tag, data)].concat())));
    let decode = |body: Vec<u8>| otlp::decode_metrics(body.into(), Encoding::Protobuf);
    assert!(decode(metric(5, &empty_messages(1, 100_001))).unwrap_err().too_large, "points");
    let point = field(8, &field(2, &vec![1; 20_000_000]));
    let request = decode(metric(10, &field(1, &point))).unwrap();
    let normalised = otlp::metric_points(request, &context());
    assert!(normalised.rejected[0].1.message.contains("in one row"), "{:?}", normalised.rejected);
}

/// The attributes of a resource are read once and shared by its scopes; the ones that rows inherit are bounded over all rows.
#[test]
fn a_long_resource_with_many_scopes_is_not_multiplied() {
    let resource = Resource { attributes: vec![attribute("service.name", text("shop")), attribute("long", text("x".repeat(200_000)))] };
    let scopes = (0..20_000_u64)
        .map(|number| Span { span_id: (number + 1).to_be_bytes().to_vec().into(), ..good_span(1) })
        .map(|span| ScopeSpans { scope: None, spans: vec![span] });
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans: scopes.chain([ScopeSpans::default()]).collect() }],
    };
    let request = decode_protobuf(request.encode_to_vec()).unwrap();
    assert_eq!(request.groups.len(), 20_000, "a scope without rows is no group");
    assert!(request.groups.iter().all(|group| std::sync::Arc::ptr_eq(&group.resource, &request.groups[0].resource)));
    let normalised = otlp::spans(request, &context());
    let span = &normalised.rows[19_999].row;
    assert_eq!((span.service.as_deref(), &span.quality[..]), (Some("shop"), &["resource_attributes_truncated".to_owned()][..]));
    assert_ne!(normalised.rows[0].digest, normalised.rows[1].digest);
}

/// Stored rows are read back with a parser that stops at 128 levels.
#[test]
fn text_that_is_nested_too_deep_to_be_read_back_stays_text() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let read = |name: &str, value: String| {
        let attributes = vec![attribute(name, text(value)), attribute("gen_ai.operation.name", text("execute_tool"))];
        let row = normalise(vec![Span { attributes, ..good_span(1) }]).rows.remove(0).row;
        let stored = serde_json::to_string(&row.payload).unwrap();
        serde_json::from_str::<serde_json::Value>(&stored).unwrap_or_else(|error| panic!("{name} does not read back: {error}"));
        row.payload
    };
    for levels in [60, 66, 100, 120, 127] {
        let messages = format!(r#"[{{"role":"user","parts":[{{"type":"tool_call","name":"n","arguments":{}}}]}}]"#, nested(levels));
        let payload = read("gen_ai.input.messages", messages.clone());
        let rebuilt = protocol::regenerate(&payload.input.unwrap(), &payload.originals["gen_ai.input.messages"]).unwrap();
        assert_eq!(rebuilt, messages, "{levels}");
        read("gen_ai.system_instructions", nested(levels));
        read("gen_ai.tool.definitions", nested(levels));
        read("gen_ai.tool.call.arguments", nested(levels));
    }
}
