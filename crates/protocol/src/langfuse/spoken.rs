//! Input and output as the client sent them, from what is stored of them.

use crate::messages::{parse_or_text, regenerate};
use model::telemetry::{Attributes, Message, Span};
use serde_json::Value;

/// Names under which originals are kept, by the ways that spans of any client come in: ours first.
const INPUTS: [&str; 3] = ["langfuse.observation.input", "langfuse.trace.input", "input"];
const OUTPUTS: [&str; 3] = ["langfuse.observation.output", "langfuse.trace.output", "output"];

/// What went in: the original value where it is kept, else the canonical messages.
pub fn input_of_span(span: &Span) -> Value {
    said(&span.payload.originals, &INPUTS, span.payload.input.as_deref())
}

/// What came out. See [`input_of_span`].
pub fn output_of_span(span: &Span) -> Value {
    said(&span.payload.originals, &OUTPUTS, span.payload.output.as_deref())
}

fn said(originals: &Attributes, names: &[&str], messages: Option<&[Message]>) -> Value {
    let Some(messages) = messages else { return Value::Null };
    let marker = names.iter().find_map(|name| originals.get(*name));
    match marker {
        Some(Value::String(text)) => parse_or_text(text),
        Some(marker) if is_style(marker) => match regenerate::regenerate(messages, marker) {
            Ok(text) => parse_or_text(&text),
            Err(_) => as_json(messages),
        },
        Some(original) => original.clone(),
        None => as_json(messages),
    }
}

/// `{"style": …}`: how the text is written again from the messages.
fn is_style(marker: &Value) -> bool {
    marker.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("style"))
}

fn as_json(messages: &[Message]) -> Value {
    serde_json::to_value(messages).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::text_message;
    use model::{SpanId, Timestamp, TraceId};
    use serde_json::json;

    #[test]
    fn what_was_sent_comes_back() {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([1; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "", Timestamp::from_nanos(1));
        assert_eq!(input_of_span(&span), Value::Null);
        span.payload.input = Some(vec![text_message("user", "hi".to_owned())]);
        assert_eq!(input_of_span(&span), json!([{"role": "user", "parts": [{"type": "text", "text": "hi"}]}]));
        for (original, expected) in [
            (regenerate::text_marker(), json!("hi")),
            (json!("{\"q\": 1}"), json!({"q": 1})),
            (json!({"style": "text", "q": 2}), json!({"style": "text", "q": 2})),
        ] {
            span.payload.originals.insert(INPUTS[0].to_owned(), original);
            assert_eq!(input_of_span(&span), expected);
        }
    }
}
