//! Logfire. Its logs are spans without length, its spans are told of when they begin, and what an application adds is JSON as text
//! that a schema beside it tells from text.

mod described;
mod pending;

use super::{Convention, Draft, metadata::texts};
use crate::{otlp::resource::ResourceFacts, provider::usage_from_text};
use model::telemetry::Status;
use serde_json::Value;

const NAME: &str = "logfire";
/// Logfire's number for the level `error`; larger is worse.
const ERROR_LEVEL: i64 = 17;

pub(super) struct Logfire;

impl Convention for Logfire {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.attributes.any_key(|name| name.starts_with(b"logfire."))
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        pending::read(draft);
        read_message(draft);
        read_raw_usage(draft);
        described::read(draft);
        let Draft { span, attributes, .. } = draft;
        // How a log is told from a span; only a log is worth remembering as one.
        if attributes.text("logfire.span_type").is_some_and(|kind| kind == "span") {
            attributes.take("logfire.span_type");
        }
        if span.tags.is_empty()
            && let Ok(Some(tags)) = attributes.take_checked("logfire.tags", texts)
        {
            span.tags = tags;
        }
    }
}

/// Names are templates; people read what they were filled with. An error may be told by the level alone.
fn read_message(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    let message = attributes.text("logfire.msg");
    if let Some(message) = &message {
        let template = attributes.text("logfire.msg_template");
        if template.is_some_and(|template| template == span.name) {
            span.name.clone_from(message);
        }
        attributes.fill_text(&mut Some(span.name.clone()), &["logfire.msg", "logfire.msg_template"]);
    }
    let level = |value: &Value| value.as_i64();
    if let Ok(Some(level)) = attributes.take_checked("logfire.level_num", level) {
        span.payload.attributes.insert("logfire.level_num".to_owned(), level.into());
        if level >= ERROR_LEVEL && span.status == Status::Unset {
            span.status = Status::Error;
        }
        let is_log = attributes.text("logfire.span_type").is_some_and(|kind| kind == "log");
        if span.status == Status::Error && is_log && span.error_message.is_none() {
            span.error_message = message;
        }
    }
}

/// What the provider itself counted goes before Logfire's own counts, which leave out caches.
fn read_raw_usage(draft: &mut Draft) {
    const RAW: &str = "gen_ai.usage.raw";
    if let Some(usage) = draft.attributes.text(RAW).and_then(|text| usage_from_text(&text)) {
        draft.attributes.take(RAW);
        usage.fill(&mut draft.span);
    }
}
