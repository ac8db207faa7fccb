use super::*;
use crate::fake_llm::{ANSWER, FakeLlm};

async fn ask(path: &str, body: Value) -> (u16, String) {
    let fake = FakeLlm::start(0).await.unwrap();
    let url = format!("{}/v1beta/models/{path}", fake.origin());
    let response = reqwest::Client::new().post(url).header("x-goog-api-key", "k").json(&body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text_of(chunks: &[Value]) -> String {
    chunks.iter().filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str()).collect()
}

#[tokio::test]
async fn whole_events_and_list_say_the_same() {
    let whole = read(&ask("gemini-2.5-pro:generateContent", json!({"contents": []})).await.1);
    assert_eq!(text_of(std::slice::from_ref(&whole)), ANSWER);
    assert_eq!(whole["usageMetadata"]["totalTokenCount"], 120);

    let (_, events) = ask("gemini-2.5-pro:streamGenerateContent?alt=sse", json!({"contents": []})).await;
    let chunks: Vec<Value> = events.split_terminator("\r\n\r\n").map(|event| read(event.strip_prefix("data: ").unwrap())).collect();
    assert_eq!(text_of(&chunks), ANSWER);

    let list = read(&ask("gemini-2.5-pro:streamGenerateContent", json!({"contents": []})).await.1);
    assert_eq!(text_of(list.as_array().unwrap()), ANSWER);
    assert_eq!(list.as_array().unwrap().last().unwrap()["candidates"][0]["finishReason"], "STOP");
}

#[tokio::test]
async fn functions_are_called_until_their_result_is_there() {
    let tools = json!([{"functionDeclarations": [{"name": "get_weather"}]}]);
    let answer = read(&ask("g:generateContent", json!({"contents": [], "tools": tools})).await.1);
    let call = json!({"name": "get_weather", "args": {"city": "Paris"}});
    assert_eq!(answer["candidates"][0]["content"]["parts"][0]["functionCall"], call);
    let result = json!([{"role": "user", "parts": [{"functionResponse": {"name": "get_weather", "response": {"sky": "sunny"}}}]}]);
    assert_eq!(text_of(&[read(&ask("g:generateContent", json!({"contents": result, "tools": tools})).await.1)]), ANSWER);
}

#[tokio::test]
async fn failures_are_chosen_by_the_model() {
    let (status, body) = ask("gemini-err429:generateContent", json!({})).await;
    assert_eq!((status, &read(&body)["error"]["status"]), (429, &json!("RESOURCE_EXHAUSTED")));
    let list = read(&ask("gemini-errstream:streamGenerateContent", json!({"contents": []})).await.1);
    assert_eq!(list.as_array().unwrap().last().unwrap()["error"]["code"], 503);
}
