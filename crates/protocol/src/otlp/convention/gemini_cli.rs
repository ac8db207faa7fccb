//! Gemini CLI's spans: the names of GenAI with meanings of their own. What its log records say of the same calls is in
//! `agents::gemini_cli`.

use super::{Convention, Draft, payload::said};
use crate::{agents::gemini_cli as agent, messages::parse_or_text, otlp::resource::ResourceFacts};
use model::telemetry::{Part, SpanKind};
use serde_json::Value;

pub(super) struct GeminiCli;

impl Convention for GeminiCli {
    fn name(&self) -> &'static str {
        agent::CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        draft.has_scope(agent::SCOPE)
    }

    fn read(&self, draft: &mut Draft, _facts: &ResourceFacts) {
        let Draft { span, attributes, .. } = draft;
        // The id of what was asked, not a prompt of a library.
        attributes.rename("gen_ai.prompt.name", "prompt_id");
        match attributes.text("gen_ai.operation.name").as_deref() {
            Some("llm_call") => {
                span.kind = SpanKind::Llm;
                span.provider = span.provider.take().or(Some("gcp.gemini".to_owned()));
            }
            Some("tool_call") => read_tool(draft),
            Some("user_prompt" | "agent_call") => span.kind = SpanKind::Agent,
            Some("schedule_tool_calls") => span.kind = SpanKind::Chain,
            _ => {}
        }
    }
}

/// The request and the response of a tool call as Gemini CLI keeps them, where GenAI has messages. Read is what the model said and was
/// told; the whole stays as the original.
fn read_tool(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    span.kind = SpanKind::Tool;
    attributes.fill_text(&mut span.tool, &["gen_ai.tool.name"]);
    let id = attributes.take_text("gen_ai.tool.call_id");
    let mut take = |name: &str, path: &[&str]| {
        let whole = attributes.text(name)?;
        let value = path
            .iter()
            .try_fold(&parse_or_text(&whole), |value, step| match step.parse::<usize>() {
                Ok(place) => value.get(place),
                Err(_) => value.get(step),
            })?
            .clone();
        attributes.take(name);
        span.payload.originals.insert(name.to_owned(), Value::String(whole));
        Some(value)
    };
    let arguments = take("gen_ai.input.messages", &["args"]);
    let result = take("gen_ai.output.messages", &["response", "responseParts", "0", "functionResponse", "response"]);
    if let Some(arguments) = arguments {
        let name = span.tool.clone().unwrap_or_default();
        span.payload.input = said("assistant", Part::ToolCall { id: id.clone(), name, arguments });
    }
    if let Some(result) = result {
        span.payload.output = said("tool", Part::ToolResult { id, result });
    }
}
