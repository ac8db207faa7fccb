//! The body of a request to a provider → what was asked, of which model, with which settings.

mod bodies;
mod hints;
mod secrets;

use super::{
    content::message_of,
    fields::{Object, rest},
};
use crate::{json_bounds::is_too_deep, secrets::SECRET_REMOVED};
use model::telemetry::{Attributes, Message, Part, Span};
use serde_json::Value;

/// APIs whose requests differ in shape. Chat completions and Anthropic's messages are read alike: they differ in a few names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// Chat completions of OpenAI and those like it, and Anthropic's messages.
    Chat,
    /// Text completions.
    Completions,
    Responses,
    Embeddings,
    /// Gemini.
    GenerateContent,
    /// Gemini's `embedContent` and `batchEmbedContents`.
    EmbedContent,
}

impl Api {
    /// The operation, by OpenTelemetry's names.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Chat | Self::Responses => "chat",
            Self::Completions => "text_completion",
            Self::Embeddings | Self::EmbedContent => "embeddings",
            Self::GenerateContent => "generate_content",
        }
    }

    /// Told by the fields of the body.
    fn of(body: &Object) -> Option<Self> {
        let is_list = |name: &str| body.get(name).is_some_and(Value::is_array);
        let is_said = |name: &str| body.get(name).is_some_and(|value| value.is_array() || value.is_string());
        if is_list("messages") {
            return Some(Self::Chat);
        }
        if body.get("contents").is_some_and(|contents| !contents.is_null()) {
            return Some(Self::GenerateContent);
        }
        if is_said("input") {
            let is_embedding = body.get("model").and_then(Value::as_str).is_some_and(|model| model.contains("embed"))
                || body.contains_key("encoding_format");
            return Some(if is_embedding { Self::Embeddings } else { Self::Responses });
        }
        is_said("prompt").then_some(Self::Completions)
    }
}

/// What a request asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderRequest {
    pub operation: Option<&'static str>,
    pub model: Option<String>,
    pub input: Vec<Message>,
    /// Instructions that stand beside the messages.
    pub system: Vec<Message>,
    /// Tool definitions as sent.
    pub tools: Option<Value>,
    /// Every other setting, by the provider's names.
    pub parameters: Attributes,
    /// Who asks, where the request has a word for it.
    pub user: Option<String>,
    pub session: Option<String>,
    pub metadata: Attributes,
    pub is_streamed: bool,
    /// Keys for servers that the model may call were in it; they are left out.
    pub had_secrets: bool,
}

/// Reads a request whose API is told by its fields. `None`: it is no such request.
pub fn request(body: Value) -> Option<ProviderRequest> {
    match body {
        Value::Object(fields) => Api::of(&fields).map(|api| request_of(api, Value::Object(fields))),
        _ => None,
    }
}

/// Reads a request of this API. Nothing is refused: what cannot be understood is kept as it is.
pub fn request_of(api: Api, body: Value) -> ProviderRequest {
    let mut request = ProviderRequest { operation: Some(api.operation()), ..ProviderRequest::default() };
    let mut body = match body {
        Value::Object(fields) if !is_too_deep_inside(&fields) => fields,
        other => {
            request.input = vec![message_of("user", vec![Part::Text { text: other.to_string() }])];
            return request;
        }
    };
    match api {
        Api::Chat => bodies::chat(&mut body, &mut request),
        Api::Completions => bodies::completions(&mut body, &mut request),
        Api::Responses => bodies::responses(&mut body, &mut request),
        Api::Embeddings => bodies::embeddings(&mut body, &mut request),
        Api::GenerateContent => bodies::generate_content(&mut body, &mut request),
        Api::EmbedContent => bodies::embed_content(&mut body, &mut request),
    }
    bodies::shared(&mut body, &mut request);
    hints::read(&mut body, &mut request);
    let in_tools = request.tools.as_mut().is_some_and(secrets::remove_from_tools);
    request.had_secrets = secrets::remove_from_settings(&mut body) || in_tools;
    request.parameters.extend(rest(body, ""));
    request
}

fn is_too_deep_inside(fields: &Object) -> bool {
    fields.values().any(is_too_deep)
}

impl ProviderRequest {
    /// Tells the span what it does not know yet.
    pub fn fill(self, span: &mut Span) {
        let said = |messages: Vec<Message>| (!messages.is_empty()).then_some(messages);
        span.operation = span.operation.take().or(self.operation.map(str::to_owned));
        span.request_model = span.request_model.take().or(self.model);
        span.user_id = span.user_id.take().or(self.user);
        span.session_id = span.session_id.take().or(self.session);
        if self.had_secrets {
            span.note(SECRET_REMOVED);
        }
        let payload = &mut span.payload;
        payload.input = payload.input.take().or_else(|| said(self.input));
        payload.system = payload.system.take().or_else(|| said(self.system));
        payload.tools = payload.tools.take().or(self.tools);
        for (name, value) in self.parameters {
            payload.model_parameters.entry(name).or_insert(value);
        }
        for (name, value) in self.metadata {
            payload.metadata.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests;
