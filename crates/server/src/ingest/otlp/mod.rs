//! OTLP: traces, logs and metrics, over HTTP (`http`) and gRPC (`grpc`). Both end here, with a message that is whole and decompressed.

mod grpc;
mod grpc_message;
pub(super) mod http;

pub(super) use grpc::routes as grpc_routes;

use super::{agent_calls, api::context, body::Received, decode::decode, pipeline, reports};
use crate::{AppState, http::ApiResult};
use bytes::Bytes;
use model::{
    ProjectId,
    telemetry::{RowBatch, RowKind},
};
use protocol::{
    IngestContext, Normalised, RowError,
    native::{NativeRows, SpanReport},
    otlp::{self, Encoding, Signal},
};

/// Rejected rows named in a partial success; the others are only counted.
const NAMED_REJECTIONS: usize = 3;

/// What `Export…ServiceResponse` says about a request whose good rows are durable and visible.
#[derive(Debug, Default)]
struct Outcome {
    rejected: u64,
    /// Why, or a warning.
    message: Option<String>,
}

impl Outcome {
    fn of(rejected: &[(usize, RowError)]) -> Self {
        Self { rejected: rejected.len() as u64, message: (!rejected.is_empty()).then(|| summary(rejected)) }
    }

    fn encode(&self, encoding: Encoding, signal: Signal) -> Vec<u8> {
        otlp::encode_response(encoding, signal, self.rejected, self.message.as_deref())
    }
}

/// From a message to the rows in it (added to the batch), and the rows that were not taken.
fn read(
    signal: Signal,
    bytes: Bytes,
    encoding: Encoding,
    context: &IngestContext,
    batch: &mut RowBatch,
) -> ApiResult<Vec<(usize, RowError)>> {
    Ok(match signal {
        Signal::Traces => put(otlp::spans(otlp::decode_traces(bytes, encoding)?, context), &mut batch.spans),
        Signal::Logs => put(otlp::log_records(otlp::decode_logs(bytes, encoding)?, context), &mut batch.logs),
        Signal::Metrics => put(otlp::metric_points(otlp::decode_metrics(bytes, encoding)?, context), &mut batch.metrics),
    })
}

fn put<T>(read: Normalised<T>, rows: &mut Vec<model::telemetry::Incoming<T>>) -> Vec<(usize, RowError)> {
    *rows = read.rows;
    read.rejected
}

async fn take_in(state: &AppState, project: ProjectId, signal: Signal, encoding: Encoding, received: Received) -> ApiResult<Outcome> {
    let Received { bytes, length, permits } = received;
    let (path, kind) = path_and_kind(signal);
    let context = context(state, project, kind).await?;
    let work = move || {
        let mut batch = RowBatch::new(project);
        let rejected = read(signal, bytes, encoding, &context, &mut batch)?;
        Ok((batch, rejected))
    };
    let (mut batch, rejected) = decode(length, work).await?;
    state.metrics.ingest_bytes(path, length as u64);
    state.metrics.ingest_rejected(kind.as_str(), rejected.len() as u64);
    let reports = told_of_others(state, project, &mut batch);
    let told = batch.spans.iter().map(|incoming| &incoming.row).chain(reports.iter().map(|report| &report.span));
    let apart = agent_calls::told_apart(state, project, told);
    if !batch.is_empty() {
        pipeline::store(state, kind, batch, permits).await?;
    }
    if !reports.is_empty() {
        let rows = NativeRows { spans: reports, ..NativeRows::default() };
        reports::store_rows(state, project, rows, Vec::new()).await?;
    }
    agent_calls::join(state, project, apart).await?;
    Ok(Outcome::of(&rejected))
}

/// What the rows say about spans that others report too: see `protocol::agents`. Both commits are done before the answer; a request that
/// is sent again after the first of them says the same again.
fn told_of_others(state: &AppState, project: ProjectId, batch: &mut RowBatch) -> Vec<SpanReport> {
    if batch.logs.is_empty() && batch.spans.is_empty() {
        return Vec::new();
    }
    let mut agents = state.agents.lock();
    let mut reports = agents.of_logs(project, &mut batch.logs);
    reports.extend(agents.of_spans(project, &mut batch.spans));
    reports
}

fn path_and_kind(signal: Signal) -> (&'static str, RowKind) {
    match signal {
        Signal::Traces => ("/v1/traces", RowKind::Span),
        Signal::Logs => ("/v1/logs", RowKind::Log),
        Signal::Metrics => ("/v1/metrics", RowKind::Metric),
    }
}

/// The first rejected rows with their reasons, and how many more there are.
fn summary(rejected: &[(usize, RowError)]) -> String {
    let named = rejected.iter().take(NAMED_REJECTIONS).map(|(index, error)| format!("row {index}: {error}"));
    let mut summary = named.collect::<Vec<_>>().join("; ");
    if rejected.len() > NAMED_REJECTIONS {
        summary.push_str(&format!("; and {} more", rejected.len() - NAMED_REJECTIONS));
    }
    summary
}
