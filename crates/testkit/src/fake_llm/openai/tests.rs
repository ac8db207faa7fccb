use super::*;
use crate::fake_llm::{ANSWER, FakeLlm};

async fn ask(path: &str, body: Value) -> (u16, String) {
    let fake = FakeLlm::start(0).await.unwrap();
    let request = reqwest::Client::new().post(format!("{}/{path}", fake.base_url())).bearer_auth("sk-test").json(&body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_chat_is_answered_with_the_known_usage() {
    let (status, body) = ask("chat/completions", json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]})).await;
    let answer = read(&body);
    assert_eq!((status, answer["model"].as_str()), (200, Some("gpt-4o-mini-2024-07-18")));
    assert_eq!(answer["choices"][0]["message"]["content"], ANSWER);
    assert_eq!(answer["usage"]["prompt_tokens_details"]["cached_tokens"], 64);
    assert_eq!(answer["usage"]["total_tokens"], 120);
}

#[tokio::test]
async fn a_stream_says_the_same_in_pieces() {
    let request = json!({"model": "gpt-4o", "stream": true, "stream_options": {"include_usage": true}, "messages": []});
    let (_, body) = ask("chat/completions", request).await;
    let events: Vec<&str> = body.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> = events[..events.len() - 1].iter().map(|event| read(event)).collect();
    let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, ANSWER);
    assert_eq!(chunks.last().unwrap()["usage"]["completion_tokens"], 20);
    let (_, body) = ask("chat/completions", json!({"model": "gpt-4o", "stream": true, "messages": []})).await;
    assert!(!body.contains("usage"), "usage is streamed only when asked for");
}

#[tokio::test]
async fn tools_are_called_once() {
    let tools = json!([{"type": "function", "function": {"name": "get_weather"}}]);
    let call = json!({"model": "m", "tools": tools, "messages": [{"role": "user", "content": "weather?"}]});
    let answer = read(&ask("chat/completions", call).await.1);
    assert_eq!(answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "get_weather");
    assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    let after = json!({"model": "m", "tools": tools, "messages": [{"role": "tool", "content": "sunny"}]});
    assert_eq!(read(&ask("chat/completions", after).await.1)["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn failures_are_chosen_by_the_model() {
    for (model, expected) in [("gpt-err429", 429), ("gpt-err400", 400), ("gpt-err404", 404), ("gpt-err500", 500)] {
        for path in ["chat/completions", "responses", "embeddings"] {
            let (status, body) = ask(path, json!({"model": model})).await;
            assert_eq!(status, expected, "{model} {path}");
            assert!(read(&body)["error"]["message"].is_string());
        }
    }
}

#[tokio::test]
async fn responses_say_the_same_whole_and_streamed() {
    let tools = json!([{"type": "function", "name": "get_weather"}]);
    let whole = read(&ask("responses", json!({"model": "m", "input": "hi"})).await.1);
    assert_eq!(whole["output"][0]["content"][0]["text"], ANSWER);
    let called = read(&ask("responses", json!({"model": "m", "input": "hi", "tools": tools})).await.1);
    assert_eq!(called["output"][0]["name"], "get_weather");

    let (_, body) = ask("responses", json!({"model": "m", "input": "hi", "stream": true, "reasoning": {"effort": "low"}})).await;
    let events: Vec<Value> = body.split_terminator("\n\n").map(|event| read(event.split_once("\ndata: ").unwrap().1)).collect();
    let text: String =
        events.iter().filter(|event| event["type"] == "response.output_text.delta").filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(text, ANSWER);
    let last = events.last().unwrap();
    assert_eq!((&last["type"], &last["response"]["usage"]["total_tokens"]), (&json!("response.completed"), &json!(120)));
    assert_eq!(last["response"]["output"][0]["type"], "reasoning");
    assert!(events.iter().enumerate().all(|(number, event)| event["sequence_number"] == number));
}

#[tokio::test]
async fn a_stream_can_break_off() {
    let (status, body) = ask("chat/completions", json!({"model": "gpt-errstream", "stream": true, "messages": []})).await;
    assert_eq!(status, 200);
    assert!(body.contains(r#""message":"the stream broke off""#) && !body.contains("[DONE]"));
}
