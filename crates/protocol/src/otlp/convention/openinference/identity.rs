//! Who was called: provider, models, response, agent, prompt, and the parameters of the call.

use super::{
    super::{Draft, payload::object},
    answer::Answer,
};
use crate::{otlp::attributes::AttributeSet, provider_name::provider_name};
use model::telemetry::{Span, Status};
use serde_json::Value;

pub(super) fn read(draft: &mut Draft, answer: Option<&Answer>) {
    let Draft { span, attributes, .. } = draft;
    if span.provider.is_none() {
        let name = attributes.take_text("llm.provider").or_else(|| attributes.take_text("decision.provider"));
        // The API that is spoken: the provider, where nobody says who hosts it.
        let name = name.or_else(|| attributes.take_first_text(&["llm.system", "decision.system"]));
        span.provider = name.map(|name| provider_name(&name));
    }
    if let Some(provider) = &span.provider {
        drop_if(attributes, "llm.system", |system| provider_name(system) == *provider);
    }
    attributes.fill_text(&mut span.agent, &["agent.name"]);
    attributes.fill_text(&mut span.prompt_name, &["prompt.id"]);
    attributes.fill_text(&mut span.prompt_version, &["llm.prompt_template.version"]);
    if span.finish_reasons.is_empty() {
        span.finish_reasons.extend(attributes.take_text("llm.finish_reason"));
    }
    span.response_id = span.response_id.take().or_else(|| answer?.id());
    attributes.fill_text(&mut span.request_model, &["llm.request.model_name", "decision.request.model_name"]);
    read_parameters(span, attributes);
    read_models(span, attributes, answer);
    read_langchain(span, attributes);
    shorten_error(draft);
}

/// LangChain's status text is the error and then its whole stack, which the exception event has too.
fn shorten_error(draft: &mut Draft) {
    if let Some((error, _)) = draft.status_message.as_deref().and_then(|text| text.split_once("Traceback (most recent call last):"))
        && draft.events.iter().any(|event| event.name == "exception")
        && !error.trim().is_empty()
    {
        draft.status_message = Some(error.trim().to_owned());
    }
}

/// LangChain's names, in the metadata, for what everyone else calls a session and an agent.
fn read_langchain(span: &mut Span, attributes: &mut AttributeSet) {
    attributes.fill_text(&mut span.session_id, &["session.id"]);
    let metadata = &span.payload.metadata;
    let said = |names: &[&str]| names.iter().find_map(|name| Some(metadata.get(*name)?.as_str()?.to_owned()));
    let session = said(&["session_id", "thread_id", "conversation_id"]);
    let agent = said(&["lc_agent_name"]);
    span.session_id = span.session_id.take().or(session);
    span.agent = span.agent.take().or(agent);
}

/// `llm.model_name` is the model of the answer once there is one, and of the request until then.
fn read_models(span: &mut Span, attributes: &mut AttributeSet, answer: Option<&Answer>) {
    attributes.fill_text(&mut span.response_model, &["llm.response.model_name", "decision.response.model_name"]);
    span.response_model = span.response_model.take().or_else(|| answer?.model());
    for name in ["llm.model_name", "decision.model_name", "embedding.model_name", "reranker.model_name"] {
        let Some(model) = attributes.take_text(name) else { continue };
        let is_known = [&span.request_model, &span.response_model].into_iter().any(|known| known.as_ref() == Some(&model));
        if is_known {
            continue;
        }
        if span.request_model.is_none() {
            span.request_model = Some(model);
        } else if span.response_model.is_none() && span.status != Status::Error {
            span.response_model = Some(model);
        } else {
            span.payload.attributes.insert(name.to_owned(), Value::String(model));
        }
    }
}

const MODEL_NAMES: [&str; 3] = ["model", "model_name", "modelId"];

/// One JSON object as text. Some instrumentations put the answer of the responses API there, which repeats the parameters.
fn read_parameters(span: &mut Span, attributes: &mut AttributeSet) {
    for name in ["llm.invocation_parameters", "embedding.invocation_parameters"] {
        let Ok(Some(mut parameters)) = attributes.take_checked(name, object) else { continue };
        let is_answer = parameters.contains_key("created_at") && parameters.contains_key("id");
        if is_answer {
            let id = text(parameters.remove("id"));
            span.response_id = span.response_id.take().or(id);
        }
        let asked = MODEL_NAMES.iter().filter_map(|name| text(parameters.get(*name).cloned())).next();
        let slot = if is_answer { &mut span.response_model } else { &mut span.request_model };
        *slot = slot.take().or(asked);
        let known = slot.clone();
        let is_the_model = |name: &str, value: &Value| MODEL_NAMES.contains(&name) && value.as_str() == known.as_deref();
        parameters.retain(|name, value| !value.is_null() && !is_the_model(name, value));
        for (name, value) in parameters {
            span.payload.model_parameters.entry(name).or_insert(value);
        }
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn drop_if(attributes: &mut AttributeSet, name: &str, says_nothing_new: impl Fn(&str) -> bool) {
    if attributes.text(name).is_some_and(|text| says_nothing_new(&text)) {
        attributes.take(name);
    }
}
