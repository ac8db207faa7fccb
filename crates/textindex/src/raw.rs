//! Messages as their JSON is written: a quick look whether anything in it can match, before it is parsed.

use std::borrow::Cow;

/// Whether any string of the JSON passes, keys and all, or there is something here that only parsing can tell. `false` is certain: none
/// of the texts that [`crate::leaves`] finds in these messages passes.
pub(crate) fn may_match(json: &str, mut test: impl FnMut(&str) -> bool) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'"', &bytes[at..]).map(|found| at + found) {
        if has_number(&bytes[at..start]) {
            return true;
        }
        let Some(end) = end_of_string(bytes, start + 1) else { return true };
        let Some(text) = unescaped(&json[start..=end]) else { return true };
        if test(&text) {
            return true;
        }
        at = end + 1;
    }
    has_number(&bytes[at..])
}

/// Between strings: numbers are texts, too, but not always as they are written.
fn has_number(between: &[u8]) -> bool {
    between.iter().any(u8::is_ascii_digit)
}

/// The closing quote of the string that begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}

/// What a string in its quotes says; `None` where it is none.
fn unescaped(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = &quoted[1..quoted.len() - 1];
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(quoted).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaves::{any_text, parse_message};
    use model::telemetry::{Message, Part};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            "[ab\"\\\\\n é]{0,4}".prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            (0..200_i32).prop_map(Value::from),
            (-1e9..1e9_f64).prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[ab\"\\\\]{0,2}", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_of_a_message_is_overlooked(text in "[ab\"\\\\\n é]{0,6}", arguments in value()) {
            let call = serde_json::from_value::<Part>(json!({"type": "tool_call", "name": text, "arguments": arguments})).unwrap();
            let message = Message { parts: vec![call], ..Message::text("user", "") };
            let json = serde_json::to_string(&[&message]).unwrap();
            let one = parse_message(&json[1..json.len() - 1]).unwrap();
            let mut texts = Vec::new();
            any_text(&one, &mut |text| { texts.push(text.to_owned()); false });
            for text in texts {
                prop_assert!(may_match(&json, |found| found == text), "{text:?} in {json}");
            }
        }
    }

    #[test]
    fn what_holds_no_match_is_told_without_parsing() {
        let json = r#"[{"role":"user","parts":[{"type":"text","text":"say \"refund\"\nnow"}]}]"#;
        assert!(may_match(json, |text| text == "say \"refund\"\nnow"));
        assert!(!may_match(json, |text| text.contains("later")));
        // Only parsing can tell how a number is written.
        assert!(may_match(r#"[{"a":1e3}]"#, |_| false));
        assert!(may_match(r#"{"broken"#, |_| false));
        assert!(may_match(r#"["\x"]"#, |_| false));
    }
}
