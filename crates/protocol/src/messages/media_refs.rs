//! References of Langfuse's SDKs to media that they upload on their own, `@@@langfuseMedia:type=image/png|id=…|source=…@@@`, wherever they
//! stand in a message: such text becomes a part that names the stored medium.

use super::value::media_class;
use model::telemetry::{Message, Part};
use serde_json::Value;

const OPENING: &str = "@@@langfuseMedia:";
const CLOSING: &str = "@@@";
/// What names a medium that this server keeps.
const URI_SCHEME: &str = "telltale-media:";
/// Longer "ids" are no ids.
const MAX_ID_BYTES: usize = 128;
/// Most references taken out of one structured value.
const MAX_REFERENCES: usize = 100;

/// Puts media parts in the place of references in texts, and behind structured values that hold some.
pub(crate) fn resolve(messages: &mut [Message]) {
    for message in messages {
        if !message.parts.iter().any(has_reference) {
            continue;
        }
        message.parts = std::mem::take(&mut message.parts).into_iter().flat_map(resolved).collect();
    }
}

fn has_reference(part: &Part) -> bool {
    match part {
        Part::Text { text } | Part::Media { uri: text, .. } => text.contains(OPENING),
        Part::ToolCall { arguments: value, .. } | Part::ToolResult { result: value, .. } | Part::Other { value } => holds_reference(value),
        Part::Reasoning { .. } | Part::Refusal { .. } => false,
    }
}

fn holds_reference(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(OPENING),
        Value::Array(items) => items.iter().any(holds_reference),
        Value::Object(fields) => fields.values().any(holds_reference),
        _ => false,
    }
}

fn resolved(part: Part) -> Vec<Part> {
    match part {
        Part::Text { text } => split(&text),
        // An inline medium whose data the SDK has replaced.
        Part::Media { media, mime_type, uri } => match split(&uri).into_iter().find(|part| matches!(part, Part::Media { .. })) {
            Some(part) => vec![part],
            None => vec![Part::Media { media, mime_type, uri }],
        },
        part => {
            let mut media = Vec::new();
            if let Part::ToolCall { arguments: value, .. } | Part::ToolResult { result: value, .. } | Part::Other { value } = &part {
                collect(value, &mut media);
            }
            std::iter::once(part).chain(media).collect()
        }
    }
}

fn collect(value: &Value, into: &mut Vec<Part>) {
    match value {
        Value::String(text) if text.contains(OPENING) => {
            for part in split(text) {
                if matches!(part, Part::Media { .. }) && !into.contains(&part) && into.len() < MAX_REFERENCES {
                    into.push(part);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
        _ => {}
    }
}

/// Text and references in turn. What is no whole reference stays text.
fn split(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let push_text = |parts: &mut Vec<Part>, text: &str| {
        if !text.trim().is_empty() {
            parts.push(Part::Text { text: text.to_owned() });
        }
    };
    // Where the text begins that is in no part yet, and where to look on.
    let (mut pending, mut from) = (0, 0);
    while let Some(found) = text[from..].find(OPENING) {
        let start = from + found;
        let fields_start = start + OPENING.len();
        let Some(length) = text[fields_start..].find(CLOSING) else { break };
        from = fields_start;
        if let Some(medium) = medium(&text[fields_start..fields_start + length]) {
            push_text(&mut parts, &text[pending..start]);
            parts.push(medium);
            pending = fields_start + length + CLOSING.len();
            from = pending;
        }
    }
    push_text(&mut parts, &text[pending..]);
    parts
}

/// `type=image/png|id=…|source=…`
fn medium(fields: &str) -> Option<Part> {
    let field =
        |name: &str| fields.split('|').find_map(|field| field.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value);
    let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let id = field("id").filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES && is_plain(id))?;
    let mime_type = field("type").map(str::to_owned);
    Some(Part::Media { media: media_class(mime_type.as_deref()).to_owned(), mime_type, uri: format!("{URI_SCHEME}{id}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PNG: &str = "@@@langfuseMedia:type=image/png|id=3YdiFYcwy2yvoj5ix-AQ8Q|source=bytes@@@";

    fn png() -> Part {
        Part::Media { media: "image".into(), mime_type: Some("image/png".into()), uri: "telltale-media:3YdiFYcwy2yvoj5ix-AQ8Q".into() }
    }

    fn parts(part: Part) -> Vec<Part> {
        let mut messages = [Message { role: "user".into(), parts: vec![part], name: None, finish_reason: None }];
        resolve(&mut messages);
        messages[0].parts.clone()
    }

    fn text(text: &str) -> Part {
        Part::Text { text: text.into() }
    }

    #[test]
    fn references_in_texts_take_their_place() {
        assert_eq!(parts(text(PNG)), [png()]);
        assert_eq!(parts(text(&format!("see {PNG} and {PNG}."))), [text("see "), png(), text(" and "), png(), text(".")]);
        for whole in
            ["no reference", "@@@langfuseMedia:type=image/png|id=abc", "@@@langfuseMedia:type=a|source=b@@@", "@@@langfuseMedia:id=a/b@@@"]
        {
            assert_eq!(parts(text(whole)), [text(whole)]);
        }
    }

    #[test]
    fn replaced_data_and_structured_values_name_their_media() {
        let inline =
            Part::Media { media: "image".into(), mime_type: Some("image/png".into()), uri: format!("data:image/png;base64,{PNG}") };
        assert_eq!(parts(inline), [png()]);
        let value = json!({"images": [PNG, PNG], "note": "x"});
        assert_eq!(parts(Part::Other { value: value.clone() }), [Part::Other { value }, png()]);
    }
}
