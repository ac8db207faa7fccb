//! What headers say about a call: who makes it, in which session and trace. Ours begin with `x-telltale-`; others are those that SDKs and
//! agents send of themselves.

use super::headers::text;
use axum::http::HeaderMap;
use model::{
    SpanId, TraceId,
    telemetry::{Attributes, Span},
};
use protocol::{native_trace_id, provider::PROXY_CONVENTION};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Hints {
    pub trace: Option<TraceId>,
    pub parent: Option<SpanId>,
    /// The caller's own id of the trace, where it has another form.
    native_trace: Option<String>,
    name: Option<String>,
    session: Option<String>,
    user: Option<String>,
    agent: Option<String>,
    environment: Option<String>,
    service: Option<String>,
    release: Option<String>,
    prompt_name: Option<String>,
    prompt_version: Option<String>,
    sdk: Option<String>,
    tags: Vec<String>,
    metadata: Attributes,
    notes: Vec<&'static str>,
}

/// Longest id, name or label: longer ones are payload in the wrong place.
const MAX_LABEL_BYTES: usize = 4_096;
const MAX_TAGS: usize = 100;

impl Hints {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let own = |name: &str| text(headers, &format!("{}{name}", super::headers::OWN_PREFIX)).filter(|text| text.len() <= MAX_LABEL_BYTES);
        let other = |name: &str| text(headers, name).filter(|text| text.len() <= MAX_LABEL_BYTES);
        let baggage = baggage(headers);
        let carried = |name: &str| baggage.get(name).cloned();
        let mut hints = Self {
            name: own("name"),
            session: own("session-id")
                .or_else(|| other("x-claude-code-session-id"))
                .or_else(|| other("session-id"))
                .or_else(|| other("session_id"))
                .or_else(|| other("thread-id"))
                .or_else(|| carried("gen_ai.conversation.id"))
                .or_else(|| carried("session.id")),
            user: own("user-id").or_else(|| carried("user.id")),
            agent: own("agent").or_else(|| carried("gen_ai.agent.name")),
            environment: own("environment"),
            service: own("service"),
            release: own("release"),
            prompt_name: own("prompt-name"),
            prompt_version: own("prompt-version"),
            sdk: other("user-agent"),
            tags: own("tags").map(|tags| list(&tags)).unwrap_or_default(),
            ..Self::default()
        };
        hints.read_metadata(headers);
        hints.read_trace(headers, own("trace-id"), own("parent-span-id"));
        hints
    }

    /// A JSON object. Anything else is kept as text.
    fn read_metadata(&mut self, headers: &HeaderMap) {
        let Some(metadata) = text(headers, "x-telltale-metadata") else { return };
        match serde_json::from_str(&metadata) {
            Ok(Value::Object(fields)) if !protocol::is_too_deep(&Value::Object(fields.clone())) => {
                self.metadata = fields.into_iter().collect()
            }
            _ => {
                self.notes.push("invalid_metadata");
                self.metadata.insert("metadata".to_owned(), Value::String(metadata));
            }
        }
    }

    /// Our own header, else the W3C `traceparent`.
    fn read_trace(&mut self, headers: &HeaderMap, trace: Option<String>, parent: Option<String>) {
        if let Some(trace) = trace {
            self.trace = Some(trace.parse().unwrap_or_else(|_| {
                let hashed = native_trace_id(PROXY_CONVENTION, &trace);
                self.native_trace = Some(trace);
                hashed
            }));
            self.parent = parent.and_then(|parent| parent.parse().ok());
        } else if let Some((trace, parent)) = text(headers, "traceparent").as_deref().and_then(traceparent) {
            (self.trace, self.parent) = (Some(trace), Some(parent));
        }
    }

    /// Before the request itself is read: headers are meant for us, fields of the body for the provider.
    pub(super) fn fill(self, span: &mut Span) {
        span.parent_span_id = self.parent;
        span.native_id = self.native_trace;
        if let Some(name) = self.name {
            span.name = name;
        }
        span.session_id = self.session;
        span.user_id = self.user;
        span.agent = self.agent;
        span.environment = self.environment;
        span.service = self.service;
        span.release = self.release;
        span.prompt_name = self.prompt_name;
        span.prompt_version = self.prompt_version;
        span.source.sdk = self.sdk;
        span.tags = self.tags;
        span.payload.metadata = self.metadata;
        self.notes.iter().for_each(|note| span.note(note));
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).take(MAX_TAGS).map(str::to_owned).collect()
}

/// `version-trace-span-flags`.
fn traceparent(text: &str) -> Option<(TraceId, SpanId)> {
    let mut fields = text.split('-');
    let version = fields.next()?;
    let ids = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (version.len() == 2 && version != "ff").then_some(ids)
}

/// W3C baggage: `name=value;properties, …` with values percent-encoded.
fn baggage(headers: &HeaderMap) -> BTreeMap<String, String> {
    let Some(text) = text(headers, "baggage") else { return BTreeMap::new() };
    let entries = text.split(',').filter_map(|entry| entry.split(';').next()?.split_once('='));
    entries.map(|(name, value)| (name.trim().to_owned(), percent_decoded(value.trim()))).filter(|(_, value)| !value.is_empty()).collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex =
            if *first == b'%' { after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()) } else { None };
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn hints(pairs: &[(&'static str, &str)]) -> Hints {
        Hints::of(&pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect())
    }

    #[test]
    fn our_own_headers() {
        let found = hints(&[
            ("x-telltale-session-id", "s"),
            ("x-telltale-user-id", "u"),
            ("x-telltale-tags", "a, b,,"),
            ("x-telltale-metadata", "{\"team\": \"x\"}"),
            ("x-telltale-environment", "prod"),
            ("x-claude-code-session-id", "other"),
        ]);
        assert_eq!((found.session.as_deref(), found.user.as_deref(), found.environment.as_deref()), (Some("s"), Some("u"), Some("prod")));
        assert_eq!((found.tags, &found.metadata["team"]), (vec!["a".to_owned(), "b".to_owned()], &Value::from("x")));
        let bad = hints(&[("x-telltale-metadata", "team=x")]);
        assert_eq!((bad.notes, &bad.metadata["metadata"]), (vec!["invalid_metadata"], &Value::from("team=x")));
    }

    #[test]
    fn traces_are_joined() {
        let trace = "37fbebb5a1e879a3d8a238f91cdf207d";
        let joined = hints(&[("traceparent", &format!("00-{trace}-86c71bd4f9a8d439-01"))]);
        assert_eq!((joined.trace.unwrap().to_hex(), joined.parent.unwrap().to_hex()), (trace.to_owned(), "86c71bd4f9a8d439".to_owned()));
        for bad in
            ["", "00", "00-0-0-01", &format!("ff-{trace}-86c71bd4f9a8d439-01"), &format!("00-{}-86c71bd4f9a8d439-01", "0".repeat(32))]
        {
            assert_eq!(hints(&[("traceparent", bad)]).trace, None, "{bad}");
        }
        let own = hints(&[("x-telltale-trace-id", "run-7"), ("traceparent", &format!("00-{trace}-86c71bd4f9a8d439-01"))]);
        assert_eq!(
            (own.trace, own.native_trace.as_deref(), own.parent),
            (Some(native_trace_id(PROXY_CONVENTION, "run-7")), Some("run-7"), None)
        );
    }

    #[test]
    fn agents_say_who_they_are() {
        assert_eq!(hints(&[("x-claude-code-session-id", "c")]).session.as_deref(), Some("c"));
        assert_eq!(hints(&[("thread-id", "t")]).session.as_deref(), Some("t"));
        let carried = hints(&[("baggage", "gen_ai.agent.name=my%20agent;x=1, gen_ai.conversation.id=c-1,user.id=%zz")]);
        assert_eq!(
            (carried.agent.as_deref(), carried.session.as_deref(), carried.user.as_deref()),
            (Some("my agent"), Some("c-1"), Some("%zz"))
        );
    }
}
