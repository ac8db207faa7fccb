//! Images and documents: texts hold slugs such as `[DEEPEVAL:IMAGE:id]`, and what they stand for is sent once beside them. Content that
//! comes with them is kept as a medium of the library; messages name it.

use super::fields::Fields;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{
    library::{NewMedia, check_id},
    telemetry::{Attributes, Message, Part},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OPENING: &str = "[DEEPEVAL:";
/// Slugs of one text that become parts; further ones stay text. People do not look at more pictures in one message.
const MAX_SLUGS: usize = 256;
/// Attachments of one trace or case; further ones stay with it as they came.
const MAX_ATTACHMENTS: usize = 1_000;
/// What names a medium that this server keeps.
const URI_SCHEME: &str = "telltale-media:";

/// What the slugs of a trace or a test case stand for, by their ids.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    known: BTreeMap<String, Attachment>,
    /// Content to be kept.
    pub(super) media: Vec<NewMedia>,
    /// What is no attachment, as it came.
    pub(super) rest: Attributes,
}

#[derive(Debug)]
struct Attachment {
    mime_type: Option<String>,
    uri: String,
}

impl Attachments {
    /// Takes them out of the field that holds them.
    pub(super) fn take(fields: &mut Fields, name: &str) -> Self {
        let mut taken = Self::default();
        for (id, value) in fields.object(name) {
            let attachment = (taken.known.len() < MAX_ATTACHMENTS).then(|| read(&id, &value)).flatten();
            match attachment {
                Some((attachment, medium)) => {
                    taken.media.extend(medium);
                    taken.known.insert(id, attachment);
                }
                None => drop(taken.rest.insert(id, value)),
            }
        }
        taken
    }

    /// Puts the media in the place of their slugs. A slug that nothing was sent for stays text.
    pub(super) fn resolve(&self, messages: &mut [Message]) {
        if self.known.is_empty() {
            return;
        }
        for message in messages {
            if message.parts.iter().any(|part| matches!(part, Part::Text { text } if text.contains(OPENING))) {
                let parts = std::mem::take(&mut message.parts);
                message.parts = parts.into_iter().flat_map(|part| self.split(part)).collect();
            }
        }
    }

    /// Where each is to be found, for those who read the slugs themselves.
    pub(super) fn addresses(&self) -> Option<Value> {
        let address = |attachment: &Attachment| json!({"uri": attachment.uri, "mime_type": attachment.mime_type});
        (!self.known.is_empty()).then(|| self.known.iter().map(|(id, attachment)| (id.clone(), address(attachment))).collect())
    }

    fn split(&self, part: Part) -> Vec<Part> {
        let Part::Text { text } = part else { return vec![part] };
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, _) in text.match_indices(OPENING).take(MAX_SLUGS) {
            let Some((length, media)) = self.slug(&text[at..]) else { continue };
            if at > start {
                parts.push(Part::Text { text: text[start..at].to_owned() });
            }
            parts.push(media);
            start = at + length;
        }
        if start < text.len() {
            parts.push(Part::Text { text: text[start..].to_owned() });
        }
        parts
    }

    /// `[DEEPEVAL:IMAGE:id]` or `[DEEPEVAL:PDF:id]` at the start of a text: its length, and what it stands for.
    fn slug(&self, text: &str) -> Option<(usize, Part)> {
        let end = text.find(']')?;
        let (class, id) = text[OPENING.len()..end].split_once(':')?;
        let media = if class == "IMAGE" { "image" } else { "file" };
        let Attachment { mime_type, uri } = self.known.get(id)?;
        Some((end + 1, Part::Media { media: media.to_owned(), mime_type: mime_type.clone(), uri: uri.clone() }))
    }
}

/// `{mimeType, dataBase64}` or `{url, mimeType}`.
fn read(id: &str, value: &Value) -> Option<(Attachment, Option<NewMedia>)> {
    let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mime_type = field("mimeType");
    let Some(data) = field("dataBase64") else { return Some((Attachment { mime_type, uri: field("url")? }, None)) };
    check_id("id", id).ok()?;
    let content = STANDARD.decode(data).ok()?.into();
    let medium = NewMedia { id: id.to_owned(), mime_type: mime_type.clone()?, content };
    medium.check().ok()?;
    Some((Attachment { mime_type, uri: format!("{URI_SCHEME}{id}") }, Some(medium)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_become_parts_content_is_kept_and_what_is_unknown_stays() {
        let body = json!({"attachments": {
            "a1": {"url": "https://example.com/cat.png", "mimeType": "image/png"},
            "d1": {"dataBase64": "JVBERi0=", "mimeType": "application/pdf"},
            "bad": {"dataBase64": "?", "mimeType": "image/png"},
        }});
        let attachments = Attachments::take(&mut Fields::of(body, "trace").unwrap(), "attachments");
        assert_eq!(attachments.media, [NewMedia { id: "d1".into(), mime_type: "application/pdf".into(), content: "%PDF-".into() }]);
        assert_eq!(attachments.rest.keys().collect::<Vec<_>>(), ["bad"]);
        assert_eq!(attachments.addresses().unwrap()["d1"]["uri"], "telltale-media:d1");
        let mut messages = [Message::text("user", "See [DEEPEVAL:IMAGE:a1] and [DEEPEVAL:PDF:d1], not [DEEPEVAL:IMAGE:x] or [DEEPEVAL:")];
        attachments.resolve(&mut messages);
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
                media("file", "application/pdf", "telltale-media:d1"),
                text(", not [DEEPEVAL:IMAGE:x] or [DEEPEVAL:"),
            ]
        );
    }
}
