//! Rows to stored level-0 batches: the columns of `schema::columns`, in that order.

use super::columns::{Column, Rows};
use crate::schema::stored_level0_schema;
use datafusion::arrow::{error::ArrowError, record_batch::RecordBatch};
use model::{
    ProjectId,
    telemetry::{Attributes, Incoming, LogRecord, Message, MetricPoint, PREVIEW_CHARS, RowKind, Score, Span, TokenBuckets, preview},
};

fn batch(kind: RowKind, columns: Vec<Column>) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_new(stored_level0_schema(kind), columns.into_iter().collect::<Result<_, _>>()?)
}

/// Empty maps and lists are stored as null.
fn non_empty(attributes: &Attributes) -> Option<&Attributes> {
    (!attributes.is_empty()).then_some(attributes)
}

fn some_items<T>(items: &[T]) -> Option<&[T]> {
    (!items.is_empty()).then_some(items)
}

fn shown(messages: Option<&Vec<Message>>) -> Option<String> {
    messages.and_then(|messages| preview(messages, PREVIEW_CHARS))
}

pub(crate) fn encode_spans(project: ProjectId, rows: &[Incoming<Span>]) -> Result<RecordBatch, ArrowError> {
    let rows = Rows(rows);
    let bucket = |get: fn(&TokenBuckets) -> Option<u64>| rows.count(move |span: &Span| get(&span.usage.buckets));
    batch(
        RowKind::Span,
        vec![
            rows.project(project),
            rows.trace_id(|span| Some(span.trace_id)),
            rows.span_id(|span| Some(span.span_id)),
            rows.span_id(|span| span.parent_span_id),
            rows.text(|span| span.native_id.as_deref()),
            rows.required_text(|span| &span.name),
            rows.required_text(|span| span.kind.as_str()),
            rows.time(|span| Some(span.start_time)),
            rows.time(|span| span.end_time),
            rows.number(|span| span.duration_ms),
            rows.number(|span| span.time_to_first_token_ms),
            rows.required_text(|span| span.status.as_str()),
            rows.flag(|span| Some(span.running)),
            rows.text(|span| span.error_type.as_deref()),
            rows.text(|span| span.error_message.as_deref()),
            rows.text(|span| span.provider.as_deref()),
            rows.text(|span| span.request_model.as_deref()),
            rows.text(|span| span.response_model.as_deref()),
            rows.text(|span| span.response_id.as_deref()),
            rows.text(|span| span.operation.as_deref()),
            rows.texts(|span| &span.finish_reasons),
            rows.text(|span| span.session_id.as_deref()),
            rows.text(|span| span.user_id.as_deref()),
            rows.text(|span| span.environment.as_deref()),
            rows.text(|span| span.release.as_deref()),
            rows.text(|span| span.service.as_deref()),
            rows.text(|span| span.agent.as_deref()),
            rows.text(|span| span.tool.as_deref()),
            rows.text(|span| span.prompt_name.as_deref()),
            rows.text(|span| span.prompt_version.as_deref()),
            rows.texts(|span| &span.tags),
            rows.count(|span| span.usage.input_tokens),
            rows.count(|span| span.usage.output_tokens),
            rows.count(|span| span.usage.total_tokens),
            rows.required_text(|span| span.usage.split.as_str()),
            bucket(|buckets| buckets.input_uncached),
            bucket(|buckets| buckets.cache_read),
            bucket(|buckets| buckets.cache_write_5m),
            bucket(|buckets| buckets.cache_write_1h),
            bucket(|buckets| buckets.cache_write_unknown),
            bucket(|buckets| buckets.input_audio),
            bucket(|buckets| buckets.input_image),
            bucket(|buckets| buckets.output_text),
            bucket(|buckets| buckets.output_reasoning),
            bucket(|buckets| buckets.output_audio),
            bucket(|buckets| buckets.web_searches),
            rows.money(|span| span.cost.total_usd),
            rows.money(|span| span.cost.input_usd),
            rows.money(|span| span.cost.output_usd),
            rows.money(|span| span.cost.reported_usd),
            rows.required_text(|span| span.cost.source.as_str()),
            rows.text(|span| span.cost.price_id.as_deref()),
            rows.text(|span| span.cost.price_version.as_deref()),
            rows.flag(|span| Some(span.billed)),
            rows.required_text(|span| &span.source.convention),
            rows.text(|span| span.source.sdk.as_deref()),
            rows.texts(|span| &span.quality),
            rows.time(|span| Some(span.ingest_time)),
            rows.made_text(|span| shown(span.payload.input.as_ref())),
            rows.made_text(|span| shown(span.payload.output.as_ref())),
            rows.json(|span| span.payload.input.as_ref()),
            rows.json(|span| span.payload.output.as_ref()),
            rows.json(|span| span.payload.system.as_ref()),
            rows.json(|span| span.payload.tools.as_ref()),
            rows.json(|span| non_empty(&span.payload.model_parameters)),
            rows.json(|span| non_empty(&span.payload.metadata)),
            rows.json(|span| non_empty(&span.payload.attributes)),
            rows.json(|span| some_items(&span.payload.events)),
            rows.json(|span| some_items(&span.payload.links)),
            rows.json(|span| non_empty(&span.payload.originals)),
            rows.digests(),
        ],
    )
}

pub(crate) fn encode_logs(project: ProjectId, rows: &[Incoming<LogRecord>]) -> Result<RecordBatch, ArrowError> {
    let rows = Rows(rows);
    batch(
        RowKind::Log,
        vec![
            rows.project(project),
            rows.time(|log| Some(log.timestamp)),
            rows.time(|log| log.observed_time),
            rows.required_text(|log| log.level.as_str()),
            rows.large_text(|log| &log.message),
            rows.text(|log| log.logger.as_deref()),
            rows.text(|log| log.service.as_deref()),
            rows.trace_id(|log| log.trace_id),
            rows.span_id(|log| log.span_id),
            rows.text(|log| log.session_id.as_deref()),
            rows.text(|log| log.user_id.as_deref()),
            rows.json(|log| non_empty(&log.attributes)),
            rows.time(|log| Some(log.ingest_time)),
            rows.digests(),
        ],
    )
}

pub(crate) fn encode_metrics(project: ProjectId, rows: &[Incoming<MetricPoint>]) -> Result<RecordBatch, ArrowError> {
    let rows = Rows(rows);
    batch(
        RowKind::Metric,
        vec![
            rows.project(project),
            rows.time(|point| Some(point.timestamp)),
            rows.time(|point| point.start_time),
            rows.required_text(|point| &point.name),
            rows.required_text(|point| point.metric_type.as_str()),
            rows.text(|point| point.temporality.map(|temporality| temporality.as_str())),
            rows.flag(|point| point.monotonic),
            rows.number(|point| point.value),
            rows.json(|point| point.histogram.as_ref()),
            rows.text(|point| point.unit.as_deref()),
            rows.text(|point| point.service.as_deref()),
            rows.json(|point| non_empty(&point.tags)),
            rows.time(|point| Some(point.ingest_time)),
            rows.json(|point| (!point.exemplars.is_empty()).then_some(&point.exemplars)),
            rows.digests(),
        ],
    )
}

pub(crate) fn encode_scores(project: ProjectId, rows: &[Incoming<Score>]) -> Result<RecordBatch, ArrowError> {
    let rows = Rows(rows);
    batch(
        RowKind::Score,
        vec![
            rows.project(project),
            rows.time(|score| Some(score.timestamp)),
            rows.required_text(|score| &score.name),
            rows.required_text(|score| score.target.as_str()),
            rows.trace_id(|score| score.target.trace_id()),
            rows.span_id(|score| score.target.span_id()),
            rows.text(|score| score.target.session_id()),
            rows.number(|score| score.value),
            rows.text(|score| score.label.as_deref()),
            rows.required_text(|score| score.source.as_str()),
            rows.text(|score| score.comment.as_deref()),
            rows.text(|score| score.author.as_deref()),
            rows.time(|score| Some(score.ingest_time)),
            rows.required_text(|score| &score.score_id),
            rows.required_text(|score| score.kind.as_str()),
            rows.json(|score| non_empty(&score.metadata)),
            rows.flag(|score| Some(score.deleted)),
            rows.digests(),
        ],
    )
}
