//! Speech: sound as base64 with its format.

use model::telemetry::Part;
use serde_json::Value;

/// What the SDK puts at the end of texts that were too long.
const TRUNCATED: &str = "[truncated]";

/// `{data, format}`. Nothing when the sound was left out or cut off: half of a file is none.
pub(super) fn sound(value: &Value) -> Option<Part> {
    let data = value.get("data")?.as_str().filter(|data| !data.is_empty() && !data.ends_with(TRUNCATED))?;
    let format = value.get("format").and_then(Value::as_str).unwrap_or("pcm");
    let mime_type = format!("audio/{format}");
    Some(Part::Media { media: "audio".to_owned(), uri: format!("data:{mime_type};base64,{data}"), mime_type: Some(mime_type) })
}
