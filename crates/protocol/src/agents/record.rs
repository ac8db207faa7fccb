//! A log record of an agent, read: numbers come as numbers or text, redacted text is none.

use crate::{
    messages::parse_or_text,
    numbers::{non_negative, token_count},
};
use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{LogRecord, Source, Span, SpanKind},
    time::nanos_of_millis,
};
use serde_json::Value;

/// What agents write in place of a text that they were not told to send.
const REDACTED: &str = "<REDACTED>";

/// Reads one record.
pub(super) struct Record<'a> {
    pub(super) log: &'a LogRecord,
}

impl<'a> Record<'a> {
    pub(super) fn new(log: &'a LogRecord) -> Self {
        Self { log }
    }

    pub(super) fn event(&self) -> &'a str {
        self.text("event.name").unwrap_or_default()
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.log.attributes.get(name)
    }

    /// Text that says something.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty() && *text != REDACTED)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// Text, or a number as text.
    pub(super) fn scalar(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.owned(name),
        }
    }

    pub(super) fn count(&self, name: &str) -> Option<u64> {
        token_count(self.value(name)?)
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        non_negative(self.value(name)?)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// JSON as text or as it is; other text stays text.
    pub(super) fn json(&self, name: &str) -> Option<Value> {
        match self.value(name)? {
            Value::String(_) => self.text(name).map(parse_or_text),
            Value::Null => None,
            value => Some(value.clone()),
        }
    }

    /// When what lasted so many milliseconds until this record began.
    pub(super) fn began(&self, duration: &str) -> Timestamp {
        let nanos = self.number(duration).and_then(nanos_of_millis).unwrap_or(0);
        self.log.timestamp.saturating_add_nanos(nanos.saturating_neg())
    }

    /// A span with what the record says about all of its spans.
    pub(super) fn span(&self, convention: &str, trace: TraceId, id: SpanId, start: Timestamp) -> Span {
        let mut span = Span::new(trace, id, "", start);
        span.kind = SpanKind::Other;
        span.ingest_time = self.log.ingest_time;
        span.session_id.clone_from(&self.log.session_id);
        span.user_id.clone_from(&self.log.user_id);
        span.service.clone_from(&self.log.service);
        span.environment = self.first(&["environment", "resource.env"]).map(str::to_owned);
        span.release = self.owned("release");
        span.source = Source { convention: convention.to_owned(), sdk: None };
        span
    }

    /// Copies attributes that no field takes.
    pub(super) fn copy(&self, names: &[&str], span: &mut Span) {
        for name in names {
            if let Some(value) = self.value(name).filter(|value| !value.is_null()) {
                span.payload.attributes.insert((*name).to_owned(), value.clone());
            }
        }
    }
}
