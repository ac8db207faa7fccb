//! What DeepEval's integrations copy from another convention's attributes: read after that one, and dropped where it says nothing new.

use super::{CONVENTION, Convention, Draft, INPUT_TOKENS, OUTPUT_TOKENS, is_ours};
use crate::{
    numbers::token_count,
    otlp::{attributes::AttributeSet, resource::ResourceFacts},
    provider_name::provider_name,
};
use model::telemetry::{Message, Part, Span};
use serde_json::Value;

pub(in super::super) struct Repeated;

impl Convention for Repeated {
    fn name(&self) -> &'static str {
        CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        is_ours(draft)
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        let Draft { span, attributes, .. } = draft;
        let models = [span.request_model.as_deref(), span.response_model.as_deref()];
        drop_if(attributes, "confident.llm.model", |value| value.is_string() && models.contains(&value.as_str()));
        drop_if(attributes, "confident.span.provider", |value| value.as_str().map(provider_name) == span.provider);
        drop_if(attributes, INPUT_TOKENS, |value| span.usage.input_tokens.is_some() && token_count(value) == span.usage.input_tokens);
        drop_if(attributes, OUTPUT_TOKENS, |value| span.usage.output_tokens.is_some() && token_count(value) == span.usage.output_tokens);
        // The other convention's own word, in DeepEval's four kinds.
        if span.kind != model::telemetry::SpanKind::Other {
            attributes.take("confident.span.type");
        }
        drop_if(attributes, "confident.span.input", |value| repeats(value, &span.payload.input, original(span, "input.value")));
        drop_if(attributes, "confident.span.output", |value| repeats(value, &span.payload.output, original(span, "output.value")));
    }
}

fn drop_if(attributes: &mut AttributeSet, name: &str, says_nothing_new: impl Fn(&Value) -> bool) {
    // Left where it is when it says something else.
    let _ = attributes.take_checked(name, |value| says_nothing_new(value).then_some(()));
}

fn original<'a>(span: &'a Span, name: &str) -> Option<&'a str> {
    span.payload.originals.get(name)?.as_str()
}

/// Whether a text is what was said last, or the original of it all.
fn repeats(value: &Value, messages: &Option<Vec<Message>>, original: Option<&str>) -> bool {
    let Some(text) = value.as_str() else { return false };
    let said_last = messages.as_ref().and_then(|messages| messages.last()).is_some_and(|message| {
        let texts = message.parts.iter().map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Option<String>>().is_some_and(|said| said == text)
    });
    said_last || original.is_some_and(|original| original == text)
}
