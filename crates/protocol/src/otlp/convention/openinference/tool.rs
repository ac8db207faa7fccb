//! A tool's run: the call that asked for it, the result, and the definition of the tool.

use super::super::{
    Draft,
    payload::{said, take_value},
};
use super::{answer::OUTPUT_VALUE, values::INPUT_VALUE};
use crate::messages::parse_or_text;
use model::telemetry::Part;
use serde_json::{Value, json};

pub(super) fn read(draft: &mut Draft) {
    let Draft { span, attributes, .. } = draft;
    attributes.fill_text(&mut span.tool, &["tool.name"]);
    let name = span.tool.clone().unwrap_or_else(|| span.name.clone());
    let id = attributes.take_first_text(&["tool.id", "tool_call.id"]);
    let originals = &mut span.payload.originals;
    let mut arguments = take_value(attributes, INPUT_VALUE, originals);
    let (id_of_result, result) = take_value(attributes, OUTPUT_VALUE, originals).map(result).unzip();
    let id = id.or(id_of_result.flatten());

    // The schema of the arguments; in old versions the arguments.
    let parameters = attributes.take_checked("tool.parameters", schema_or_arguments).ok().flatten();
    match parameters {
        Some(schema) if is_schema(&schema) && span.payload.tools.is_none() => {
            let mut definition = json!({"name": name, "parameters": schema});
            if let Some(description) = attributes.take_text("tool.description") {
                definition["description"] = Value::String(description);
            }
            span.payload.tools = Some(json!([definition]));
        }
        // The definitions that are known say it already.
        Some(schema) if is_schema(&schema) => {}
        Some(given) if arguments.is_none() => arguments = Some(given),
        Some(given) => drop(span.payload.attributes.insert("tool.parameters".to_owned(), given)),
        None => {}
    }
    if span.payload.input.is_none()
        && let Some(arguments) = arguments
    {
        span.payload.input = said("assistant", Part::ToolCall { id: id.clone(), name, arguments });
    }
    if span.payload.output.is_none()
        && let Some(result) = result
    {
        span.payload.output = said("tool", Part::ToolResult { id, result });
    }
}

fn schema_or_arguments(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(parse_or_text(text)).filter(Value::is_object),
        Value::Object(_) => Some(value.clone()),
        _ => None,
    }
}

fn is_schema(value: &Value) -> bool {
    value.get("properties").is_some_and(Value::is_object)
        || value.get("type").is_some_and(|kind| kind == "object")
        || value.get("$defs").is_some()
}

/// LangChain's tools answer with a message: `{type: "tool", data: {content, tool_call_id, …}}`, or flat. What the tool said is its content.
fn result(value: Value) -> (Option<String>, Value) {
    let data = value.get("data").unwrap_or(&value);
    let is_message = value.get("type").is_some_and(|kind| kind == "tool") && data.get("tool_call_id").is_some();
    match data.get("content") {
        Some(content) if is_message => {
            let id = data.get("tool_call_id").and_then(Value::as_str).map(str::to_owned);
            (id, content.clone())
        }
        _ => (None, value),
    }
}
