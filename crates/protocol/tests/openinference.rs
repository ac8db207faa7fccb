//! What OpenInference's conventions say where no recorded payload shows it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, UsageSplit};
use serde_json::{Value, json};
use support::span_from_json;

fn with(attributes: Value) -> Span {
    span_from_json(attributes, json!([]), "test span")
}

fn notes(span: &Span, note: &str) -> bool {
    span.quality.iter().any(|known| known == note)
}

#[test]
fn every_kind_is_known() {
    for (name, kind) in [
        ("LLM", SpanKind::Llm),
        ("TOOL", SpanKind::Tool),
        ("AGENT", SpanKind::Agent),
        ("CHAIN", SpanKind::Chain),
        ("RETRIEVER", SpanKind::Retrieval),
        ("RERANKER", SpanKind::Reranker),
        ("EMBEDDING", SpanKind::Embedding),
        ("GUARDRAIL", SpanKind::Guardrail),
        ("EVALUATOR", SpanKind::Evaluator),
        ("PROMPT", SpanKind::Prompt),
        ("DECISION", SpanKind::Llm),
        ("UNKNOWN", SpanKind::Other),
    ] {
        let span = with(json!({"openinference.span.kind": name}));
        assert_eq!((span.kind, span.source.convention.as_str()), (kind, "openinference"));
        assert!(!span.payload.attributes.contains_key("openinference.span.kind"));
    }
    let odd = with(json!({"openinference.span.kind": "DAEMON"}));
    assert_eq!((odd.kind, &odd.payload.attributes["openinference.span.kind"]), (SpanKind::Other, &json!("DAEMON")));
}

#[test]
fn contents_of_every_type_become_parts() {
    let span = with(json!({
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "what is this?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "data:image/png;base64,AAAA",
        "llm.input_messages.0.message.contents.2.message_content.type": "audio",
        "llm.input_messages.0.message.contents.2.message_content.audio.audio.url": "https://x/a.mp3",
        "llm.input_messages.0.message.contents.2.message_content.audio.audio.mime_type": "audio/mpeg",
        "llm.input_messages.0.message.contents.3.message_content.type": "document",
        "llm.input_messages.0.message.contents.3.message_content.document.document.url": "https://x/a.pdf",
        "llm.input_messages.0.message.contents.4.message_content.type": "hologram",
        "llm.input_messages.0.message.contents.4.message_content.size": 3,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
        "llm.output_messages.0.message.contents.0.message_content.text": "a cat",
        "llm.output_messages.0.message.contents.0.message_content.signature": "opaque",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "t1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{\"at\": ",
    }));
    let media = |media: &str, mime: Option<&str>, uri: &str| Part::Media {
        media: media.into(),
        mime_type: mime.map(str::to_owned),
        uri: uri.into(),
    };
    let input = span.payload.input.unwrap();
    assert_eq!(
        input[0].parts[..4],
        [
            Part::Text { text: "what is this?".into() },
            media("image", Some("image/png"), "data:image/png;base64,AAAA"),
            media("audio", Some("audio/mpeg"), "https://x/a.mp3"),
            media("file", None, "https://x/a.pdf"),
        ]
    );
    assert_eq!(input[0].parts[4], Part::Other { value: json!({"type": "hologram", "size": 3}) });
    let output = span.payload.output.unwrap();
    assert_eq!(output[0].parts[0], Part::Reasoning { text: "a cat".into() });
    assert_eq!(
        output[0].parts.last().unwrap(),
        &Part::ToolCall { id: Some("t1".into()), name: "look".into(), arguments: json!("{\"at\": ") }
    );
    let signature = "llm.output_messages.0.message.contents.0.message_content.signature";
    assert_eq!(span.payload.attributes[signature], "opaque", "what means nothing to a reader stays where it was");
}

#[test]
fn prompts_and_choices_are_messages() {
    let span = with(json!({
        "openinference.span.kind": "LLM", "llm.prompts.0.prompt.text": "Once", "llm.prompts.1.prompt.text": "Twice",
        "llm.choices.0.completion.text": "upon a time",
    }));
    let texts = |messages: Option<Vec<model::telemetry::Message>>| {
        messages.unwrap().iter().map(|message| (message.role.clone(), message.parts.clone())).collect::<Vec<_>>()
    };
    assert_eq!(texts(span.payload.input).len(), 2);
    assert_eq!(texts(span.payload.output), [("assistant".to_owned(), vec![Part::Text { text: "upon a time".into() }])]);
}

#[test]
fn reranking_has_a_query_and_documents_on_both_sides() {
    let span = with(json!({
        "openinference.span.kind": "RERANKER", "reranker.query": "cats", "reranker.model_name": "rerank-3", "reranker.top_k": 1,
        "reranker.input_documents.0.document.content": "a dog", "reranker.input_documents.1.document.content": "a cat",
        "reranker.output_documents.0.document.content": "a cat", "reranker.output_documents.0.document.score": 0.9,
        "reranker.output_documents.0.document.metadata": "{\"page\": 3}",
    }));
    assert_eq!((span.kind, span.request_model.as_deref()), (SpanKind::Reranker, Some("rerank-3")));
    assert_eq!(span.payload.model_parameters["top_k"], 1);
    let input = &span.payload.input.as_ref().unwrap()[0].parts;
    assert_eq!(input[0], Part::Text { text: "cats".into() });
    assert_eq!(input[1], Part::Other { value: json!({"documents": [{"content": "a dog"}, {"content": "a cat"}]}) });
    let found = json!([{"content": "a cat", "score": 0.9, "metadata": {"page": 3}}]);
    assert_eq!(span.payload.output.unwrap()[0].parts, [Part::ToolResult { id: None, result: found }]);
}

#[test]
fn long_vectors_are_cut_and_told() {
    let vector: Vec<f64> = (0..1536).map(f64::from).collect();
    let answer =
        json!({"object": "list", "model": "e", "data": [{"embedding": vector.clone()}], "usage": {"prompt_tokens": 3, "total_tokens": 3}});
    let span = with(json!({
        "openinference.span.kind": "EMBEDDING", "embedding.model_name": "e", "embedding.embeddings.0.embedding.text": "hi",
        "embedding.embeddings.0.embedding.vector": vector, "output.value": answer.to_string(), "output.mime_type": "application/json",
    }));
    let Part::Other { value } = &span.payload.output.as_ref().unwrap()[0].parts[0] else { panic!("a vector") };
    assert_eq!((value["dimensions"].as_u64(), value["vector"].as_array().unwrap().len()), (Some(1536), 32));
    assert!(notes(&span, "embedding_vectors_truncated"));
    assert_eq!(span.usage.input_tokens, Some(3));
    assert!(serde_json::to_string(&span).unwrap().len() < 4_000, "neither the attribute nor the answer is kept whole");
}

#[test]
fn the_answer_knows_more_than_the_attributes() {
    let answer = json!({"id": "msg_1", "model": "claude", "usage": {"input_tokens": 30, "output_tokens": 25, "cache_read_input_tokens": 1000,
        "cache_creation_input_tokens": 50, "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10}}});
    let counts = json!({"llm.token_count.prompt": 30, "llm.token_count.completion": 25});
    let mut attributes = json!({"openinference.span.kind": "LLM", "output.value": answer.to_string()});
    attributes.as_object_mut().unwrap().extend(counts.as_object().unwrap().clone());
    let span = with(attributes);
    assert_eq!((span.usage.input_tokens, span.usage.buckets.cache_write_1h), (Some(1080), Some(10)));
    assert!(notes(&span, "token_counts_differ_from_answer"), "an old instrumentation leaves out the cache while streaming");
    assert_eq!(span.payload.attributes["llm.token_count.prompt"], 30);
    assert!(!span.payload.attributes.contains_key("llm.token_count.completion"));

    let without_answer = with(json!({"openinference.span.kind": "LLM", "llm.token_count.prompt": 30, "llm.token_count.completion": 25}));
    assert_eq!((without_answer.usage.input_tokens, without_answer.usage.split), (Some(30), UsageSplit::Assumed));
}

#[test]
fn containers_are_not_billed_for_what_they_repeat() {
    let span = with(json!({"openinference.span.kind": "AGENT", "llm.token_count.prompt": 100, "llm.token_count.completion": 20}));
    assert_eq!((span.billed, span.usage.input_tokens), (false, Some(100)));
}

#[test]
fn tool_parameters_are_arguments_in_old_versions() {
    let span = with(json!({"openinference.span.kind": "TOOL", "tool.name": "add", "tool.parameters": "{\"a\": 1}", "tool.id": "c1"}));
    assert_eq!(
        span.payload.input.unwrap()[0].parts,
        [Part::ToolCall { id: Some("c1".into()), name: "add".into(), arguments: json!({"a": 1}) }]
    );
    assert_eq!(span.payload.tools, None);
}

#[test]
fn a_thread_is_a_session_and_what_is_no_object_stays_an_attribute() {
    let span =
        with(json!({"openinference.span.kind": "CHAIN", "metadata": "{\"thread_id\": \"th-1\", \"empty\": null}", "tag.tags": "[\"a\"]"}));
    assert_eq!((span.session_id.as_deref(), span.tags), (Some("th-1"), vec!["a".to_owned()]));
    assert!(!span.payload.metadata.contains_key("empty"));
    let odd = with(json!({"openinference.span.kind": "CHAIN", "metadata": "not json", "tag.tags": 7}));
    assert_eq!((&odd.payload.attributes["metadata"], &odd.payload.attributes["tag.tags"]), (&json!("not json"), &json!(7)));
}

#[test]
fn context_on_spans_of_others_is_read_too() {
    let span = with(json!({"gen_ai.operation.name": "chat", "metadata": "{\"k\": \"v\"}", "tag.tags": ["a"]}));
    assert_eq!((span.source.convention.as_str(), &span.payload.metadata["k"]), ("otel_genai", &json!("v")));
    assert_eq!(span.tags, ["a"]);
}
