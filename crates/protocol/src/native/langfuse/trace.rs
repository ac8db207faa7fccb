//! `trace-create`: what is known of a trace as a whole, told again whenever there is more.

use super::{Body, Envelope};
use crate::{
    RowError,
    langfuse::{self, content},
    messages::regenerate,
    native::SpanReport,
    rules::check_time,
};
use model::telemetry::Span;
use serde_json::Value;

pub(super) fn read(mut body: Body, envelope: &Envelope<'_>) -> Result<SpanReport, RowError> {
    let id = body.required_id("id")?;
    let told_start = body.time("timestamp");
    // The decorators tell the end of the function that is the trace, beside what the API names.
    body.take("start_time");
    let end = body.time("end_time").or_else(|| body.time("endTime"));
    let start = told_start.unwrap_or(end.map_or(envelope.time, |end| end.min(envelope.time)));
    check_time("timestamp", start, envelope.context)?;
    let mut span = Span::new(langfuse::trace_id(&id), langfuse::trace_span_id(&id), body.text("name").unwrap_or_default(), start);
    super::set_native_trace(&mut span, &id);
    span.native_id = Some(id);
    super::set_origin(&mut span, &mut body, envelope);
    span.session_id = body.text("sessionId");
    span.user_id = body.text("userId");
    span.release = body.text("release");
    span.tags = body.texts("tags");
    span.payload.metadata = body.metadata();
    if let Some(end) = end {
        span.end_at(end);
    }
    set_io(&mut span, &mut body);
    if let Some(public) = body.take("public") {
        span.payload.attributes.insert(langfuse::PUBLIC.to_owned(), public);
    }
    span.payload.attributes.extend(body.rest());
    Ok(SpanReport { digest: Some(envelope.digest), ..report(span, told_start.is_some()) })
}

/// The SDKs repeat a trace with a new time whenever there is more to say of it: it began when it was first told.
fn report(span: Span, start_told: bool) -> SpanReport {
    if start_told { SpanReport::repeated(span) } else { SpanReport::update(span) }
}

/// Input and output, as any observation has.
pub(super) fn set_io(span: &mut Span, body: &mut Body) {
    if let Some(value) = body.take("input") {
        let content::Input { messages, system, tools, parameters } = content::input_of(span.kind, &span.name, value.clone());
        keep_original(span, "input", &messages, value);
        span.payload.input = Some(messages);
        span.payload.tools = tools;
        span.payload.system = (!system.is_empty()).then_some(system);
        for (name, value) in parameters {
            span.payload.model_parameters.entry(name).or_insert(value);
        }
    }
    if let Some(value) = body.take("output") {
        let messages = content::output_of(span.kind, value.clone());
        keep_original(span, "output", &messages, value);
        span.payload.output = Some(messages);
    }
}

fn keep_original(span: &mut Span, name: &str, messages: &[model::telemetry::Message], value: Value) {
    let original = match value {
        Value::String(text) => regenerate::original_of_messages(messages, &text),
        value => regenerate::original_of_structure(messages, value),
    };
    span.payload.originals.insert(name.to_owned(), original);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IngestContext, native::SpanReport};
    use model::telemetry::SpanKind;
    use serde_json::json;

    fn trace(body: Value) -> SpanReport {
        let context = IngestContext { received_at: "2026-11-23T08:00:00Z".parse().unwrap(), retention_floor: None };
        let envelope = Envelope { digest: [1; 16], time: context.received_at, sdk: None, context: &context };
        read(Body::new(body.as_object().unwrap().clone()), &envelope).unwrap()
    }

    #[test]
    fn a_trace_is_the_root_of_its_observations() {
        let id = "b44e25bc-dddc-4937-9cd8-ec0f3355ca8b";
        let told =
            trace(json!({"id": id, "timestamp": "2026-11-23T07:50:16Z", "name": "agent", "userId": "u", "sessionId": "s", "tags": ["a"],
            "metadata": {"k": "v"}, "public": true, "input": {"q": 1}, "output": "done"}));
        let span = told.span;
        assert_eq!(span.trace_id.to_hex(), id.replace('-', ""));
        assert_eq!((span.parent_span_id, span.native_id.as_deref(), span.kind), (None, Some(id), SpanKind::Other));
        assert_eq!((span.session_id.as_deref(), span.user_id.as_deref(), span.tags), (Some("s"), Some("u"), vec!["a".to_owned()]));
        assert_eq!(span.payload.attributes["langfuse.trace.public"], json!(true));
        assert!(told.start_known && told.may_be_repeated);
        assert!(!trace(json!({"id": id, "output": "done"})).start_known);
    }
}
