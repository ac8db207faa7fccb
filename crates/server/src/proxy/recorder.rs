//! From the pieces of a call to a stored span, beside the call. What is sent here never waits and never fails for the sender.

use super::{capture::Capture, record::Call, tee::Half};
use crate::{
    AppState,
    http::{ApiResult, Permit},
    ingest::{join_agent_calls, reports::store_rows},
};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use model::ProjectId;
use protocol::native::{NativeRows, SpanReport};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Complete,
    /// The upstream broke off its answer.
    BrokenOff(String),
    /// There was no answer.
    Unreachable(String),
    TimedOut,
    /// The caller went away.
    Cancelled,
}

/// What is told of a call, in order. The queue is not bounded by itself: what is in it is counted at the gate for memory.
pub(super) enum Piece {
    Data(Half, Bytes, Instant, Permit),
    /// Bytes that there was no room for.
    Missing(Half),
    Head(StatusCode, HeaderMap),
    End(Ending, Instant),
}

/// The sending end. The call is over when an end was told or all of these are gone.
#[derive(Clone)]
pub(super) struct Recorder {
    pieces: UnboundedSender<Piece>,
    state: AppState,
}

impl Recorder {
    /// `None`, and counted, when too many calls are being recorded already.
    pub(super) fn start(state: &AppState, call: Call) -> Option<Self> {
        let Ok(place) = state.proxy.calls.enter(1) else {
            state.metrics.proxy.dropped("too_many_calls");
            return None;
        };
        let (pieces, received) = unbounded_channel();
        state.proxy.tasks.spawn(record(state.clone(), call, received, place));
        Some(Self { pieces, state: state.clone() })
    }

    pub(super) fn piece(&self, half: Half, data: &Bytes) {
        if data.is_empty() {
            return;
        }
        let piece = match self.state.proxy.memory.enter(data.len()) {
            // A copy, so that a piece does not hold on to the whole buffer it was read into.
            Ok(room) => Piece::Data(half, Bytes::copy_from_slice(data), Instant::now(), room),
            Err(_) => Piece::Missing(half),
        };
        // Nobody listens any more when recording failed; the call goes on.
        let _ = self.pieces.send(piece);
    }

    pub(super) fn head(&self, status: StatusCode, headers: &HeaderMap) {
        let _ = self.pieces.send(Piece::Head(status, headers.clone()));
    }

    pub(super) fn end(self, ending: Ending) {
        let _ = self.pieces.send(Piece::End(ending, Instant::now()));
    }
}

/// Counts a recording that did not come to its end, whatever stopped it.
struct Unfinished<'a>(&'a AppState);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.metrics.proxy.dropped("failed");
    }
}

async fn record(state: AppState, call: Call, mut pieces: UnboundedReceiver<Piece>, _place: Permit) {
    let unfinished = Unfinished(&state);
    let project = call.project;
    let mut capture = Capture::new(&call);
    let (ending, ended) = loop {
        match pieces.recv().await {
            Some(Piece::End(ending, at)) => break (ending, at),
            Some(piece) => capture.take(piece, &state.proxy.memory),
            None => break (Ending::Cancelled, Instant::now()),
        }
    };
    let Ok(_turn) = state.proxy.finishing.acquire().await else { return };
    let captured = capture.finish(ending, ended);
    let is_truncated = captured.is_truncated;
    let large = captured.bytes() > ON_THE_SPOT_BYTES;
    let read = move || call.report(captured);
    let (report, room) = if large {
        match tokio::task::spawn_blocking(read).await {
            Ok(read) => read,
            Err(_) => return,
        }
    } else {
        read()
    };
    let stored = store(&state, project, report).await;
    drop(room);
    match stored {
        Ok(()) => {
            std::mem::forget(unfinished);
            state.metrics.proxy.recorded(is_truncated);
        }
        Err(refusal) => tracing::warn!(reason = refusal.detail, "a call through the proxy could not be recorded"),
    }
}

/// Reading this much takes less than moving it to another thread.
const ON_THE_SPOT_BYTES: usize = 64 << 10;

/// How often a refused commit is tried again, and how long to wait before: twice as long each time.
const RETRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);

async fn store(state: &AppState, project: ProjectId, mut report: SpanReport) -> ApiResult<()> {
    let call = report.elsewhere.is_some().then_some(report.span.span_id);
    if let Some(call) = call {
        report.span.trace_id = state.agent_calls.proxied(project, call, report.span.trace_id);
    }
    commit(state, project, report).await?;
    // The agent may have told of the call meanwhile.
    let apart = call.and_then(|call| state.agent_calls.apart(project, call));
    join_agent_calls(state, project, apart.into_iter().collect()).await
}

async fn commit(state: &AppState, project: ProjectId, report: SpanReport) -> ApiResult<()> {
    let mut waited = FIRST_WAIT;
    for _ in 0..RETRIES {
        let rows = NativeRows { spans: vec![report.clone()], ..NativeRows::default() };
        match store_rows(state, project, rows, Vec::new()).await {
            Ok(_) => return Ok(()),
            Err(refusal) if !refusal.status.is_server_error() => return Err(refusal),
            Err(_) => tokio::time::sleep(waited).await,
        }
        waited *= 2;
    }
    let rows = NativeRows { spans: vec![report], ..NativeRows::default() };
    store_rows(state, project, rows, Vec::new()).await.map(drop)
}
