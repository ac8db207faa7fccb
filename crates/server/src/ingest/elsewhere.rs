//! Reports of spans that another source reports too, on its own: log records beside spans (`protocol::agents`).

use super::reports::begin_at;
use crate::{AppState, http::ApiResult};
use model::{
    ProjectId,
    telemetry::{Incoming, Span},
};
use protocol::native::{Elsewhere, SpanReport};

/// Starts that are further apart are not of one span to lists and sums (`docs/adr/0007`: a minute).
const SAME_START_NANOS: i64 = 50 * 1_000_000_000;

/// Makes a report one with what is stored of its span.
pub(super) async fn join_stored(
    state: &AppState,
    project: ProjectId,
    mut report: SpanReport,
    elsewhere: Elsewhere,
) -> ApiResult<Incoming<Span>> {
    let (trace, id) = (report.span.trace_id, report.span.span_id);
    match state.store.span(project, trace, id).await? {
        Some(stored) => join(&mut report.span, report.start_known, elsewhere, stored),
        None => {
            if report.span.name.is_empty() {
                report.span.name = elsewhere.name.to_owned();
            }
            if !report.start_known {
                report.span.note("start_unknown");
                state.unknown_starts.remember((project, trace, id), None);
            }
        }
    }
    Ok(Incoming::new(report.span, report.digest))
}

/// They begin together, and what only one of them can say stays.
fn join(span: &mut Span, start_known: bool, elsewhere: Elsewhere, stored: Span) {
    let own = span.start_time;
    let is_earlier = own < stored.start_time && stored.start_time.as_nanos().saturating_sub(own.as_nanos()) <= SAME_START_NANOS;
    let start = if start_known && is_earlier { own } else { stored.start_time };
    span.end_time = span.end_time.or(stored.end_time);
    begin_at(span, start);
    span.source = stored.source;
    if elsewhere.content_yields {
        let (said, known) = (&mut span.payload, stored.payload);
        said.input = said.input.take().filter(|_| known.input.is_none());
        said.output = said.output.take().filter(|_| known.output.is_none());
        said.system = said.system.take().filter(|_| known.system.is_none());
        said.tools = said.tools.take().filter(|_| known.tools.is_none());
    }
}

/// How two reports of one request stand together to those from elsewhere.
pub(super) fn both_elsewhere(earlier: &SpanReport, later: &SpanReport) -> Option<Elsewhere> {
    match (earlier.elsewhere, later.elsewhere) {
        (Some(one), Some(other)) => {
            let name = if one.name.is_empty() { other.name } else { one.name };
            Some(Elsewhere { name, content_yields: yields(earlier) && yields(later) })
        }
        (one, other) => one.or(other),
    }
}

/// Whether no content of the report is its own to say.
fn yields(report: &SpanReport) -> bool {
    let payload = &report.span.payload;
    let has_content = payload.input.is_some() || payload.output.is_some() || payload.system.is_some() || payload.tools.is_some();
    !has_content || report.elsewhere.is_some_and(|elsewhere| elsewhere.content_yields)
}
