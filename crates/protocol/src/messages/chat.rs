//! Messages in the shape of the chat APIs (OpenAI and those like it, Anthropic): `role`, `content`, `tool_calls`.

use super::value::{arguments, data_uri, media_class, take_text};
use model::telemetry::{Message, Part};
use serde_json::{Map, Value};

/// Reads one chat message. Fields without a place in the canonical form become a part of kind `other`.
pub(crate) fn message_from_chat(mut fields: Map<String, Value>, default_role: &str) -> Message {
    let role = take_text(&mut fields, "role").unwrap_or_else(|| default_role.to_owned());
    let name = take_text(&mut fields, "name");
    let finish_reason = take_text(&mut fields, "finish_reason");
    let call_id = take_text(&mut fields, "tool_call_id");
    let mut parts = Vec::new();
    for key in ["reasoning_content", "reasoning"] {
        if let Some(Value::String(text)) = fields.get(key) {
            parts.push(Part::Reasoning { text: text.clone() });
            fields.remove(key);
            break;
        }
    }
    let content = fields.remove("content");
    if role == "tool" || role == "function" {
        parts.push(Part::ToolResult { id: call_id.or_else(|| take_text(&mut fields, "id")), result: content.unwrap_or(Value::Null) });
    } else {
        content_parts(content, &mut parts);
    }
    if let Some(Value::String(text)) = fields.remove("refusal") {
        parts.push(Part::Refusal { text });
    }
    match fields.remove("tool_calls") {
        Some(Value::Array(calls)) => parts.extend(calls.into_iter().map(tool_call)),
        Some(Value::Null) | None => {}
        Some(other) => parts.push(Part::Other { value: other }),
    }
    match fields.remove("function_call") {
        Some(Value::Null) | None => {}
        Some(call) => parts.push(tool_call(call)),
    }
    fields.retain(|_, value| !is_empty(value));
    if !fields.is_empty() {
        parts.push(Part::Other { value: Value::Object(fields) });
    }
    Message { role, parts, name, finish_reason }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn content_parts(content: Option<Value>, parts: &mut Vec<Part>) {
    match content {
        Some(Value::String(text)) => parts.push(Part::Text { text }),
        Some(Value::Array(items)) => parts.extend(items.into_iter().map(|item| match item {
            Value::Object(fields) => content_part(fields).unwrap_or_else(|fields| Part::Other { value: Value::Object(fields) }),
            Value::String(text) => Part::Text { text },
            other => Part::Other { value: other },
        })),
        Some(Value::Null) | None => {}
        Some(Value::Object(fields)) => {
            parts.push(content_part(fields).unwrap_or_else(|fields| Part::Other { value: Value::Object(fields) }));
        }
        Some(other) => parts.push(Part::Other { value: other }),
    }
}

/// `{id, type: "function", function: {name, arguments}}`, or the fields without the wrapping.
fn tool_call(value: Value) -> Part {
    let Value::Object(mut fields) = value else { return Part::Other { value } };
    let id = fields.get("id").and_then(Value::as_str).map(str::to_owned);
    let function = match fields.remove("function") {
        Some(Value::Object(function)) => function,
        Some(other) => {
            fields.insert("function".to_owned(), other);
            return Part::Other { value: Value::Object(fields) };
        }
        None => fields,
    };
    call(id, function)
}

fn call(id: Option<String>, mut function: Map<String, Value>) -> Part {
    match take_text(&mut function, "name") {
        Some(name) => {
            let given = ["arguments", "input", "args"].iter().find_map(|key| function.remove(*key));
            Part::ToolCall { id, name, arguments: arguments(given) }
        }
        None => Part::Other { value: Value::Object(function) },
    }
}

/// One part of a content list, by the types of the OpenAI and Anthropic APIs. Gives the fields back when it knows no such type.
pub(super) fn content_part(mut fields: Map<String, Value>) -> Result<Part, Map<String, Value>> {
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let inner = |fields: &Map<String, Value>, outer: &str, name: &str| fields.get(outer)?.get(name)?.as_str().map(str::to_owned);
    let text = |fields: &Map<String, Value>, name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let part = match kind.as_str() {
        "text" | "input_text" | "output_text" => text(&fields, "text").map(|text| Part::Text { text }),
        "refusal" => text(&fields, "refusal").map(|text| Part::Refusal { text }),
        "thinking" => text(&fields, "thinking").map(|text| Part::Reasoning { text }),
        "reasoning" => text(&fields, "text").or_else(|| text(&fields, "reasoning")).map(|text| Part::Reasoning { text }),
        "image_url" | "input_image" => {
            let uri = inner(&fields, "image_url", "url").or_else(|| text(&fields, "image_url")).or_else(|| text(&fields, "file_id"));
            uri.map(|uri| Part::Media { media: "image".to_owned(), mime_type: data_uri_mime(&uri), uri })
        }
        "input_audio" => inner(&fields, "input_audio", "data").map(|data| {
            let mime_type = format!("audio/{}", inner(&fields, "input_audio", "format").unwrap_or_else(|| "wav".to_owned()));
            Part::Media { media: "audio".to_owned(), uri: data_uri(Some(&mime_type), &data), mime_type: Some(mime_type) }
        }),
        "file" | "input_file" => ["file_data", "file_url", "file_id"]
            .iter()
            .find_map(|name| inner(&fields, "file", name).or_else(|| text(&fields, name)))
            .map(|uri| Part::Media { media: "file".to_owned(), mime_type: data_uri_mime(&uri), uri }),
        "image" | "document" => source_media(&fields, &kind),
        "tool_use" | "server_tool_use" | "function_call" => {
            if fields.get("name").is_some_and(Value::is_string) {
                let id = text(&fields, "call_id").or_else(|| text(&fields, "id"));
                return Ok(call(id, fields));
            }
            None
        }
        // Results of Anthropic's own tools have names of their own: `web_search_tool_result`.
        kind if kind == "function_call_output" || kind == "tool_result" || kind.ends_with("_tool_result") => {
            let id = text(&fields, "tool_use_id").or_else(|| text(&fields, "call_id"));
            fields.remove("content").or_else(|| fields.remove("output")).map(|result| Part::ToolResult { id, result })
        }
        _ => None,
    };
    part.ok_or(fields)
}

/// Anthropic's `source`: `{type: "base64", media_type, data}` or `{type: "url", url}`.
fn source_media(fields: &Map<String, Value>, kind: &str) -> Option<Part> {
    let source = fields.get("source")?;
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    let mime_type = text("media_type").map(str::to_owned);
    let uri = match text("data") {
        Some(data) => data_uri(mime_type.as_deref(), data),
        None => text("url").or_else(|| text("file_id"))?.to_owned(),
    };
    let media = if kind == "image" { "image" } else { media_class(mime_type.as_deref()) };
    Some(Part::Media { media: media.to_owned(), mime_type, uri })
}

fn data_uri_mime(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("data:")?;
    rest.split([';', ',']).next().filter(|mime| mime.contains('/')).map(str::to_owned)
}
