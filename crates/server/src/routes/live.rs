//! New rows as they are committed: server-sent events.

use super::{fields::kind_of, live_match::matches_row};
use crate::{
    AppState,
    auth::{Authorized, Read, revoked},
    http::{ApiResult, Permit, Problem, ProblemDocument, Query},
    params::given,
};
use axum::{
    extract::State,
    http::{HeaderName, header, request::Parts},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream::BoxStream};
use model::{
    filter::{self, Filter, TextPattern},
    live::{LiveBatch, LiveRow},
    ports::{BusMessage, Topic},
    telemetry::RowKind,
};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, time::Duration};
use utoipa::IntoParams;

/// Proxies close connections that are silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct LiveParams {
    /// Only `span`, `log` or `metric` rows. Default: all, or spans when there is a filter.
    #[param(value_type = Option<RowKind>)]
    kind: Option<String>,
    /// A filter over the fields that lists show; text is looked for in names, errors, messages and previews. No `/patterns/`, scores, comments or bookmarks.
    filter: Option<String>,
    /// The project (id), for callers that are not bound to one by a key.
    #[serde(rename = "project")]
    _project: Option<String>,
}

/// Data of the event `missed`: rows came faster than this client reads, or a connection was lost. Reload to see everything.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Missed {
    /// How many messages; null when unknown.
    count: Option<u64>,
}

/// New rows as server-sent events
///
/// Event `rows` carries a `LiveBatch`, event `missed` a `Missed`, and `ready` says that the subscription stands. The stream ends when
/// the key is deleted or the session ends.
#[utoipa::path(get, path = "/api/v1/live", tag = "read", params(LiveParams), responses((status = 200, body = LiveBatch, content_type = "text/event-stream"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn live(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    parts: Parts,
    Query(params): Query<LiveParams>,
) -> ApiResult<Response> {
    let selection = Selection::of(&params)?;
    let permit = state.live_gate.enter(1)?;
    let messages = state.bus.subscribe(&Topic::Live(caller.project)).await?;
    let (draining, revoked) = (state.shutdown.clone().cancelled_owned(), revoked(parts, state.clone(), caller.clone()));
    let end = async move {
        tokio::select! {
            () = draining => {}
            () = revoked => {}
        }
    };
    let events = events(messages, selection, permit).take_until(end);
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // nginx would hold events back to fill its buffer.
    Ok(([(HeaderName::from_static("x-accel-buffering"), "no"), (header::CACHE_CONTROL, "no-cache")], stream).into_response())
}

fn events(messages: BoxStream<'static, BusMessage>, selection: Selection, permit: Permit) -> impl Stream<Item = Result<Event, Infallible>> {
    let ready = futures::stream::once(async { Ok(Event::default().event("ready").data("{}")) });
    let rows = messages.filter_map(move |message| {
        let _held_while_streaming = &permit;
        futures::future::ready(selection.event(message).map(Ok))
    });
    ready.chain(rows)
}

/// Which rows a client wants.
struct Selection {
    kind: Option<RowKind>,
    filter: Filter,
}

impl Selection {
    fn of(params: &LiveParams) -> ApiResult<Self> {
        let text = given(&params.filter);
        let kind = kind_of(&params.kind)?.or(text.map(|_| RowKind::Span));
        let filter = match (text, kind) {
            (Some(text), Some(kind)) => filter::parse(text, kind).map_err(|error| Problem::invalid("filter", error.to_string()))?,
            _ => Filter::All,
        };
        if has_regex(&filter) {
            return Err(Problem::invalid("filter", "live streams take no /patterns/: use words, phrases or prefixes"));
        }
        if !filter.late_conditions().is_empty() {
            return Err(Problem::invalid("filter", "live streams know no scores, comments or bookmarks: they come later than the rows"));
        }
        Ok(Self { kind, filter })
    }

    fn event(&self, message: BusMessage) -> Option<Event> {
        match message {
            BusMessage::Missed(count) => Event::default().event("missed").json_data(Missed { count }).ok(),
            // Other versions of this program may share the bus: what cannot be read was not for us.
            BusMessage::Payload(payload) => {
                let mut batch: LiveBatch = serde_json::from_slice(&payload).ok()?;
                batch.rows.retain(|row| self.wants(row));
                if self.kind.is_some() {
                    // Of the omitted rows nothing is known: they may be of another kind.
                    batch.omitted = if batch.rows.is_empty() { 0 } else { batch.omitted };
                }
                let is_empty = batch.rows.is_empty() && batch.omitted == 0;
                (!is_empty).then(|| Event::default().event("rows").json_data(batch).ok()).flatten()
            }
        }
    }

    fn wants(&self, row: &LiveRow) -> bool {
        let kind = match row {
            LiveRow::Span(_) => RowKind::Span,
            LiveRow::Log(_) => RowKind::Log,
            LiveRow::Metric { .. } => RowKind::Metric,
        };
        self.kind.is_none_or(|wanted| wanted == kind) && matches_row(&self.filter, row)
    }
}

fn has_regex(filter: &Filter) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().any(has_regex),
        Filter::Not(inner) => has_regex(inner),
        Filter::Text(TextPattern::Regex(_)) => true,
        Filter::All | Filter::Compare(_) | Filter::Text(_) | Filter::Attached(_) => false,
    }
}
