//! Who was called: provider, models, response, agent, tool, prompt, conversation.

use super::super::Draft;
use serde_json::Value;

pub(super) fn read(draft: &mut Draft) {
    let attributes = &mut draft.attributes;
    let span = &mut draft.span;
    span.operation = attributes.take_text("gen_ai.operation.name");
    span.provider = attributes.take_first_text(&["gen_ai.provider.name", "gen_ai.system"]).map(|name| provider(&name));
    span.request_model = attributes.take_text("gen_ai.request.model");
    span.response_model = attributes.take_text("gen_ai.response.model");
    span.response_id = attributes.take_text("gen_ai.response.id");
    span.session_id = attributes.take_text("gen_ai.conversation.id");
    span.agent = attributes.take_first_text(&["gen_ai.agent.name", "gen_ai.workflow.name"]);
    span.tool = attributes.take_text("gen_ai.tool.name");
    span.prompt_name = attributes.take_text("gen_ai.prompt.name");
    span.prompt_version = attributes.take_text("gen_ai.prompt.version");
    if let Ok(Some(reasons)) = attributes.take_checked("gen_ai.response.finish_reasons", finish_reasons) {
        span.finish_reasons = reasons;
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

/// Providers by their name in the conventions: lower case, without the API that some clients append (`openai.chat`).
fn provider(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    let suffixes = [".chat", ".responses", ".completion", ".completions", ".messages", ".embedding", ".embeddings"];
    let name = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);
    match name {
        "mistral" | "mistralai" => "mistral_ai",
        "xai" => "x_ai",
        "google" | "gemini" => "gcp.gemini",
        "vertex_ai" | "vertexai" => "gcp.vertex_ai",
        "bedrock" | "aws_bedrock" => "aws.bedrock",
        "azure" | "azure_openai" | "az.ai.openai" => "azure.ai.openai",
        "az.ai.inference" => "azure.ai.inference",
        "watsonx" => "ibm.watsonx.ai",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn providers_have_one_spelling() {
        for (written, expected) in [
            ("OpenAI", "openai"),
            ("openai.chat", "openai"),
            ("aws.bedrock", "aws.bedrock"),
            ("gcp.gen_ai", "gcp.gen_ai"),
            ("mistral", "mistral_ai"),
        ] {
            assert_eq!(provider(written), expected);
        }
    }

    #[test]
    fn finish_reasons_come_in_three_forms() {
        for value in [json!(["stop", "length"]), json!("[\"stop\", \"length\"]"), json!("stop,length")] {
            assert_eq!(finish_reasons(&value).unwrap(), ["stop", "length"]);
        }
        assert_eq!(finish_reasons(&json!([1])), None);
    }
}
