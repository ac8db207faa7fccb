//! Parts of the OpenTelemetry message schema, with what real clients get wrong about it.

use super::value::{arguments, data_uri, media_class, take_text};
use model::telemetry::Part;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt};

/// A part as written. The two fields that most parts consist of are read without a detour; the rest is kept by name.
#[derive(Debug, Default)]
pub(super) struct WirePart {
    kind: Option<String>,
    content: Option<Value>,
    rest: Map<String, Value>,
}

impl WirePart {
    pub(super) fn from_object(mut fields: Map<String, Value>) -> Self {
        let kind = match fields.remove("type") {
            Some(Value::String(kind)) => Some(kind),
            Some(other) => {
                fields.insert("type".to_owned(), other);
                None
            }
            None => None,
        };
        let content = fields.remove("content");
        Self { kind, content, rest: fields }
    }

    pub(super) fn into_part(self) -> Part {
        match self {
            Self { kind: Some(kind), content: Some(Value::String(text)), .. } if kind == "text" => Part::Text { text },
            Self { kind: Some(kind), content: Some(Value::String(text)), .. } if kind == "reasoning" => {
                Part::Reasoning { text: summary_text(&text).unwrap_or(text) }
            }
            Self { kind: Some(kind), content: Some(Value::String(text)), .. } if kind == "refusal" => Part::Refusal { text },
            part @ Self { kind: Some(_), .. } => of_kind(part),
            part => untyped(part),
        }
    }

    fn into_object(self) -> Map<String, Value> {
        let mut fields = self.rest;
        fields.extend(self.kind.map(|kind| ("type".to_owned(), Value::String(kind))));
        fields.extend(self.content.map(|content| ("content".to_owned(), content)));
        fields
    }

    fn into_other(self) -> Part {
        Part::Other { value: Value::Object(self.into_object()) }
    }
}

/// A reasoning summary of the responses API that was put in as JSON: `[{"type": "summary_text", "text": …}]`.
fn summary_text(text: &str) -> Option<String> {
    let items = text.starts_with("[{").then(|| serde_json::from_str::<Vec<Value>>(text).ok())??;
    let texts = items.iter().map(|item| {
        let is_summary = item.get("type")?.as_str()? == "summary_text";
        item.get("text").filter(|_| is_summary)?.as_str()
    });
    Some(texts.collect::<Option<Vec<&str>>>()?.join("\n"))
}

fn of_kind(mut part: WirePart) -> Part {
    let kind = part.kind.clone().unwrap_or_default();
    let fields = &mut part.rest;
    match kind.as_str() {
        "tool_call" | "server_tool_call" => {
            let Some(name) = take_text(fields, "name") else { return part.into_other() };
            let id = take_text(fields, "id");
            let given = fields.remove("arguments").or_else(|| fields.remove("server_tool_call"));
            Part::ToolCall { id, name, arguments: arguments(given) }
        }
        "tool_call_response" | "server_tool_call_response" => {
            let id = take_text(fields, "id");
            let given = ["response", "result", "server_tool_call_response"].iter().find_map(|name| fields.remove(*name));
            Part::ToolResult { id, result: given.or(part.content).unwrap_or(Value::Null) }
        }
        "blob" | "file" | "uri" => media(&kind, part),
        // The shapes of providers' own APIs appear inside OpenTelemetry messages too.
        _ => match super::chat::content_part(part.into_object()) {
            Ok(part) => part,
            Err(fields) => Part::Other { value: Value::Object(fields) },
        },
    }
}

fn media(kind: &str, mut part: WirePart) -> Part {
    let mime_type = part.rest.get("mime_type").and_then(Value::as_str).map(str::to_owned);
    let uri = match (kind, &part.content) {
        ("blob", Some(Value::String(base64))) => Some(data_uri(mime_type.as_deref(), base64)),
        ("file", _) => part.rest.get("file_id").and_then(Value::as_str).map(str::to_owned),
        ("uri", _) => part.rest.get("uri").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let Some(uri) = uri else { return part.into_other() };
    let media = take_text(&mut part.rest, "modality").unwrap_or_else(|| media_class(mime_type.as_deref()).to_owned());
    Part::Media { media, mime_type, uri }
}

/// Parts without a type, as Gemini writes them: the name of the field is the type.
fn untyped(mut part: WirePart) -> Part {
    if part.rest.is_empty()
        && let Some(Value::String(text)) = part.content
    {
        return Part::Text { text };
    }
    if let Some(Value::String(_)) = part.rest.get("text") {
        let is_thought = part.rest.get("thought") == Some(&Value::Bool(true));
        let text = take_text(&mut part.rest, "text").unwrap_or_default();
        return if is_thought { Part::Reasoning { text } } else { Part::Text { text } };
    }
    let Some((name, fields)) =
        ["functionCall", "function_call", "functionResponse", "function_response", "inlineData", "inline_data", "fileData", "file_data"]
            .iter()
            .find_map(|name| match part.rest.get(*name) {
                Some(Value::Object(fields)) => Some((*name, fields.clone())),
                _ => None,
            })
    else {
        return part.into_other();
    };
    gemini_part(name, fields).unwrap_or_else(|| part.into_other())
}

fn gemini_part(name: &str, mut fields: Map<String, Value>) -> Option<Part> {
    let mime_type = |fields: &mut Map<String, Value>| take_text(fields, "mimeType").or_else(|| take_text(fields, "mime_type"));
    Some(match name {
        "functionCall" | "function_call" => Part::ToolCall {
            id: take_text(&mut fields, "id"),
            name: take_text(&mut fields, "name")?,
            arguments: arguments(fields.remove("args")),
        },
        "functionResponse" | "function_response" => Part::ToolResult {
            id: take_text(&mut fields, "id").or_else(|| take_text(&mut fields, "name")),
            result: fields.remove("response")?,
        },
        "inlineData" | "inline_data" => {
            let mime_type = mime_type(&mut fields);
            let uri = data_uri(mime_type.as_deref(), &take_text(&mut fields, "data")?);
            Part::Media { media: media_class(mime_type.as_deref()).to_owned(), mime_type, uri }
        }
        _ => {
            let mime_type = mime_type(&mut fields);
            let uri = take_text(&mut fields, "fileUri").or_else(|| take_text(&mut fields, "file_uri"))?;
            Part::Media { media: media_class(mime_type.as_deref()).to_owned(), mime_type, uri }
        }
    })
}

/// A name that is borrowed from the text where it has no escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl<'de> Deserialize<'de> for WirePart {
    /// An object, or plain text as a part of its own.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = WirePart;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message part")
            }
            fn visit_str<E>(self, text: &str) -> Result<WirePart, E> {
                Ok(WirePart { kind: Some("text".to_owned()), content: Some(Value::String(text.to_owned())), rest: Map::new() })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WirePart, A::Error> {
                let mut part = WirePart::default();
                while let Some(Name(name)) = map.next_key()? {
                    match name.as_ref() {
                        "type" => part.kind = map.next_value()?,
                        "content" => part.content = Some(map.next_value()?),
                        _ => drop(part.rest.insert(name.into_owned(), map.next_value()?)),
                    }
                }
                Ok(part)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
