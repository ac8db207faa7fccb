//! What billing needs to know of a span.

use super::usage::is_less_exact;
use crate::ingest_api;
use model::{
    SpanId, Timestamp,
    telemetry::{Span, SpanKind, Status, TokenUsage},
    time::nanos_of_millis,
};

/// A span's place in its trace, and what it says about a call.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanFacts {
    pub span: SpanId,
    pub parent: Option<SpanId>,
    pub kind: SpanKind,
    /// Of model calls, tools, and whatever has usage.
    pub call: Option<Box<CallFacts>>,
}

/// What a span says about a call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFacts {
    pub(super) role: Role,
    pub(super) response_id: Option<Box<str>>,
    /// What was asked for, in which reports of one call agree; what answered may have a longer name.
    pub(super) model: Option<Box<str>>,
    /// The name of a tool, of tool spans.
    pub(super) tool: Option<Box<str>>,
    pub(super) has_content: bool,
    pub(super) status: Status,
    /// As this span itself reports it.
    pub(super) usage: TokenUsage,
    pub(super) start: Timestamp,
    pub(super) end: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// May be a call of its own, a second report of one, or a container.
    Report,
    /// The sender says in so many words that this is one call.
    Explicit,
    /// Logfire's record that a stream has ended, with the usage of the call whose answer was streamed from this time on.
    StreamEnd { from: Timestamp },
    /// Its adapter knows that it is no call of its own.
    Never,
    /// A tool call as the Model Context Protocol's client or server sees it.
    Mcp,
}

impl SpanFacts {
    pub fn of(span: &Span) -> Self {
        let matters = span.kind.is_request() || span.kind == SpanKind::Tool || !span.usage.is_unknown();
        let call = matters.then(|| Box::new(CallFacts::of(span)));
        Self { span: span.span_id, parent: span.parent_span_id, kind: span.kind, call }
    }

    /// Takes in a later report of the same span, as [`Span::amend`] does.
    pub fn amend(&mut self, later: SpanFacts) {
        self.parent = later.parent.or(self.parent);
        if later.kind != SpanKind::Other {
            self.kind = later.kind;
        }
        match (&mut self.call, later.call) {
            (Some(known), Some(later)) => known.amend(*later),
            (None, later) => self.call = later,
            (Some(_), None) => {}
        }
    }

    pub(super) fn usage(&self) -> TokenUsage {
        self.call.as_deref().map(CallFacts::usage).unwrap_or_default()
    }

    /// A call with tokens: what makes a container of the spans around it.
    pub(super) fn spends(&self) -> bool {
        let Some(call) = self.request() else { return false };
        let spent = [call.usage.input_tokens, call.usage.output_tokens, call.usage.total_tokens];
        call.role != Role::Never && spent.into_iter().flatten().any(|tokens| tokens > 0)
    }

    /// The facts of a model call.
    pub(super) fn request(&self) -> Option<&CallFacts> {
        self.call.as_deref().filter(|_| self.kind.is_request())
    }
}

impl CallFacts {
    fn of(span: &Span) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(Box::from);
        Self {
            role: Role::of(span),
            response_id: text(&span.response_id),
            model: span.request_model.as_deref().or(span.response_model.as_deref()).map(Box::from),
            tool: text(&span.tool),
            has_content: span.payload.input.is_some() || span.payload.output.is_some(),
            status: span.status,
            usage: span.usage,
            start: span.start_time,
            end: span.end_time,
        }
    }

    fn amend(&mut self, later: CallFacts) {
        self.role = later.role;
        self.response_id = later.response_id.or_else(|| self.response_id.take());
        self.model = later.model.or_else(|| self.model.take());
        self.tool = later.tool.or_else(|| self.tool.take());
        self.has_content |= later.has_content;
        if later.status != Status::Unset {
            self.status = later.status;
        }
        if !later.usage.is_unknown() && !is_less_exact(&later.usage, &self.usage) {
            self.usage = later.usage;
        }
        self.start = later.start;
        self.end = later.end.or(self.end);
    }

    pub(super) fn failed(&self) -> bool {
        self.status == Status::Error
    }

    /// As reported by the span itself: what is billed may be another report's.
    pub fn usage(&self) -> TokenUsage {
        self.usage
    }
}

impl Role {
    fn of(span: &Span) -> Self {
        let attribute = |name: &str| span.payload.attributes.get(name).and_then(|value| value.as_str());
        if attribute("logfire.span_type") == Some("log") {
            let seconds = span.payload.attributes.get("duration").and_then(|value| value.as_f64()).unwrap_or(0.0);
            let streamed = nanos_of_millis(seconds * 1e3).unwrap_or_default();
            return Self::StreamEnd { from: span.start_time.saturating_add_nanos(streamed.saturating_neg()) };
        }
        if span.kind == SpanKind::Tool {
            return if span.payload.attributes.contains_key("mcp.method.name") { Self::Mcp } else { Self::Report };
        }
        // LiteLLM's child span that repeats a call in the provider's own words names no model.
        let is_raw = span.model().is_none() && attribute("otel.scope.name") == Some("litellm");
        if span.kind.is_request() && (!span.billed || is_raw) {
            return Self::Never;
        }
        if span.source.convention == ingest_api::CONVENTION { Self::Explicit } else { Self::Report }
    }
}
