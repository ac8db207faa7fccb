//! Keys that nearly all clients share, and what the resource says about the span.

use super::Draft;
use crate::{
    messages::{regenerate::text_marker, text_message},
    otlp::{attributes::AttributeSet, resource::ResourceFacts},
};
use model::telemetry::{Message, Status};

const EXCEPTION: &str = "exception";

pub(super) fn read(draft: &mut Draft, facts: &ResourceFacts) {
    read_origin(draft, facts);
    if draft.span.payload.input.is_none() {
        draft.span.payload.input = take_plain_text(draft, "input.value", "user");
    }
    if draft.span.payload.output.is_none() {
        draft.span.payload.output = take_plain_text(draft, "output.value", "assistant");
    }
    read_error(draft);
}

/// Who used what: the span's own word goes before the resource's.
fn read_origin(draft: &mut Draft, facts: &ResourceFacts) {
    let Draft { span, attributes, .. } = draft;
    match &span.session_id {
        Some(session) => drop_if_equal(attributes, "session.id", session),
        None => span.session_id = attributes.take_text("session.id").or_else(|| facts.session.clone()),
    }
    span.user_id = attributes.take_first_text(&["user.id", "enduser.id"]).or_else(|| facts.user.clone());
    span.environment =
        attributes.take_first_text(&["deployment.environment.name", "deployment.environment"]).or_else(|| facts.environment.clone());
    span.service = attributes.take_text("service.name").or_else(|| facts.service.clone());
    span.release = attributes.take_text("service.version").or_else(|| facts.release.clone());
}

/// Takes an attribute that says what is already known; one that says something else stays.
fn drop_if_equal(attributes: &mut AttributeSet, name: &str, known: &str) {
    if attributes.text(name).as_deref() == Some(known) {
        attributes.take(name);
    }
}

/// A payload whose shape is the application's own: text, said by `role`.
fn take_plain_text(draft: &mut Draft, name: &str, role: &str) -> Option<Vec<Message>> {
    let text = draft.attributes.take_text(name)?;
    draft.span.payload.originals.insert(name.to_owned(), text_marker());
    Some(vec![text_message(role, text)])
}

/// `error.type` > the exception's type; the status text > the exception's message. The exception event stays, with its stack.
fn read_error(draft: &mut Draft) {
    let span = &mut draft.span;
    span.error_type = draft.attributes.take_text("error.type");
    span.error_message = draft.status_message.take();
    // Only spans that failed carry `error.type`; some senders leave the status unset all the same.
    if span.error_type.is_some() && span.status == Status::Unset {
        span.status = Status::Error;
    }
    if span.status != Status::Error {
        return;
    }
    let Some(exception) = draft.events.iter().rev().find(|event| event.name == EXCEPTION) else { return };
    if span.error_type.is_none() {
        span.error_type = exception.attributes.text("exception.type");
    }
    if span.error_message.is_none() {
        span.error_message = exception.attributes.text("exception.message");
    }
}
