//! Batches to rows, by column name. Columns that were not read (payloads in lists) leave their defaults.

use super::{
    names,
    reader::{Reader, ids},
};
use datafusion::arrow::record_batch::RecordBatch;
use model::{
    SpanId, StoreResult, Timestamp, TraceId,
    telemetry::{
        Level, LogRecord, MetricPoint, MetricType, Score, ScoreKind, ScoreSource, ScoreTarget, Span, SpanKind, SpanSummary, Status,
    },
};

/// Noted in `quality` of a span when a stored payload could not be read back.
const UNREADABLE: &str = "payload_unreadable";
const EPOCH: Timestamp = Timestamp::from_nanos(0);

fn owned(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Spans. `trace_id` and `span_id` must be among the columns.
pub(crate) fn spans(batch: &RecordBatch) -> StoreResult<Vec<Span>> {
    let trace_ids: Vec<TraceId> = ids(batch, "trace_id")?;
    let span_ids: Vec<SpanId> = ids(batch, "span_id")?;
    let rows = trace_ids.into_iter().zip(span_ids).map(|(trace, span)| Span::new(trace, span, "", EPOCH)).collect();
    let mut reader = Reader::new(batch, rows);
    identity_and_outcome(&mut reader)?;
    labels(&mut reader)?;
    usage_and_cost(&mut reader)?;
    payload(&mut reader)?;
    Ok(reader.rows)
}

/// What lists show, with the stored previews: needs no payload column.
pub(crate) fn span_summaries(batch: &RecordBatch) -> StoreResult<Vec<SpanSummary>> {
    let summaries = spans(batch)?.iter().map(SpanSummary::from).collect();
    let mut reader = Reader::new(batch, summaries);
    reader.text("input_preview", |summary: &mut SpanSummary, text| summary.input_preview = owned(text))?;
    reader.text("output_preview", |summary, text| summary.output_preview = owned(text))?;
    Ok(reader.rows)
}

fn identity_and_outcome(reader: &mut Reader<'_, Span>) -> StoreResult<()> {
    reader.text("parent_span_id", |span, text| span.parent_span_id = text.parse().ok())?;
    reader.text("native_id", |span, text| span.native_id = owned(text))?;
    reader.text("name", |span, text| span.name = text.to_owned())?;
    reader.text("kind", |span, text| span.kind = SpanKind::from_name(text).unwrap_or_default())?;
    reader.time("start_time", |span, time| span.start_time = time)?;
    reader.time("end_time", |span, time| span.end_time = Some(time))?;
    reader.number("duration_ms", |span, number| span.duration_ms = Some(number))?;
    reader.number("time_to_first_token_ms", |span, number| span.time_to_first_token_ms = Some(number))?;
    reader.text("status", |span, text| span.status = Status::from_name(text).unwrap_or_default())?;
    reader.text("error_type", |span, text| span.error_type = owned(text))?;
    reader.text("error_message", |span, text| span.error_message = owned(text))?;
    reader.flag("running", |span, flag| span.running = flag)?;
    reader.flag("billed", |span, flag| span.billed = flag)?;
    reader.time("ingest_time", |span, time| span.ingest_time = time)
}

fn labels(reader: &mut Reader<'_, Span>) -> StoreResult<()> {
    reader.text("provider", |span, text| span.provider = owned(text))?;
    reader.text("request_model", |span, text| span.request_model = owned(text))?;
    reader.text("response_model", |span, text| span.response_model = owned(text))?;
    reader.text("response_id", |span, text| span.response_id = owned(text))?;
    reader.text("operation", |span, text| span.operation = owned(text))?;
    reader.texts("finish_reasons", |span, texts| span.finish_reasons = texts)?;
    reader.text("session_id", |span, text| span.session_id = owned(text))?;
    reader.text("user_id", |span, text| span.user_id = owned(text))?;
    reader.text("environment", |span, text| span.environment = owned(text))?;
    reader.text("release", |span, text| span.release = owned(text))?;
    reader.text("service", |span, text| span.service = owned(text))?;
    reader.text("agent", |span, text| span.agent = owned(text))?;
    reader.text("tool", |span, text| span.tool = owned(text))?;
    reader.text("prompt_name", |span, text| span.prompt_name = owned(text))?;
    reader.text("prompt_version", |span, text| span.prompt_version = owned(text))?;
    reader.texts("tags", |span, texts| span.tags = texts)?;
    reader.text("convention", |span, text| span.source.convention = text.to_owned())?;
    reader.text("sdk", |span, text| span.source.sdk = owned(text))?;
    reader.texts("quality", |span, texts| span.quality = texts)
}

fn usage_and_cost(reader: &mut Reader<'_, Span>) -> StoreResult<()> {
    reader.count("input_tokens", |span, count| span.usage.input_tokens = Some(count))?;
    reader.count("output_tokens", |span, count| span.usage.output_tokens = Some(count))?;
    reader.count("total_tokens", |span, count| span.usage.total_tokens = Some(count))?;
    reader.text("usage_split", |span, text| span.usage.split = names::usage_split_from(text).unwrap_or_default())?;
    reader.count("input_uncached", |span, count| span.usage.buckets.input_uncached = Some(count))?;
    reader.count("cache_read", |span, count| span.usage.buckets.cache_read = Some(count))?;
    reader.count("cache_write_5m", |span, count| span.usage.buckets.cache_write_5m = Some(count))?;
    reader.count("cache_write_1h", |span, count| span.usage.buckets.cache_write_1h = Some(count))?;
    reader.count("cache_write_unknown", |span, count| span.usage.buckets.cache_write_unknown = Some(count))?;
    reader.count("input_audio", |span, count| span.usage.buckets.input_audio = Some(count))?;
    reader.count("input_image", |span, count| span.usage.buckets.input_image = Some(count))?;
    reader.count("output_text", |span, count| span.usage.buckets.output_text = Some(count))?;
    reader.count("output_reasoning", |span, count| span.usage.buckets.output_reasoning = Some(count))?;
    reader.count("output_audio", |span, count| span.usage.buckets.output_audio = Some(count))?;
    reader.count("web_searches", |span, count| span.usage.buckets.web_searches = Some(count))?;
    reader.money("cost_usd", |span, money| span.cost.total_usd = Some(money))?;
    reader.money("cost_input_usd", |span, money| span.cost.input_usd = Some(money))?;
    reader.money("cost_output_usd", |span, money| span.cost.output_usd = Some(money))?;
    reader.money("cost_reported_usd", |span, money| span.cost.reported_usd = Some(money))?;
    reader.text("cost_source", |span, text| span.cost.source = names::cost_source_from(text).unwrap_or_default())?;
    reader.text("price_id", |span, text| span.cost.price_id = owned(text))?;
    reader.text("price_version", |span, text| span.cost.price_version = owned(text))
}

fn payload(reader: &mut Reader<'_, Span>) -> StoreResult<()> {
    let unreadable = |span: &mut Span| span.note(UNREADABLE);
    reader.json("input", |span, value| span.payload.input = Some(value), unreadable)?;
    reader.json("output", |span, value| span.payload.output = Some(value), unreadable)?;
    reader.json("system", |span, value| span.payload.system = Some(value), unreadable)?;
    reader.json("tools", |span, value| span.payload.tools = Some(value), unreadable)?;
    reader.json("model_parameters", |span, value| span.payload.model_parameters = value, unreadable)?;
    reader.json("metadata", |span, value| span.payload.metadata = value, unreadable)?;
    reader.json("attributes", |span, value| span.payload.attributes = value, unreadable)?;
    reader.json("events", |span, value| span.payload.events = value, unreadable)?;
    reader.json("links", |span, value| span.payload.links = value, unreadable)?;
    reader.json("originals", |span, value| span.payload.originals = value, unreadable)
}

pub(crate) fn logs(batch: &RecordBatch) -> StoreResult<Vec<LogRecord>> {
    let empty = LogRecord {
        timestamp: EPOCH,
        observed_time: None,
        level: Level::default(),
        message: String::new(),
        logger: None,
        service: None,
        trace_id: None,
        span_id: None,
        session_id: None,
        user_id: None,
        attributes: Default::default(),
        ingest_time: EPOCH,
    };
    let mut reader = Reader::new(batch, vec![empty; batch.num_rows()]);
    reader.time("timestamp", |log, time| log.timestamp = time)?;
    reader.time("observed_time", |log, time| log.observed_time = Some(time))?;
    reader.text("level", |log, text| log.level = Level::from_name(text).unwrap_or_default())?;
    reader.large_text("message", |log, text| log.message = text.to_owned())?;
    reader.text("logger", |log, text| log.logger = owned(text))?;
    reader.text("service", |log, text| log.service = owned(text))?;
    reader.text("trace_id", |log, text| log.trace_id = text.parse().ok())?;
    reader.text("span_id", |log, text| log.span_id = text.parse().ok())?;
    reader.text("session_id", |log, text| log.session_id = owned(text))?;
    reader.text("user_id", |log, text| log.user_id = owned(text))?;
    reader.json("attributes", |log, value| log.attributes = value, |_| {})?;
    reader.time("ingest_time", |log, time| log.ingest_time = time)?;
    Ok(reader.rows)
}

pub(crate) fn metrics(batch: &RecordBatch) -> StoreResult<Vec<MetricPoint>> {
    let empty = MetricPoint {
        timestamp: EPOCH,
        start_time: None,
        name: String::new(),
        metric_type: MetricType::default(),
        temporality: None,
        monotonic: None,
        value: None,
        histogram: None,
        exemplars: Vec::new(),
        unit: None,
        service: None,
        tags: Default::default(),
        ingest_time: EPOCH,
    };
    let mut reader = Reader::new(batch, vec![empty; batch.num_rows()]);
    reader.time("timestamp", |point, time| point.timestamp = time)?;
    reader.time("start_time", |point, time| point.start_time = Some(time))?;
    reader.text("name", |point, text| point.name = text.to_owned())?;
    reader.text("type", |point, text| point.metric_type = MetricType::from_name(text).unwrap_or_default())?;
    reader.text("temporality", |point, text| point.temporality = names::temporality_from(text))?;
    reader.flag("monotonic", |point, flag| point.monotonic = Some(flag))?;
    reader.number("value", |point, number| point.value = Some(number))?;
    reader.json("histogram", |point, value| point.histogram = Some(value), |_| {})?;
    reader.json("exemplars", |point, value| point.exemplars = value, |_| {})?;
    reader.text("unit", |point, text| point.unit = owned(text))?;
    reader.text("service", |point, text| point.service = owned(text))?;
    reader.json("tags", |point, value| point.tags = value, |_| {})?;
    reader.time("ingest_time", |point, time| point.ingest_time = time)?;
    Ok(reader.rows)
}

/// The three id columns of a score's target.
#[derive(Default, Clone)]
struct Target {
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    session_id: String,
}

impl From<Target> for ScoreTarget {
    fn from(target: Target) -> Self {
        match (target.trace_id, target.span_id) {
            (Some(trace_id), Some(span_id)) => Self::Span { trace_id, span_id },
            (Some(trace_id), None) => Self::Trace { trace_id },
            (None, _) => Self::Session { session_id: target.session_id },
        }
    }
}

/// What the rows of scores are about: only the three id columns are needed.
pub(crate) fn score_targets(batch: &RecordBatch) -> StoreResult<Vec<ScoreTarget>> {
    let mut targets = Reader::new(batch, vec![Target::default(); batch.num_rows()]);
    targets.text("trace_id", |target, text| target.trace_id = text.parse().ok())?;
    targets.text("span_id", |target, text| target.span_id = text.parse().ok())?;
    targets.text("session_id", |target, text| target.session_id = text.to_owned())?;
    Ok(targets.rows.into_iter().map(ScoreTarget::from).collect())
}

pub(crate) fn scores(batch: &RecordBatch) -> StoreResult<Vec<Score>> {
    let rows = score_targets(batch)?.into_iter().map(|target| Score {
        score_id: String::new(),
        kind: ScoreKind::default(),
        target,
        name: String::new(),
        value: None,
        label: None,
        source: ScoreSource::default(),
        comment: None,
        author: None,
        metadata: Default::default(),
        timestamp: EPOCH,
        ingest_time: EPOCH,
        deleted: false,
    });
    let mut reader = Reader::new(batch, rows.collect());
    reader.text("score_id", |score, text| score.score_id = text.to_owned())?;
    reader.text("kind", |score, text| score.kind = ScoreKind::from_name(text).unwrap_or_default())?;
    reader.text("name", |score, text| score.name = text.to_owned())?;
    reader.number("value", |score, number| score.value = Some(number))?;
    reader.text("label", |score, text| score.label = owned(text))?;
    reader.text("source", |score, text| score.source = ScoreSource::from_name(text).unwrap_or_default())?;
    reader.text("comment", |score, text| score.comment = owned(text))?;
    reader.text("author", |score, text| score.author = owned(text))?;
    reader.json("metadata", |score, value| score.metadata = value, |_| {})?;
    reader.time("timestamp", |score, time| score.timestamp = time)?;
    reader.time("ingest_time", |score, time| score.ingest_time = time)?;
    reader.flag("deleted", |score, flag| score.deleted = flag)?;
    Ok(reader.rows)
}
