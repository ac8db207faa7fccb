//! One call: who makes it, where it goes, what comes back.

use super::{
    caller::caller,
    claude_code, headers,
    hints::Hints,
    record::Call,
    recorder::{Ending, Recorder},
    target::{Called, Target},
    tee::{Half, Tee},
};
use crate::{
    AppState,
    http::{ApiResult, Problem},
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use model::{SpanId, Timestamp, TraceId};
use std::{
    error::Error,
    time::{Duration, Instant},
};

/// How long a provider may take until its answer begins: longer than the SDKs wait by default.
const ANSWER_LIMIT: Duration = Duration::from_secs(20 * 60);

pub(super) async fn forward(State(state): State<AppState>, request: Request) -> Response {
    let began = (Timestamp::now(), Instant::now());
    let (parts, body) = request.into_parts();
    pass_on(&state, parts, body, began).await.unwrap_or_else(IntoResponse::into_response)
}

async fn pass_on(state: &AppState, parts: Parts, body: Body, began: (Timestamp, Instant)) -> ApiResult<Response> {
    let target =
        Target::of(parts.uri.path()).ok_or_else(|| Problem::bad_request("expected /proxy/UPSTREAM/PATH, without . and .. in the path"))?;
    let upstream = state.config.proxy.upstream(target.upstream).ok_or_else(|| unknown_upstream(state))?;
    let caller = caller(&parts, target.key, state).await?;
    let uri = upstream.uri(target.path, parts.uri.query()).ok_or_else(|| Problem::bad_request("this path is no part of a URL"))?;

    let mut ids = None;
    let recorder = Called::of(&parts.method, target.path).and_then(|called| {
        let hints = Hints::of(&parts.headers);
        let (trace_id, span_id) = new_ids(&hints)?;
        ids = Some((trace_id, span_id));
        let call = Call {
            project: caller.project,
            trace_id,
            span_id,
            called,
            provider: upstream.provider.clone(),
            upstream: target.upstream.to_owned(),
            host: upstream.host.clone(),
            path: target.path.to_owned(),
            request_headers: parts.headers.clone(),
            hints,
            began: began.0,
            began_at: began.1,
        };
        Recorder::start(state, call)
    });

    let mut outgoing = Request::new(Tee::new(body, Half::Request, recorder.clone()));
    *outgoing.method_mut() = parts.method.clone();
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = headers::for_provider(&parts.headers);
    let answered = tokio::time::timeout(ANSWER_LIMIT, state.proxy.client.request(outgoing)).await;
    let (answer, body) = match answered {
        Ok(Ok(answer)) => answer.into_parts(),
        Ok(Err(error)) => {
            let reason = chain(&error);
            tracing::warn!(upstream = target.upstream, reason, "the upstream did not answer");
            end(recorder, Ending::Unreachable(reason));
            return Err(Problem::new(StatusCode::BAD_GATEWAY, format!("{} could not be reached", target.upstream)));
        }
        Err(_) => {
            end(recorder, Ending::TimedOut);
            return Err(Problem::new(StatusCode::GATEWAY_TIMEOUT, format!("{} did not begin to answer in time", target.upstream)));
        }
    };

    if let Some(recorder) = &recorder {
        recorder.head(answer.status, &answer.headers);
    }
    let is_recorded = recorder.is_some();
    let mut response = Response::new(Body::new(Tee::new(body, Half::Answer, recorder)));
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers::for_caller(&answer.headers);
    if let (Some((trace, span)), true) = (ids, is_recorded) {
        let told = claude_code::told(&parts.headers, &answer.headers);
        let (trace, span) = told.map_or((trace, span), |told| (told.trace.unwrap_or(trace), told.span));
        headers::add_ids(response.headers_mut(), &trace.to_hex(), &span.to_hex());
    }
    Ok(response)
}

fn unknown_upstream(state: &AppState) -> Problem {
    let mut problem = Problem::not_found("upstream");
    problem.detail = format!("there is no upstream of this name; configured: {}", state.config.proxy.names());
    problem
}

/// The trace that the caller is in, or one of its own.
fn new_ids(hints: &Hints) -> Option<(TraceId, SpanId)> {
    let mut random = [0_u8; TraceId::LEN + SpanId::LEN];
    getrandom::fill(&mut random).ok()?;
    let (trace, span) = random.split_at(TraceId::LEN);
    Some((hints.trace.or_else(|| TraceId::from_slice(trace).ok())?, SpanId::from_slice(span).ok()?))
}

fn end(recorder: Option<Recorder>, ending: Ending) {
    if let Some(recorder) = recorder {
        recorder.end(ending);
    }
}

/// What went wrong, and why. Holds names of hosts and faults of connections, never what was sent.
fn chain(error: &dyn Error) -> String {
    const MAX_CAUSES: usize = 8;
    let causes = std::iter::successors(error.source(), |cause| (*cause).source()).take(MAX_CAUSES);
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
