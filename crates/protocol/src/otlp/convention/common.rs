//! Keys that nearly all clients share, and what the resource says about the span.

use super::{Draft, metadata};
use crate::{
    messages::{regenerate::text_marker, text_message},
    otlp::resource::ResourceFacts,
};
use model::telemetry::{Message, Status};

const EXCEPTION: &str = "exception";

pub(super) fn read(draft: &mut Draft, facts: &ResourceFacts) {
    metadata::read(draft);
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
    let known: [(&mut Option<String>, &[&str], &Option<String>); 5] = [
        (&mut span.session_id, &["session.id"], &facts.session),
        (&mut span.user_id, &["user.id", "enduser.id"], &facts.user),
        (&mut span.environment, &["deployment.environment.name", "deployment.environment"], &facts.environment),
        (&mut span.service, &["service.name"], &facts.service),
        (&mut span.release, &["service.version"], &facts.release),
    ];
    for (slot, names, of_resource) in known {
        attributes.fill_text(slot, names);
        if slot.is_none() {
            slot.clone_from(of_resource);
        }
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
    draft.attributes.fill_text(&mut span.error_type, &["error.type"]);
    let status_message = draft.status_message.take();
    span.error_message = span.error_message.take().or(status_message);
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
