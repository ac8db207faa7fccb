//! The order of reports. Opik's SDK tells a trace or span when it begins and again when it ends, from several threads at once, and says with
//! each report when it was made: the later one is right, also when the earlier one comes after it. Requests that tell of one trace take
//! turns, and which report of a span is the latest is remembered for a while; one that is overtaken yields to what is stored.

use crate::{AppState, http::ApiResult};
use model::{ProjectId, SpanId, Timestamp, TraceId, telemetry::Span};
use parking_lot::Mutex;
use protocol::native::{SpanReport, opik};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tokio::sync::OwnedMutexGuard;

/// Spans of a generation; there are two. The second report comes within seconds of the first.
const MAX_SPANS: usize = 50_000;

type Busy = Arc<Mutex<HashMap<(ProjectId, TraceId), Arc<tokio::sync::Mutex<()>>>>>;
type SpanKey = (ProjectId, TraceId, SpanId);

#[derive(Default)]
pub(crate) struct ReportOrder {
    busy: Busy,
    latest: Mutex<[HashMap<SpanKey, Timestamp>; 2]>,
}

/// No other request tells of the same traces as long as this is held.
pub(super) struct Turn {
    guards: Vec<OwnedMutexGuard<()>>,
    traces: Vec<(ProjectId, TraceId)>,
    busy: Busy,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.guards.clear();
        let mut busy = self.busy.lock();
        for trace in &self.traces {
            // Nobody else waits for it.
            if busy.get(trace).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                busy.remove(trace);
            }
        }
    }
}

impl ReportOrder {
    pub(super) async fn turn(&self, project: ProjectId, reports: &[SpanReport]) -> Turn {
        // All requests take them in the same order: none waits for another one that waits for it.
        let traces: BTreeSet<TraceId> = reports.iter().map(|report| report.span.trace_id).collect();
        let traces: Vec<(ProjectId, TraceId)> = traces.into_iter().map(|trace| (project, trace)).collect();
        let mut turn = Turn { guards: Vec::with_capacity(traces.len()), traces, busy: self.busy.clone() };
        for trace in turn.traces.clone() {
            let lock = self.busy.lock().entry(trace).or_default().clone();
            turn.guards.push(lock.lock_owned().await);
        }
        turn
    }

    /// Whether a later report of the span is stored.
    fn is_overtaken(&self, project: ProjectId, span: &Span) -> bool {
        let latest = self.latest.lock();
        let known = latest.iter().find_map(|generation| generation.get(&(project, span.trace_id, span.span_id)));
        known.zip(made_at(span)).is_some_and(|(known, made)| *known > made)
    }

    /// Called when they are stored, with what each report says of when it was made.
    pub(super) fn remember(&self, project: ProjectId, made: Vec<(TraceId, SpanId, Timestamp)>) {
        let [young, old] = &mut *self.latest.lock();
        for (trace, span, made) in made {
            if young.len() >= MAX_SPANS {
                *old = std::mem::take(young);
            }
            let key = (project, trace, span);
            let known = old.remove(&key).unwrap_or(Timestamp::MIN);
            let latest = young.entry(key).or_insert(known);
            *latest = made.max(*latest);
        }
    }
}

/// When a report was made, by the client's clock.
pub(super) fn made_at(span: &Span) -> Option<Timestamp> {
    opik::last_updated(span)?.parse().ok()
}

/// Puts what is stored of overtaken spans over their reports.
pub(super) async fn yield_to_later(state: &AppState, project: ProjectId, reports: &mut [SpanReport]) -> ApiResult<()> {
    for report in reports.iter_mut().filter(|report| state.report_order.is_overtaken(project, &report.span)) {
        if let Some(stored) = state.store.span(project, report.span.trace_id, report.span.span_id).await? {
            report.span.amend(stored);
            report.start_known = true;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(trace: u8, made: &str) -> SpanReport {
        let ids = (TraceId::from_bytes([trace; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "", Timestamp::from_nanos(1));
        span.payload.attributes.insert(opik::UPDATED_ATTRIBUTE.to_owned(), made.into());
        SpanReport::new(span)
    }

    #[tokio::test]
    async fn requests_that_share_a_trace_take_turns() {
        let (order, project) = (ReportOrder::default(), ProjectId::from_bytes([7; 16]).unwrap());
        let first = order.turn(project, &[report(1, ""), report(2, ""), report(1, "")]).await;
        drop(order.turn(project, &[report(3, "")]).await);
        let reports = [report(2, "")];
        let mut second = Box::pin(order.turn(project, &reports));
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        drop(second.await);
        assert!(order.busy.lock().is_empty());
    }

    #[test]
    fn the_later_report_is_known_whatever_came_last() {
        let (order, project) = (ReportOrder::default(), ProjectId::from_bytes([7; 16]).unwrap());
        let (early, late) = (report(1, "2026-11-27T19:11:50.776037Z"), report(1, "2026-11-27T19:11:51Z"));
        assert!(!order.is_overtaken(project, &early.span));
        for made in [&late, &early] {
            order.remember(project, vec![(made.span.trace_id, made.span.span_id, made_at(&made.span).unwrap())]);
        }
        assert!(order.is_overtaken(project, &early.span) && !order.is_overtaken(project, &late.span));
    }
}
