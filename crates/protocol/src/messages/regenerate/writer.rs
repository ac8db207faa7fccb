//! Writes JSON piece by piece, into a string or against an original.

use super::Style;
use serde_json::Value;

/// Takes pieces of text in order; `false` means that nothing more needs to be written.
pub(super) trait Sink {
    fn put(&mut self, piece: &str) -> bool;
}

impl Sink for String {
    fn put(&mut self, piece: &str) -> bool {
        self.push_str(piece);
        true
    }
}

/// Compares what is written with a text that already exists, and stops at the first difference.
pub(super) struct Compare<'a> {
    rest: &'a [u8],
}

impl<'a> Compare<'a> {
    pub(super) fn new(original: &'a str) -> Self {
        Self { rest: original.as_bytes() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.rest.is_empty()
    }
}

impl Sink for Compare<'_> {
    fn put(&mut self, piece: &str) -> bool {
        let same = self.rest.starts_with(piece.as_bytes());
        if same {
            self.rest = &self.rest[piece.len()..];
        }
        same
    }
}

/// Whether a byte of a string must be looked at: control, quote, backslash, DEL or beyond ASCII.
fn is_special(byte: u8) -> bool {
    !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\'
}

/// How many bytes from the start are not special. Eight at a time: this is where most of a row's time would go.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES * 0x80;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut run = 0;
    let mut words = bytes.chunks_exact(8);
    for chunk in &mut words {
        let word = u64::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7]]);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let from_delete = (word | word.wrapping_add(ONES)) & HIGHS;
        let quotes = has_zero(word ^ (ONES * u64::from(b'"'))) | has_zero(word ^ (ONES * u64::from(b'\\')));
        if below_space | from_delete | quotes != 0 {
            break;
        }
        run += 8;
    }
    run + bytes[run..].iter().take_while(|byte| !is_special(**byte)).count()
}

/// A JSON string: runs of plain text are put as they are.
pub(super) fn write_string<S: Sink>(sink: &mut S, text: &str, ascii: bool) -> bool {
    if !sink.put("\"") {
        return false;
    }
    let bytes = text.as_bytes();
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        at += plain_run(&bytes[at..]);
        let Some(byte) = bytes.get(at) else { break };
        if *byte >= 0x7f && !ascii {
            at += 1;
            continue;
        }
        // Both ends are at ASCII bytes or at the start of a character.
        let character = text[at..].chars().next().unwrap_or('\u{fffd}');
        if !(sink.put(&text[start..at]) && write_escape(sink, character)) {
            return false;
        }
        at += character.len_utf8();
        start = at;
    }
    sink.put(&text[start..]) && sink.put("\"")
}

fn write_escape<S: Sink>(sink: &mut S, character: char) -> bool {
    match character {
        '"' => sink.put("\\\""),
        '\\' => sink.put("\\\\"),
        '\n' => sink.put("\\n"),
        '\r' => sink.put("\\r"),
        '\t' => sink.put("\\t"),
        '\u{8}' => sink.put("\\b"),
        '\u{c}' => sink.put("\\f"),
        _ => character.encode_utf16(&mut [0; 2]).iter().all(|unit| sink.put(&format!("\\u{unit:04x}"))),
    }
}

pub(super) fn write_value<S: Sink>(sink: &mut S, value: &Value, style: Style) -> bool {
    let mut first = true;
    match value {
        Value::Null => sink.put("null"),
        Value::Bool(true) => sink.put("true"),
        Value::Bool(false) => sink.put("false"),
        Value::Number(number) => sink.put(&number.to_string()),
        Value::String(text) => write_string(sink, text, style.ascii),
        Value::Array(items) => {
            sink.put("[")
                && items.iter().all(|item| (std::mem::take(&mut first) || sink.put(style.comma())) && write_value(sink, item, style))
                && sink.put("]")
        }
        Value::Object(fields) => {
            sink.put("{")
                && fields.iter().all(|(name, field)| {
                    (std::mem::take(&mut first) || sink.put(style.comma()))
                        && write_string(sink, name, style.ascii)
                        && sink.put(if style.spaced { ": " } else { ":" })
                        && write_value(sink, field, style)
                })
                && sink.put("}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_exactly_at_the_first_special_byte() {
        for special in 0..=u8::MAX {
            for at in 0..20 {
                let mut bytes = vec![b'a'; 20];
                bytes[at] = special;
                assert_eq!(plain_run(&bytes), if is_special(special) { at } else { 20 }, "{special:#x} at {at}");
            }
        }
    }
}
