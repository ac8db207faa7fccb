//! The provider's own answer in `output.value`: what the instrumentation left out of its attributes is read from there.

use super::super::{Draft, payload::take_value_text};
use crate::{
    json_bounds::{count_json_values, is_too_deep},
    provider::{self, ProviderUsage},
};
use serde_json::Value;

pub(super) const OUTPUT_VALUE: &str = "output.value";
/// Most values of an answer that is read: a batch of embeddings holds most. Larger ones are kept as text.
const MAX_VALUES: usize = 500_000;

/// An answer that was read, and the text that it came as.
#[derive(Debug)]
pub(super) struct Answer {
    pub text: String,
    pub value: Value,
}

/// Takes what a call came back with. Where it is not the JSON of an answer, `value` is null.
pub(super) fn read(draft: &mut Draft) -> Option<Answer> {
    if !draft.span.kind.is_request() {
        return None;
    }
    let text = take_value_text(&mut draft.attributes, OUTPUT_VALUE)?;
    let value = parse(&text).unwrap_or_default();
    Some(Answer { text, value })
}

fn parse(text: &str) -> Option<Value> {
    let is_small = count_json_values(text.as_bytes()) <= MAX_VALUES;
    let value = is_small.then(|| serde_json::from_str::<Value>(text).ok())??;
    (value.is_object() && !is_too_deep(&value)).then_some(value)
}

impl Answer {
    pub(super) fn usage(&self) -> Option<ProviderUsage> {
        let places = [
            self.value.get("usage"),
            self.value.get("usageMetadata"),
            self.value.get("usage_metadata"),
            self.of_langchain("response_metadata").and_then(|metadata| metadata.get("usage")),
            self.of_langchain("response_metadata").and_then(|metadata| metadata.get("token_usage")),
            self.of_langchain("usage_metadata"),
            self.value.get("llm_output").and_then(|output| output.get("token_usage")),
        ];
        places.into_iter().flatten().find_map(provider::usage)
    }

    pub(super) fn model(&self) -> Option<String> {
        let metadata = self.of_langchain("response_metadata");
        let places = [
            self.value.get("model"),
            self.value.get("modelVersion"),
            self.value.get("model_version"),
            metadata.and_then(|metadata| metadata.get("model_name")),
            metadata.and_then(|metadata| metadata.get("model")),
        ];
        text_of(&places)
    }

    pub(super) fn id(&self) -> Option<String> {
        let metadata = self.of_langchain("response_metadata");
        let places = [
            self.value.get("id"),
            self.value.get("responseId"),
            self.value.get("response_id"),
            metadata.and_then(|metadata| metadata.get("id")),
        ];
        text_of(&places)
    }

    /// A field of the message in LangChain's `LLMResult`.
    fn of_langchain(&self, name: &str) -> Option<&Value> {
        self.value.get("generations")?.get(0)?.get(0)?.get("message")?.get("kwargs")?.get(name)
    }
}

fn text_of(places: &[Option<&Value>]) -> Option<String> {
    places.iter().flatten().find_map(|value| value.as_str()).filter(|text| !text.is_empty()).map(str::to_owned)
}
