//! Who was called: provider, models, response, agent, tool, prompt, conversation.

use super::super::Draft;
use crate::provider_name::provider_name;
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let attributes = &mut draft.attributes;
    let span = &mut draft.span;
    attributes.fill_text(&mut span.operation, &["gen_ai.operation.name"]);
    if span.provider.is_none() {
        span.provider = attributes.take_first_text(&["gen_ai.provider.name", "gen_ai.system"]).map(|name| provider_name(&name));
    }
    attributes.fill_text(&mut span.request_model, &["gen_ai.request.model"]);
    attributes.fill_text(&mut span.response_model, &["gen_ai.response.model"]);
    attributes.fill_text(&mut span.response_id, &["gen_ai.response.id"]);
    attributes.fill_text(&mut span.session_id, &["gen_ai.conversation.id", "anthropic.session.id"]);
    attributes.fill_text(&mut span.agent, &["gen_ai.agent.name", "gen_ai.workflow.name"]);
    attributes.fill_text(&mut span.tool, &["gen_ai.tool.name"]);
    attributes.fill_text(&mut span.prompt_name, &["gen_ai.prompt.name"]);
    attributes.fill_text(&mut span.prompt_version, &["gen_ai.prompt.version"]);
    if span.finish_reasons.is_empty()
        && let Ok(Some(reasons)) = attributes.take_checked("gen_ai.response.finish_reasons", finish_reasons)
    {
        span.finish_reasons = reasons;
    }
    // Anthropic's SDK writes its API's own word.
    if span.finish_reasons.is_empty() {
        span.finish_reasons.extend(attributes.take_text("anthropic.message.stop_reason"));
    }
}

/// A list, a list as JSON text, or one reason as text.
fn finish_reasons(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(list @ Value::Array(_)) => finish_reasons(&list),
            _ => Some(text.split(',').map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned).collect()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finish_reasons_come_in_three_forms() {
        for value in [json!(["stop", "length"]), json!("[\"stop\", \"length\"]"), json!("stop,length")] {
            assert_eq!(finish_reasons(&value).unwrap(), ["stop", "length"]);
        }
        assert_eq!(finish_reasons(&json!([1])), None);
    }
}
