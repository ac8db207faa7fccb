//! What goes in comes out, for any row.

use super::{encode_logs, encode_metrics, encode_scores, encode_spans, ipc, logs, metrics, scores, span_summaries, spans};
use datafusion::arrow::record_batch::RecordBatch;
use model::{
    Money, ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{
        Attributes, Cost, CostSource, Exemplar, Histogram, Incoming, Level, LogRecord, Message, MetricPoint, MetricType, Part, RowKind,
        Score, ScoreKind, ScoreSource, ScoreTarget, Source, Span, SpanEvent, SpanKind, SpanLink, SpanSummary, Status, Temporality,
        TokenBuckets, TokenUsage, UsageSplit,
    },
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value, json};

fn project() -> ProjectId {
    ProjectId::from_bytes([3; 16]).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{1,8}", "\\PC{0,12}"]
}

fn some_text() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_000i32..1_000_000).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..4).prop_map(|map| json!(map))
        ]
    })
}

fn attributes() -> impl Strategy<Value = Attributes> {
    proptest::collection::btree_map(text(), value(), 0..4)
}

fn message() -> impl Strategy<Value = Message> {
    let part = prop_oneof![
        text().prop_map(|text| Part::Text { text }),
        (some_text(), text(), value()).prop_map(|(id, name, arguments)| Part::ToolCall { id, name, arguments }),
        (some_text(), value()).prop_map(|(id, result)| Part::ToolResult { id, result }),
        value().prop_map(|value| Part::Other { value }),
    ];
    (text(), vec(part, 0..3), some_text(), some_text()).prop_map(|(role, parts, name, finish_reason)| Message {
        role,
        parts,
        name,
        finish_reason,
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_nanos)
}

fn trace_id() -> impl Strategy<Value = TraceId> {
    (1u8.., any::<[u8; 15]>()).prop_map(|(first, rest)| {
        let mut bytes = [first; 16];
        bytes[1..].copy_from_slice(&rest);
        TraceId::from_bytes(bytes).unwrap()
    })
}

fn span_id() -> impl Strategy<Value = SpanId> {
    (1u64..).prop_map(|bits| SpanId::from_bytes(bits.to_be_bytes()).unwrap())
}

fn money() -> impl Strategy<Value = Option<Money>> {
    option::of(any::<i64>().prop_map(|units| Money::from_picodollars(i128::from(units) * 1_000_000)))
}

fn count() -> impl Strategy<Value = Option<u64>> {
    option::of(0..=i64::MAX as u64)
}

fn usage() -> impl Strategy<Value = TokenUsage> {
    (vec(count(), 14), any::<bool>()).prop_map(|(counts, exact)| TokenUsage {
        input_tokens: counts[0],
        output_tokens: counts[1],
        total_tokens: counts[2],
        split: if exact { UsageSplit::Exact } else { UsageSplit::Assumed },
        buckets: TokenBuckets {
            input_uncached: counts[3],
            cache_read: counts[4],
            cache_write_5m: counts[5],
            cache_write_1h: counts[6],
            cache_write_unknown: counts[7],
            input_audio: counts[8],
            input_image: counts[9],
            output_text: counts[10],
            output_reasoning: counts[11],
            output_audio: counts[12],
            web_searches: counts[13],
        },
    })
}

prop_compose! {
    fn cost()(amounts in vec(money(), 4), source in 0..3usize, texts in vec(some_text(), 2)) -> Cost {
        Cost {
            total_usd: amounts[0],
            input_usd: amounts[1],
            output_usd: amounts[2],
            reported_usd: amounts[3],
            source: [CostSource::Computed, CostSource::Reported, CostSource::Unknown][source],
            price_id: texts[0].clone(),
            price_version: texts[1].clone(),
        }
    }
}

prop_compose! {
    fn labelled()(
        ids in (trace_id(), span_id(), option::of(span_id())),
        texts in vec(some_text(), 19),
        name in text(),
        lists in vec(vec(text(), 0..3), 3),
        times in (time(), option::of(time()), time()),
        numbers in vec(option::of(-1e12..1e12), 2),
        kind in 0..SpanKind::ALL.len(),
        status in 0..3usize,
        billed in any::<bool>(),
        usage in usage(),
        cost in cost(),
    ) -> Span {
        let mut span = Span::new(ids.0, ids.1, name, times.0);
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        span.parent_span_id = ids.2;
        span.native_id = next();
        span.kind = SpanKind::ALL[kind];
        span.end_time = times.1;
        span.duration_ms = numbers[0];
        span.time_to_first_token_ms = numbers[1];
        span.status = [Status::Ok, Status::Error, Status::Unset][status];
        span.error_type = next();
        span.error_message = next();
        span.provider = next();
        span.request_model = next();
        span.response_model = next();
        span.response_id = next();
        span.operation = next();
        span.session_id = next();
        span.user_id = next();
        span.environment = next();
        span.release = next();
        span.service = next();
        span.agent = next();
        span.tool = next();
        span.prompt_name = next();
        span.prompt_version = next();
        span.source = Source { convention: next().unwrap_or_default(), sdk: next() };
        let mut lists = lists.into_iter();
        span.finish_reasons = lists.next().unwrap_or_default();
        span.tags = lists.next().unwrap_or_default();
        span.quality = lists.next().unwrap_or_default();
        span.usage = usage;
        span.cost = cost;
        span.billed = billed;
        span.ingest_time = times.2;
        span
    }
}

prop_compose! {
    fn any_span()(
        span in labelled(),
        messages in vec(option::of(vec(message(), 0..3)), 3),
        tools in option::of(value()),
        maps in vec(attributes(), 6),
        event in option::of((time(), text())),
        link in option::of((text(), text())),
    ) -> Span {
        let mut span = span;
        let mut maps = maps.into_iter();
        let mut map = || maps.next().unwrap_or_default();
        span.payload.input = messages[0].clone();
        span.payload.output = messages[1].clone();
        span.payload.system = messages[2].clone();
        span.payload.tools = tools;
        span.payload.model_parameters = map();
        span.payload.metadata = map();
        span.payload.attributes = map();
        span.payload.originals = map();
        span.payload.events = event.map(|(time, name)| SpanEvent { time, name, attributes: map() }).into_iter().collect();
        span.payload.links = link.map(|(trace_id, span_id)| SpanLink { trace_id, span_id, attributes: map() }).into_iter().collect();
        span
    }
}

fn incoming<T>(rows: Vec<T>) -> Vec<Incoming<T>> {
    rows.into_iter().enumerate().map(|(index, row)| Incoming::new(row, (index % 2 == 0).then_some([index as u8; 16]))).collect()
}

/// Through the bytes of a level-0 segment.
fn stored(kind: RowKind, batch: &RecordBatch) -> RecordBatch {
    let batches = ipc::decode(kind, 5, &ipc::encode(batch).unwrap()).unwrap();
    assert_eq!(batches.len(), 1);
    batches[0].clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn spans_round_trip(rows in vec(any_span(), 1..6)) {
        let batch = stored(RowKind::Span, &encode_spans(project(), &incoming(rows.clone())).unwrap());
        prop_assert_eq!(&spans(&batch).unwrap(), &rows);
        let summaries: Vec<_> = rows.iter().map(SpanSummary::from).collect();
        prop_assert_eq!(&span_summaries(&batch).unwrap(), &summaries);
    }

    #[test]
    fn scores_round_trip(
        rows in vec((0..3usize, (trace_id(), span_id(), text()), text(), option::of(-1e9..1e9f64), (0..4usize, 0..3usize), vec(some_text(), 3), attributes(), any::<bool>(), time(), time()), 1..5)
    ) {
        let rows: Vec<Score> = rows.into_iter().map(|(target, (trace_id, span_id, session_id), name, value, (source, kind), texts, metadata, deleted, timestamp, ingest_time)| Score {
            score_id: format!("{name}/1"),
            kind: ScoreKind::ALL[kind],
            target: match target {
                0 => ScoreTarget::Span { trace_id, span_id },
                1 => ScoreTarget::Trace { trace_id },
                _ => ScoreTarget::Session { session_id },
            },
            value,
            label: texts[0].clone(),
            name,
            source: ScoreSource::ALL[source],
            comment: texts[1].clone(),
            author: texts[2].clone(),
            metadata,
            deleted,
            timestamp,
            ingest_time,
        }).collect();
        let batch = stored(RowKind::Score, &encode_scores(project(), &incoming(rows.clone())).unwrap());
        prop_assert_eq!(scores(&batch).unwrap(), rows);
    }

    #[test]
    fn logs_round_trip(
        rows in vec((time(), option::of(time()), 0..5usize, text(), vec(some_text(), 4), option::of(trace_id()), option::of(span_id()), attributes(), time()), 1..5)
    ) {
        let rows: Vec<LogRecord> = rows.into_iter().map(|(timestamp, observed_time, level, message, texts, trace_id, span_id, attributes, ingest_time)| LogRecord {
            timestamp,
            observed_time,
            level: Level::ALL[level],
            message,
            logger: texts[0].clone(),
            service: texts[1].clone(),
            trace_id,
            span_id,
            session_id: texts[2].clone(),
            user_id: texts[3].clone(),
            attributes,
            ingest_time,
        }).collect();
        let batch = stored(RowKind::Log, &encode_logs(project(), &incoming(rows.clone())).unwrap());
        prop_assert_eq!(logs(&batch).unwrap(), rows);
    }

    #[test]
    fn metrics_round_trip(
        rows in vec((time(), option::of(time()), text(), 0..3usize, 0..3usize, option::of(any::<bool>()), option::of(-1e9..1e9f64), vec(some_text(), 2), attributes(), time()), 1..5)
    ) {
        let rows: Vec<MetricPoint> = rows.into_iter().map(|(timestamp, start_time, name, kind, temporality, monotonic, value, texts, tags, ingest_time)| MetricPoint {
            timestamp,
            start_time,
            name,
            metric_type: [MetricType::Gauge, MetricType::Counter, MetricType::Histogram][kind],
            temporality: [None, Some(Temporality::Delta), Some(Temporality::Cumulative)][temporality],
            monotonic,
            value,
            histogram: (kind == 2).then(|| Histogram { count: 3, sum: value.map(f64::round), min: None, max: None, bounds: vec![0.5, 2.0], counts: vec![1, 1, 1] }),
            exemplars: value.iter().map(|value| Exemplar { time: Some(timestamp), value: value.round(), trace_id: Some("ab".repeat(16)), span_id: None, attributes: tags.clone() }).collect(),
            unit: texts[0].clone(),
            service: texts[1].clone(),
            tags,
            ingest_time,
        }).collect();
        let batch = stored(RowKind::Metric, &encode_metrics(project(), &incoming(rows.clone())).unwrap());
        prop_assert_eq!(metrics(&batch).unwrap(), rows);
    }
}

#[test]
fn columns_that_were_not_read_leave_defaults_and_an_unreadable_payload_keeps_its_row() {
    let mut span = Span::new(TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap(), "call", Timestamp::from_nanos(5));
    span.payload.input = Some(vec![Message::text("user", "hello")]);
    let deep = (0..130).fold(json!(1), |inner, _| json!([inner]));
    span.payload.tools = Some(deep);
    let batch = encode_spans(project(), &incoming(vec![span])).unwrap();
    let few = batch.project(&[1, 2, 5]).unwrap();
    let read = spans(&few).unwrap();
    assert_eq!((read[0].name.as_str(), read[0].payload.input.as_ref()), ("call", None));
    let read = spans(&batch).unwrap();
    assert_eq!(read[0].payload.tools, None);
    assert_eq!(read[0].quality, ["payload_unreadable"]);
    assert!(read[0].payload.input.is_some());
    assert!(spans(&batch.project(&[0]).unwrap()).is_err());
}
