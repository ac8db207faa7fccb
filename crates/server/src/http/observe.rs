//! Around every request: its id, its line in the log, its time in the metrics, and the final form of its errors.

use super::{Problem, grpc_status};
use crate::AppState;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{any::Any, fmt::Write, time::Instant};

/// The id of a request: the caller's own from `x-request-id` when it is short and plain, else a random one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids would bloat the log.
const MAX_REQUEST_ID_CHARS: usize = 64;

impl RequestId {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let is_plain = |text: &&str| {
            let plain_char = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !text.is_empty() && text.len() <= MAX_REQUEST_ID_CHARS && text.bytes().all(plain_char)
        };
        match headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain) {
            Some(given) => Self(given.to_owned()),
            None => Self::random(),
        }
    }

    fn random() -> Self {
        let mut bytes = [0u8; 8];
        // Ids help to find log lines; without randomness they are zeros and nothing else suffers.
        let _ = getrandom::fill(&mut bytes);
        Self(bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }
}

/// Middleware. Never logs query strings or bodies: they may hold payload text or secrets.
pub(crate) async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    // Without a route the path is anybody's text: one label for all of them keeps the metrics bounded.
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", |path| path.as_str()).to_owned();
    let path = request.uri().path().to_owned();
    let is_grpc = grpc_status::is_grpc(request.headers());

    let response = next.run(request).await;
    let status = response.status().as_u16();
    let mut response = as_problem(response, &id, is_grpc);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    let took = started.elapsed();
    state.metrics.request(method.as_str(), &route, status, took);
    let duration_ms = took.as_secs_f64() * 1e3;
    if matches!(route.as_str(), "/health" | "/metrics") {
        tracing::debug!(request_id = id.0, %method, path, status, duration_ms, "request");
    } else {
        tracing::info!(request_id = id.0, %method, path, status, duration_ms, "request");
    }
    response
}

/// Gives problems their request id, and turns plain errors of the framework into problems. Errors in other formats (OTLP) pass.
fn as_problem(response: Response, id: &RequestId, is_grpc: bool) -> Response {
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if is_plain_error(&response) => Problem::new(response.status(), plain_detail(response.status())),
        None => return response,
    };
    if is_grpc {
        return grpc_status::refusal(&problem);
    }
    let mut rendered = problem.render(&id.0);
    // `Allow`, cookies and the like were set for a reason; what describes the old body goes.
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH | header::CONTENT_ENCODING)
            && !rendered.headers().contains_key(name)
        {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}

fn is_plain_error(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    is_error && content_type.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"))
}

fn plain_detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is nothing at this address; /docs lists what there is",
        StatusCode::METHOD_NOT_ALLOWED => "this address does not take this method; the Allow header names those it takes",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than this route takes",
        StatusCode::GATEWAY_TIMEOUT => "the request took longer than the server allows",
        _ => "the request could not be answered",
    }
}

/// The answer when a handler panicked. The panic itself is in the log, from the panic hook.
pub(crate) fn panic_answer(_cause: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal("a handler panicked").into_response()
}
