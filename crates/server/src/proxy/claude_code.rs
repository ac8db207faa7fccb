//! Calls of Claude Code, which tells of them in its own telemetry too: the span's id is made of what both know, so that both are reports of
//! one span (`docs/adr/0010`).

use super::headers::text;
use axum::http::HeaderMap;
use model::{SpanId, TraceId};
use protocol::agents::claude_code;

/// Sent with every call.
const SESSION: &str = "x-claude-code-session-id";
/// The id that Anthropic gives a request, and its client's own, as `claude_code.api_request` names them.
const REQUEST_ID: &str = "request-id";
const CLIENT_REQUEST_ID: &str = "x-client-request-id";
/// Sent with `CLAUDE_CODE_GATEWAY_HINT_HEADERS=1`: the prompt, and what a call is for.
const PROMPT: &str = "x-claude-code-prompt-id";
const CLASS: &str = "x-claude-code-request-class";
/// What calls are for that are made on behalf of the prompt. Others (titles, suggestions) are of the session.
const OF_THE_PROMPT: [&str; 3] = ["main", "blocking-subagent", "background-task"];
/// Longer ids are none.
const MAX_ID_BYTES: usize = 256;

/// As what Claude Code's telemetry tells of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub request: String,
    pub span: SpanId,
    /// `None`: it does not say here.
    pub trace: Option<TraceId>,
    pub parent: Option<SpanId>,
    /// The span in `traceparent` is the call itself, under an id that nobody keeps.
    pub is_its_own_parent: bool,
}

/// `None`: the caller is another, or nobody gave the request an id.
pub(super) fn told(request: &HeaderMap, answer: &HeaderMap) -> Option<Told> {
    let id = |headers, name| text(headers, name).filter(|id| id.len() <= MAX_ID_BYTES);
    let session = id(request, SESSION)?;
    let request_id = id(answer, REQUEST_ID).or_else(|| id(request, CLIENT_REQUEST_ID))?;
    // Whoever names a trace in our own words means it.
    let is_placed = text(request, "x-telltale-trace-id").is_some();
    let mut told = Told {
        span: claude_code::span_of_request(&request_id),
        request: request_id,
        trace: None,
        parent: None,
        is_its_own_parent: text(request, "traceparent").is_some() && !is_placed,
    };
    if let (Some(prompt), false) = (id(request, PROMPT), is_placed || told.is_its_own_parent) {
        let is_of_prompt = id(request, CLASS).is_none_or(|class| OF_THE_PROMPT.contains(&class.as_str()));
        (told.trace, told.parent) = if is_of_prompt {
            let (trace, span) = claude_code::place_of_prompt(&prompt);
            (Some(trace), Some(span))
        } else {
            (Some(claude_code::trace_of_session(&session)), None)
        };
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_call_is_known_by_its_request() {
        let answer = headers(&[("request-id", "req_1")]);
        let plain = told(&headers(&[(SESSION, "s")]), &answer).unwrap();
        assert_eq!((plain.request.as_str(), plain.span, plain.trace), ("req_1", claude_code::span_of_request("req_1"), None));
        let gateway = told(&headers(&[(SESSION, "s"), (CLIENT_REQUEST_ID, "c_1")]), &HeaderMap::new()).unwrap();
        assert_eq!(gateway.request, "c_1");
        assert_eq!(told(&headers(&[(SESSION, "s")]), &HeaderMap::new()), None);
        assert_eq!(told(&headers(&[(CLIENT_REQUEST_ID, "c_1")]), &answer), None, "another caller");
    }

    #[test]
    fn the_prompt_says_where_it_belongs() {
        let answer = headers(&[("request-id", "req_1")]);
        let of = |class| told(&headers(&[(SESSION, "s"), (PROMPT, "p"), (CLASS, class)]), &answer).unwrap();
        let (trace, parent) = claude_code::place_of_prompt("p");
        assert_eq!((of("main").trace, of("main").parent), (Some(trace), Some(parent)));
        assert_eq!((of("summary-extraction").trace, of("summary-extraction").parent), (Some(claude_code::trace_of_session("s")), None));
        let traced = headers(&[(SESSION, "s"), (PROMPT, "p"), ("traceparent", "00-37fbebb5a1e879a3d8a238f91cdf207d-86c71bd4f9a8d439-01")]);
        let traced = told(&traced, &answer).unwrap();
        assert_eq!((traced.trace, traced.is_its_own_parent), (None, true));
        let placed = told(&headers(&[(SESSION, "s"), (PROMPT, "p"), ("x-telltale-trace-id", "mine"), ("traceparent", "00")]), &answer);
        assert_eq!(placed.map(|placed| (placed.trace, placed.is_its_own_parent)), Some((None, false)));
    }
}
