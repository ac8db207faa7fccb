use super::*;
use crate::fake_llm::{ANSWER, FakeLlm, THOUGHT};

async fn ask(body: Value) -> (u16, String) {
    let fake = FakeLlm::start(0).await.unwrap();
    let request = reqwest::Client::new().post(format!("{}/v1/messages", fake.origin())).header("x-api-key", "k").json(&body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn events_of(body: &str) -> Vec<Value> {
    body.split_terminator("\n\n").map(|event| read(event.split_once("\ndata: ").unwrap().1)).collect()
}

#[tokio::test]
async fn a_message_has_the_known_usage() {
    let (status, body) = ask(json!({"model": "claude-sonnet-4-5", "messages": []})).await;
    let answer = read(&body);
    assert_eq!((status, &answer["content"][0]["text"]), (200, &json!(ANSWER)));
    let expected = json!({
        "input_tokens": 30, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000, "output_tokens": 25,
        "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10},
        "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}, "service_tier": "standard", "inference_geo": "us",
    });
    assert_eq!(answer["usage"], expected);
}

#[tokio::test]
async fn a_stream_says_the_same_in_pieces() {
    let request = json!({"model": "c", "stream": true, "thinking": {"type": "enabled", "budget_tokens": 1024}, "messages": []});
    let events = events_of(&ask(request).await.1);
    assert_eq!(events[0]["message"]["usage"]["output_tokens"], 1);
    let delta_text = |name: &str| events.iter().filter_map(|event| event["delta"][name].as_str()).collect::<String>();
    assert_eq!((delta_text("text").as_str(), delta_text("thinking").as_str()), (ANSWER, THOUGHT));
    assert_eq!(events[events.len() - 2]["usage"]["output_tokens"], 25);
    assert_eq!(events[events.len() - 1], json!({"type": "message_stop"}));
}

#[tokio::test]
async fn tools_are_called_until_their_result_is_there() {
    let tools = json!([{"name": "get_weather", "input_schema": {"type": "object"}}]);
    let answer = read(&ask(json!({"model": "c", "tools": tools, "messages": [{"role": "user", "content": "hi"}]})).await.1);
    assert_eq!((&answer["content"][1]["input"], &answer["stop_reason"]), (&json!({"city": "Paris"}), &json!("tool_use")));
    let events = events_of(&ask(json!({"model": "c", "stream": true, "tools": tools, "messages": []})).await.1);
    let arguments: String = events.iter().filter_map(|event| event["delta"]["partial_json"].as_str()).collect();
    assert_eq!(read(&arguments), json!({"city": "Paris"}));
    let result = json!([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_abc123", "content": "sunny"}]}]);
    assert_eq!(read(&ask(json!({"model": "c", "tools": tools, "messages": result})).await.1)["stop_reason"], "end_turn");
}

#[tokio::test]
async fn failures_are_chosen_by_the_model() {
    let (status, body) = ask(json!({"model": "claude-err429"})).await;
    assert_eq!((status, &read(&body)["error"]["type"]), (429, &json!("rate_limit_error")));
    let events = events_of(&ask(json!({"model": "claude-errstream", "stream": true, "messages": []})).await.1);
    assert_eq!(events.last().unwrap()["error"]["type"], "overloaded_error");
}
