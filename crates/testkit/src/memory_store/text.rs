//! Searchable text: which texts a row has, and how they fall into words.

use model::telemetry::{Message, Part, Span};

/// Every text of a span that a search looks into.
pub(super) fn span_texts(span: &Span) -> Vec<String> {
    let names = [Some(&span.name), span.agent.as_ref(), span.tool.as_ref(), span.error_type.as_ref(), span.error_message.as_ref()];
    let mut texts: Vec<String> = names.into_iter().flatten().cloned().collect();
    let payload = &span.payload;
    for messages in [&payload.input, &payload.output, &payload.system].into_iter().flatten() {
        messages.iter().for_each(|message| message_texts(message, &mut texts));
    }
    texts
}

fn message_texts(message: &Message, texts: &mut Vec<String>) {
    for part in &message.parts {
        match part {
            Part::Text { text } | Part::Reasoning { text } | Part::Refusal { text } => texts.push(text.clone()),
            Part::ToolCall { name, arguments, .. } => texts.extend([name.clone(), json_text(arguments)]),
            Part::ToolResult { result, .. } => texts.push(json_text(result)),
            Part::Other { value } => texts.push(json_text(value)),
            Part::Media { .. } => {}
        }
    }
}

/// A JSON string as it reads, anything else as its JSON text.
pub(super) fn json_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Lower-cased words. A character of a script that is written without spaces is a word by itself, so that a phrase of them
/// matches wherever they stand side by side.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        let joins = (character.is_alphanumeric() || character == '_') && !is_unspaced(character);
        if joins {
            word.extend(character.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_unspaced(character) {
            words.push(character.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Chinese and Japanese characters and Korean syllables.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// Whether `wanted` stand side by side in `words`; with `open_end`, the last one may go on.
pub(super) fn contains_words(words: &[String], wanted: &[String], open_end: bool) -> bool {
    let Some((last, before)) = wanted.split_last() else { return false };
    words.windows(wanted.len()).any(|window| {
        let Some((end, start)) = window.split_last() else { return false };
        start == before && if open_end { end.starts_with(last.as_str()) } else { end == last }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_cased_and_unspaced_scripts_split_by_character() {
        assert_eq!(words("Refund-Policy, v2: naïve_x"), ["refund", "policy", "v2", "naïve_x"]);
        assert_eq!(words("in 東京 now"), ["in", "東", "京", "now"]);
    }

    #[test]
    fn phrases_need_neighbours_and_prefixes_only_open_the_last_word() {
        let text = words("our refund policy is generous");
        assert!(contains_words(&text, &words("Refund Policy"), false));
        assert!(!contains_words(&text, &words("refund is"), false));
        assert!(contains_words(&text, &words("refund pol"), true));
        assert!(!contains_words(&text, &words("ref policy"), true));
        assert!(!contains_words(&text, &words("..."), false));
    }
}
