use super::*;
use crate::messages::{conversation, instructions};

/// Asserts that the text needs no copy and comes back as it was.
fn assert_regenerated(text: &str, style: &str) {
    let messages = conversation(text, "user");
    let marker = original_of_messages(&messages, text);
    assert_eq!(marker, json!({"style": style}), "{text}");
    assert_eq!(regenerate(&messages, &marker).unwrap(), text);
}

#[test]
fn common_writers_need_no_copy_of_the_original() {
    assert_regenerated(
        r#"[{"role": "user", "parts": [{"type": "text", "content": "caf\u00e9 \ud83d\ude00 \"q\" \\ \n\u007f"}]}]"#,
        "python",
    );
    assert_regenerated(r#"[{"role":"user","parts":[{"type":"text","content":"café 😀"}]}]"#, "compact");
    assert_regenerated(r#"[{"role":"user","parts":[{"type":"text","content":"caf\u00e9"}]}]"#, "compact/ascii");
    assert_regenerated(r#"[{"role": "user", "parts": [{"type": "text", "content": "café"}]}]"#, "python/utf8");
    assert_regenerated(
        r#"[{"role":"assistant","parts":[{"arguments":{"city":"Paris"},"name":"get_weather","id":"c1","type":"tool_call"}],"finish_reason":"tool_calls"}]"#,
        "compact/type_last",
    );
    assert_regenerated(r#"[{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":{"t":21}}]}]"#, "compact");
    assert_regenerated(
        r#"[{"role":"user","parts":[{"type":"blob","mime_type":"image/png","modality":"image","content":"aGk="}]}]"#,
        "compact",
    );
    assert_regenerated("no json at all", "text");
    assert_regenerated("[]", "compact/type_last");
}

#[test]
fn what_cannot_be_rebuilt_is_kept() {
    for text in [
        r#"[{"role":"user","parts":[{"type":"text","content":"a","extra":1}]}]"#,
        r#"[{"parts":[{"type":"text","content":"a"}],"role":"user"}]"#,
        r#"[{"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"f","arguments":{"b":1,"a":2}}]}]"#,
        r#"[{"role":"user", "parts":[]}]"#,
        "[{\"role\":\"user\",\"parts\":[]}]\n",
        r#"[{"role":"user","content":"chat shape"}]"#,
    ] {
        let messages = conversation(text, "user");
        let original = original_of_messages(&messages, text);
        assert_eq!(original, Value::String(text.to_owned()));
        assert_eq!(regenerate(&messages, &original).unwrap(), text);
    }
}

#[test]
fn instructions_may_be_bare_parts() {
    let text = r#"[{"type": "text", "content": "Be brief."}]"#;
    let messages = instructions(text);
    assert_eq!(original_of_instructions(&messages, text), json!({"style": "python/parts"}));
    assert_eq!(regenerate(&messages, &json!({"style": "python/parts"})).unwrap(), text);
}

#[test]
fn unknown_styles_are_named() {
    assert_eq!(regenerate(&[], &json!({"style": "cuneiform"})), Err(RegenerateError::UnknownStyle("cuneiform".to_owned())));
}
