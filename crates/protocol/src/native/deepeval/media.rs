//! Images and documents: texts hold slugs such as `[DEEPEVAL:IMAGE:id]`, and what they stand for is sent once beside them.

use model::telemetry::{Attributes, Message, Part};
use serde_json::Value;

const OPENING: &str = "[DEEPEVAL:";
/// Slugs of one text that become parts; further ones stay text. People do not look at more pictures in one message.
const MAX_SLUGS: usize = 256;

/// Puts the media in the place of their slugs. A slug that nothing was sent for stays text.
pub(super) fn resolve(messages: &mut [Message], attachments: &Attributes) {
    if attachments.is_empty() {
        return;
    }
    for message in messages {
        if message.parts.iter().any(|part| matches!(part, Part::Text { text } if text.contains(OPENING))) {
            let parts = std::mem::take(&mut message.parts);
            message.parts = parts.into_iter().flat_map(|part| split(part, attachments)).collect();
        }
    }
}

fn split(part: Part, attachments: &Attributes) -> Vec<Part> {
    let Part::Text { text } = part else { return vec![part] };
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(OPENING).take(MAX_SLUGS) {
        // Inside a slug that was replaced.
        if at < start {
            continue;
        }
        let Some((length, media)) = slug(&text[at..], attachments) else { continue };
        if at > start {
            parts.push(Part::Text { text: text[start..at].to_owned() });
        }
        parts.push(media);
        start = at + length;
    }
    if parts.is_empty() {
        return vec![Part::Text { text }];
    }
    if start < text.len() {
        parts.push(Part::Text { text: text[start..].to_owned() });
    }
    parts
}

/// `[DEEPEVAL:IMAGE:id]` or `[DEEPEVAL:PDF:id]` at the start of a text: its length, and what it stands for.
fn slug(text: &str, attachments: &Attributes) -> Option<(usize, Part)> {
    let end = text.find(']')?;
    let (class, id) = text[OPENING.len()..end].split_once(':')?;
    let media = if class == "IMAGE" { "image" } else { "file" };
    let attachment = attachments.get(id)?;
    let field = |name: &str| attachment.get(name).and_then(Value::as_str).map(str::to_owned);
    let mime_type = field("mimeType");
    let uri = match field("dataBase64") {
        Some(data) => crate::messages::data_uri(mime_type.as_deref(), &data),
        None => field("url")?,
    };
    Some((end + 1, Part::Media { media: media.to_owned(), mime_type, uri }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn slugs_become_parts_and_unknown_ones_stay_text() {
        let attachments = Attributes::from([
            ("a1".to_owned(), json!({"url": "https://example.com/cat.png", "mimeType": "image/png"})),
            ("d1".to_owned(), json!({"dataBase64": "JVBERi0=", "mimeType": "application/pdf"})),
        ]);
        let mut messages = [Message::text("user", "See [DEEPEVAL:IMAGE:a1] and [DEEPEVAL:PDF:d1], not [DEEPEVAL:IMAGE:x] or [DEEPEVAL:")];
        resolve(&mut messages, &attachments);
        let text = |text: &str| Part::Text { text: text.to_owned() };
        let media = |media: &str, mime: &str, uri: &str| Part::Media {
            media: media.to_owned(),
            mime_type: Some(mime.to_owned()),
            uri: uri.to_owned(),
        };
        assert_eq!(
            messages[0].parts,
            [
                text("See "),
                media("image", "image/png", "https://example.com/cat.png"),
                text(" and "),
                media("file", "application/pdf", "data:application/pdf;base64,JVBERi0="),
                text(", not [DEEPEVAL:IMAGE:x] or [DEEPEVAL:"),
            ]
        );
    }
}
