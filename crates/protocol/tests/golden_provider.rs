//! Requests that real SDKs and agents sent to providers, and answers that real SDKs took for a provider's → what is read of them, as
//! snapshots.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

use model::{
    Timestamp,
    telemetry::{Message, Part, Span},
};
use protocol::{
    native_span_id, native_trace_id,
    provider::{self, StreamReader},
};
use serde_json::{Value, json};
use std::path::PathBuf;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file of a folder, by name.
fn recorded(folder: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/captures").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.collect();
    names.sort();
    names
}

fn snapshot(name: &str, value: Value) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(name, value) });
}

/// Long texts of agents are not what is tested.
fn shortened(messages: &[Message]) -> Value {
    const SHOWN_CHARS: usize = 60;
    let mut messages = messages.to_vec();
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Part::Text { text } = part
            && text.chars().count() > SHOWN_CHARS
        {
            *text = text.chars().take(SHOWN_CHARS).chain(['…']).collect();
        }
    }
    json!(messages)
}

fn tool_names(tools: &Value) -> Vec<Value> {
    let names = |tool: &Value| match &tool["functionDeclarations"] {
        Value::Array(functions) => functions.iter().map(|function| function["name"].clone()).collect(),
        _ => vec![if tool["name"].is_null() { tool["function"]["name"].clone() } else { tool["name"].clone() }],
    };
    tools.as_array().into_iter().flatten().flat_map(names).collect()
}

fn request(file: &str) {
    let capture: Value = serde_json::from_slice(&fixture(&format!("proxy/{file}.json"))).unwrap();
    let read = provider::request(capture["body"].clone()).unwrap();
    let summary = json!({
        "operation": read.operation, "model": read.model, "is_streamed": read.is_streamed, "user": read.user, "session": read.session,
        "system": shortened(&read.system), "input": shortened(&read.input), "tools": read.tools.as_ref().map(tool_names),
        "parameters": read.parameters, "metadata": read.metadata,
    });
    snapshot(&format!("request_{file}"), summary);
}

#[test]
fn requests_of_sdks_and_agents() {
    for file in recorded("proxy") {
        request(file.trim_end_matches(".json"));
    }
}

/// The span of an answer, filled as adapters do.
fn span_of(file: &str) -> Span {
    let body = fixture(&format!("llm_responses/{file}"));
    let response = if file.ends_with(".sse") {
        let mut reader = StreamReader::of_events();
        body.chunks(17).for_each(|piece| {
            reader.feed(piece);
        });
        let streamed = reader.finish();
        assert!(streamed.is_complete && !streamed.is_truncated, "{file}");
        streamed.response.unwrap()
    } else {
        provider::response(serde_json::from_slice(&body).unwrap()).unwrap()
    };
    let start = Timestamp::from_nanos(1_795_421_986_000_000_000);
    let mut span = Span::new(native_trace_id("test", file), native_span_id("test", file), file, start);
    response.fill(&mut span);
    span
}

#[test]
fn answers_of_providers() {
    // The streams that say the same as a whole answer are held against it below.
    let told_whole = ["gemini_streamGenerateContent.sse", "openai_chat_stream_usage.sse", "openai_responses_stream.sse"];
    for file in recorded("llm_responses").iter().filter(|file| !told_whole.contains(&file.as_str())) {
        snapshot(&format!("answer_{}", file.replace('.', "_")), json!(span_of(file)));
    }
}

#[test]
fn streams_add_up_to_the_whole_answer() {
    for (whole, stream) in [("openai_chat.json", "openai_chat_stream_usage.sse"), ("openai_responses.json", "openai_responses_stream.sse")]
    {
        let (whole, stream) = (span_of(whole), span_of(stream));
        assert_eq!(
            (&stream.payload.output, stream.usage, &stream.finish_reasons),
            (&whole.payload.output, whole.usage, &whole.finish_reasons)
        );
        assert_eq!((stream.response_model, stream.payload.attributes), (whole.response_model, whole.payload.attributes));
    }
    // This fixture says less than the whole one.
    let gemini = span_of("gemini_streamGenerateContent.sse");
    assert_eq!(gemini.usage, span_of("gemini_generateContent.json").usage);
    assert_eq!(gemini.payload.output.unwrap()[0].parts, [Part::Text { text: "Hello sunny.".into() }]);
}
