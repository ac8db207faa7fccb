//! Files that go with runs and examples: kept as media of the library, named by what refers to them.

use super::{NAMES, submission::Attachment};
use crate::{
    ids::{hex_text, leading},
    messages::media_class,
    native::{Side, rebuilt},
};
use model::{
    library::NewMedia,
    telemetry::{Message, Part, Span},
};
use serde_json::{Value, json};

/// The attribute that names the files of a run.
pub const ATTACHMENTS_ATTRIBUTE: &str = "langsmith.attachments";
/// What names a medium that this server keeps.
const URI_SCHEME: &str = "telltale-media:";
/// Of files whose type is not told.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file as a medium: its id is made of its content, so that the same file is kept once.
pub fn medium(attachment: &Attachment) -> NewMedia {
    let mime_type = if attachment.content_type.contains('/') { &attachment.content_type } else { UNKNOWN_TYPE };
    let mut hasher = blake3::Hasher::new();
    hasher.update(mime_type.as_bytes()).update(b"\n").update(&attachment.body);
    NewMedia { id: hex_text(&leading::<16>(&hasher.finalize())), mime_type: mime_type.to_owned(), content: attachment.body.clone() }
}

/// How a file is named where it belongs.
pub(super) fn reference(medium: &NewMedia) -> Value {
    json!({"uri": format!("{URI_SCHEME}{}", medium.id), "mime_type": medium.mime_type, "size": medium.content.len()})
}

/// The id of the medium that a reference names.
pub fn medium_id(reference: &Value) -> Option<&str> {
    reference.get("uri")?.as_str()?.strip_prefix(URI_SCHEME)
}

/// Names a file at its span: as an attribute, and where the span has an input, at the end of it.
pub fn attach(span: &mut Span, name: &str, medium: &NewMedia) {
    let files = span.payload.attributes.entry(ATTACHMENTS_ATTRIBUTE.to_owned()).or_insert_with(|| json!({}));
    if let Value::Object(files) = files {
        files.insert(name.to_owned(), reference(medium));
    }
    let Some(input) = &mut span.payload.input else { return };
    // With the file the messages stand for more than the object that was sent.
    if let Some(sent) = rebuilt(Side::Input, input) {
        span.payload.originals.entry(NAMES.input.to_owned()).or_insert(sent);
    }
    let media = media_class(Some(&medium.mime_type)).to_owned();
    let uri = format!("{URI_SCHEME}{}", medium.id);
    let part = Part::Media { media, mime_type: Some(medium.mime_type.clone()), uri };
    input.push(Message { role: "user".to_owned(), parts: vec![part], name: Some(name.to_owned()), finish_reason: None });
}
