//! A cursor's text: hex keeps it free of padding and of another dependency.

/// The longest name in the widest characters, with room for a number.
const MAX_DIGITS: usize = 2_048;

pub(crate) fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn decode(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || text.len() > MAX_DIGITS || !text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}
