//! The body of a provider's answer → what was said, by which model, and what it counts.

mod bodies;
mod error;

use super::{
    fields::{Object, rest, take, take_text},
    usage::{ProviderUsage, usage},
};
use crate::json_bounds::is_too_deep;
pub use error::ProviderError;
use model::telemetry::{Attributes, Message, Span, Status};
use serde_json::Value;

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderResponse {
    pub id: Option<String>,
    pub model: Option<String>,
    pub output: Vec<Message>,
    pub finish_reasons: Vec<String>,
    pub usage: Option<ProviderUsage>,
    /// The tier that was really used.
    pub service_tier: Option<String>,
    pub error: Option<ProviderError>,
    /// Everything else that says something, as `response.<name>`. Vectors of embeddings are left out: only their number and size are kept.
    pub attributes: Attributes,
}

/// Prefix of [`ProviderResponse::attributes`].
const PREFIX: &str = "response.";
/// Fields that say nothing that is not known otherwise.
const KNOWN_OTHERWISE: [&str; 5] = ["object", "type", "created", "created_at", "completed_at"];

/// Reads an answer of chat completions, completions, responses, Anthropic messages, generateContent or embeddings, or an error of one of
/// them; which, is told by its fields. `None`: it is none of these.
pub fn response(body: Value) -> Option<ProviderResponse> {
    let Value::Object(mut body) = body else { return None };
    if body.values().any(is_too_deep) {
        return None;
    }
    let mut response = ProviderResponse::default();
    let is = |name: &str, value: &str| body.get(name).is_some_and(|found| found == value);
    let is_list = |name: &str| body.get(name).is_some_and(Value::is_array);
    if is_list("choices") {
        bodies::chat(&mut body, &mut response);
    } else if is("object", "response") || is_list("output") {
        bodies::responses(&mut body, &mut response);
    } else if is_list("content") && (is("type", "message") || body.contains_key("stop_reason")) {
        bodies::messages(&mut body, &mut response);
    } else if is_list("candidates") || ["usageMetadata", "usage_metadata", "promptFeedback"].iter().any(|name| body.contains_key(*name)) {
        bodies::generate_content(&mut body, &mut response);
    } else if is_list("data") && body.contains_key("usage") || is_list("embeddings") || body.get("embedding").is_some_and(Value::is_object)
    {
        bodies::embeddings(&mut body, &mut response);
    } else if !error::is_error(&body) {
        return None;
    }
    read_shared(&mut body, &mut response);
    response.attributes.extend(rest(body, PREFIX));
    Some(response)
}

/// The fields that all APIs name alike.
fn read_shared(body: &mut Object, response: &mut ProviderResponse) {
    response.id = response.id.take().or_else(|| take_text(body, &["id"]));
    response.model = response.model.take().or_else(|| take_text(body, &["model"]));
    response.service_tier = take_text(body, &["service_tier"]);
    if let Some(found) = take(body, &["usage"]) {
        response.usage = usage(&found);
        if response.usage.is_none() {
            body.insert("usage".to_owned(), found);
        }
    }
    response.error = error::take(body);
    for name in KNOWN_OTHERWISE {
        body.remove(name);
    }
}

impl ProviderResponse {
    /// An answer of which nothing else is known.
    pub fn of_usage(usage: ProviderUsage) -> Self {
        Self { usage: Some(usage), ..Self::default() }
    }

    /// Tells the span what it does not know yet. A span with an error is failed, unless its status is known.
    pub fn fill(self, span: &mut Span) {
        span.response_id = span.response_id.take().or(self.id);
        span.response_model = span.response_model.take().or(self.model);
        if span.finish_reasons.is_empty() {
            span.finish_reasons = self.finish_reasons;
        }
        if span.payload.output.is_none() && !self.output.is_empty() {
            span.payload.output = Some(self.output);
        }
        // The answer's own field is the tier that was used; the one in the usage may come with it.
        if let Some(tier) = self.service_tier {
            span.payload.attributes.entry("service_tier".to_owned()).or_insert(Value::String(tier));
        }
        if let Some(usage) = self.usage {
            usage.fill(span);
        }
        for (name, value) in self.attributes {
            span.payload.attributes.entry(name).or_insert(value);
        }
        if let Some(error) = self.error {
            error.fill(span);
            if span.status == Status::Unset {
                span.status = Status::Error;
            }
        }
    }
}

#[cfg(test)]
mod tests;
