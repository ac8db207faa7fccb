use super::*;
use serde_json::json;

fn text(role: &str, text: &str) -> Message {
    Message::text(role, text)
}

#[test]
fn chat_completions() {
    let body = json!({
        "model": "gpt-4o-mini", "stream": true, "temperature": 0.2, "max_tokens": 50, "user": "u-1", "metadata": {"team": "a", "session_id": "s-1"},
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"}],
        "tools": [{"type": "function", "function": {"name": "get_weather"}}], "tool_choice": null,
    });
    let read = request(body).unwrap();
    assert_eq!((read.operation, read.model.as_deref(), read.is_streamed), (Some("chat"), Some("gpt-4o-mini"), true));
    assert_eq!(read.input, [text("system", "Be brief."), text("user", "Weather?")]);
    assert_eq!(read.tools.unwrap()[0]["function"]["name"], "get_weather");
    let expected = json!({"temperature": 0.2, "max_tokens": 50, "stream": true});
    assert_eq!(json!(read.parameters), expected);
    assert_eq!((read.user.as_deref(), read.session.as_deref(), json!(read.metadata)), (Some("u-1"), Some("s-1"), json!({"team": "a"})));
}

#[test]
fn anthropic_messages() {
    let body = json!({
        "model": "claude-sonnet-4-5", "max_tokens": 100, "system": [{"type": "text", "text": "Help.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "tool_use", "id": "t1", "name": "w", "input": {"city": "Paris"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "sunny"}]},
        ],
        "metadata": {"user_id": "{\"device_id\":\"d\",\"account_uuid\":\"acc\",\"session_id\":\"ses\"}"},
    });
    let read = request(body).unwrap();
    assert_eq!(read.system, [text("system", "Help.")]);
    let call = Part::ToolCall { id: Some("t1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!(read.input[1].parts, [Part::Reasoning { text: "hm".into() }, call]);
    assert_eq!(read.input[2].parts, [Part::ToolResult { id: Some("t1".into()), result: json!("sunny") }]);
    assert_eq!((read.user.as_deref(), read.session.as_deref()), (Some("acc"), Some("ses")));
}

#[test]
fn callers_of_anthropic_have_three_spellings() {
    let caller = |user_id: &str| {
        let read = request(json!({"messages": [], "metadata": {"user_id": user_id}})).unwrap();
        (read.user.unwrap(), read.session)
    };
    let session = "89155ca0-9638-42c0-8f26-e0ea59689918";
    assert_eq!(caller("plain"), ("plain".into(), None));
    assert_eq!(caller(&format!("user_abc_account_a-1_session_{session}")), ("a-1".into(), Some(session.into())));
    assert_eq!(caller(&format!("user_abc_account__session_{session}")), ("user_abc".into(), Some(session.into())));
    assert_eq!(caller("{\"device_id\":\"d\",\"account_uuid\":\"\"}"), ("d".into(), None));
}

#[test]
fn responses_items_become_messages() {
    let body = json!({
        "model": "gpt-5", "instructions": "Be brief", "prompt_cache_key": "01a20771-5d27-7dd0-85a7-b81e1058a526",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "look it up"}]},
            {"type": "function_call", "call_id": "c1", "name": "w", "arguments": "{\"city\":\"Paris\"}"},
            {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
            {"type": "message", "role": "assistant", "id": "m", "status": "completed", "content": [{"type": "output_text", "text": "Sunny.", "annotations": []}]},
        ],
        "reasoning": {"effort": "low"},
    });
    let read = request(body).unwrap();
    assert_eq!((read.system, &read.input[0]), (vec![text("system", "Be brief")], &text("user", "Weather?")));
    let call = Part::ToolCall { id: Some("c1".into()), name: "w".into(), arguments: json!({"city": "Paris"}) };
    assert_eq!(read.input[1].parts, [Part::Reasoning { text: "look it up".into() }, call]);
    assert_eq!(read.input[2].parts, [Part::ToolResult { id: Some("c1".into()), result: json!("sunny") }]);
    assert_eq!((&read.input[3], read.input.len()), (&text("assistant", "Sunny."), 4));
    assert_eq!(read.session.as_deref(), Some("01a20771-5d27-7dd0-85a7-b81e1058a526"), "a cache key that is a UUID is a conversation's");
    assert_eq!(read.parameters["reasoning"]["effort"], "low");
    let shared = request(json!({"model": "m", "input": "hi", "prompt_cache_key": "my-app-v1"})).unwrap();
    assert_eq!((shared.session, shared.input), (None, vec![text("user", "hi")]));
}

#[test]
fn gemini() {
    let body = json!({
        "contents": [
            {"role": "user", "parts": [{"text": "Weather?"}]}, {"role": "model", "parts": [{"functionCall": {"name": "w", "args": {"city": "Paris"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "w", "response": {"sky": "clear"}}}]},
        ],
        "systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]}, "generationConfig": {"temperature": 0.1, "maxOutputTokens": 9},
        "tools": [{"functionDeclarations": [{"name": "w"}]}],
    });
    let read = request(body).unwrap();
    assert_eq!((read.operation, read.system), (Some("generate_content"), vec![text("system", "Be brief.")]));
    assert_eq!(read.input.iter().map(|message| message.role.as_str()).collect::<Vec<_>>(), ["user", "assistant", "user"]);
    assert_eq!(read.input[1].parts, [Part::ToolCall { id: None, name: "w".into(), arguments: json!({"city": "Paris"}) }]);
    assert_eq!(json!(read.parameters), json!({"temperature": 0.1, "maxOutputTokens": 9}));
    let sdk = request(json!({"model": "g", "contents": "hi", "config": {"system_instruction": "Be brief.", "top_k": 3}})).unwrap();
    assert_eq!((sdk.system, sdk.input), (vec![text("system", "Be brief.")], vec![text("user", "hi")]));
}

#[test]
fn embeddings_and_completions() {
    let read = request(json!({"model": "text-embedding-3-small", "input": ["a", "b"]})).unwrap();
    assert_eq!((read.operation, read.input), (Some("embeddings"), vec![text("user", "a"), text("user", "b")]));
    let tokens = request_of(Api::Embeddings, json!({"input": [[1, 2]]}));
    assert_eq!(tokens.input[0].parts, [Part::Other { value: json!([[1, 2]]) }]);
    let batch = json!({"requests": [
        {"model": "models/embed", "content": {"parts": [{"text": "a"}]}, "taskType": "RETRIEVAL"}, {"model": "models/embed", "content": {"parts": [{"text": "b"}]}},
    ]});
    let read = request_of(Api::EmbedContent, batch);
    assert_eq!((read.model.as_deref(), read.input), (Some("embed"), vec![text("user", "a"), text("user", "b")]));
    assert_eq!(read.parameters["taskType"], "RETRIEVAL");
    assert_eq!(request(json!({"model": "m", "prompt": "Once"})).unwrap().operation, Some("text_completion"));
}

#[test]
fn what_is_no_request_is_kept_or_refused() {
    assert_eq!(request(json!({"id": 1})), None);
    assert_eq!(request(json!("hi")), None);
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let read = request_of(Api::Chat, json!({"messages": [{"role": "user", "content": deep}]}));
    assert!(matches!(&read.input[0].parts[..], [Part::Text { .. }]), "too deep to be kept as it is");
}
