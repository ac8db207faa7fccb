//! Prices of one's own, and how a cost came about.

use crate::support::{Answer, Server, with_headers};
use axum::{body::Body, http::Method};
use model::ports::KeyScope;
use serde_json::{Value, json};

impl Server {
    async fn put(&self, path: &str, body: &Value, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = Self::request(Method::PUT, path);
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        *request.body_mut() = Body::from(body.to_string());
        self.send(with_headers(request, headers)).await
    }

    /// A call of 1,000 tokens in and 100 out: its ids, and what it cost.
    async fn call(&self, provider: &str, model: &str) -> Value {
        let call = json!({"provider": provider, "model": model, "prompt": "Hi", "response": "Hello",
            "input_tokens": 1_000, "output_tokens": 100, "cost_usd": 0.5});
        let answer = self.post("/api/v1/ingest/llm", call).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    async fn derivation(&self, call: &Value) -> Value {
        let path = format!("/api/v1/spans/{}/{}/cost", call["trace_id"].as_str().unwrap(), call["span_id"].as_str().unwrap());
        self.get(&path).await.json()
    }
}

fn entry(id: &str, model: &str, input: &str) -> Value {
    json!({"id": id, "model": model, "prices": {"input": input, "output": "10"}})
}

#[tokio::test]
async fn a_model_without_a_price_gets_one_and_the_next_call_costs_that() {
    let server = Server::local();
    let project = server.default_project().await;
    let before = server.call("vllm", "my-llama").await;
    assert_eq!((&before["cost_usd"], &before["cost_source"]), (&json!(0.5), &json!("reported")));
    let path = format!("/api/v1/prices/lists/{project}");
    assert_eq!(server.get(&path).await.json(), json!({"version": 0, "updated_at": null, "prices": []}));

    let set = server.put(&path, &json!({"version": 0, "prices": [entry("llama", "my-llama*", "2")]}), &[]).await;
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!((&set.json()["version"], server.get(&path).await.json()["prices"][0]["id"].clone()), (&json!(1), json!("llama")));

    // 1,000 × 2 $ / M + 100 × 10 $ / M.
    let after = server.call("vllm", "my-llama").await;
    assert_eq!((&after["cost_usd"], &after["cost_source"]), (&json!(0.003), &json!("computed")));
    let shown = server.derivation(&after).await;
    let derivation = &shown["derivation"];
    assert_eq!((&shown["is_outdated"], &shown["stored_price_version"]), (&json!(false), &json!("project-prices-1")));
    assert_eq!((&derivation["rule"], &derivation["total_usd"]), (&json!("custom"), &json!(0.003)));
    assert_eq!(derivation["difference_usd"], json!(-0.497), "ours minus the client's");
    let line = &derivation["lines"][0];
    assert_eq!((&line["bucket"], &line["units"], &line["amount_usd"]), (&json!("input_uncached"), &json!("1000"), &json!("0.002")));

    // What came before keeps its cost, and says that prices have changed since.
    let shown = server.derivation(&before).await;
    assert_eq!(
        (&shown["stored_usd"], &shown["derivation"]["total_usd"], &shown["is_outdated"]),
        (&json!(0.5), &json!(0.003), &json!(true))
    );
}

#[tokio::test]
async fn a_projects_prices_go_before_everybodys_and_those_before_the_book() {
    let server = Server::local();
    let project = server.default_project().await;
    let discount = json!([{"id": "negotiated", "provider": "openai", "model": "*", "discount": "0.5"}]);
    assert_eq!(server.put("/api/v1/prices/lists/all", &json!({"version": 0, "prices": discount}), &[]).await.status, 200);
    // The book says 2.5 and 10 $ / M.
    assert_eq!(server.call("openai", "gpt-4o").await["cost_usd"], json!(0.00175));
    let own = json!({"version": 0, "prices": [entry("mine", "gpt-4o", "1")]});
    assert_eq!(server.put(&format!("/api/v1/prices/lists/{project}"), &own, &[]).await.status, 200);
    assert_eq!(server.call("openai", "gpt-4o").await["cost_usd"], json!(0.002));
    assert_eq!(server.call("openai", "gpt-4o-mini").await["cost_usd"], json!(0.000105), "the list of all goes on for the others");
}

#[tokio::test]
async fn changes_that_cannot_be_are_refused_and_none_is_overwritten() {
    let server = Server::local();
    let path = format!("/api/v1/prices/lists/{}", server.default_project().await);
    for (prices, found) in [
        (json!([{"id": "a", "model": "m"}]), "row [0]: expected either"),
        (json!([entry("a", "m", "1"), {"id": "b", "model": "m", "discount": "2"}]), "row [1]: field `discount`"),
        (json!({"a": 1}), "invalid type: map"),
    ] {
        let answer = server.put(&path, &json!({"version": 0, "prices": prices}), &[]).await;
        let error = answer.json()["errors"][0].clone();
        assert_eq!((answer.status, &error["field"]), (400, &json!("prices")));
        assert!(error["message"].as_str().unwrap().contains(found), "{error}");
    }
    assert_eq!(server.put(&path, &json!({"version": 0, "prices": []}), &[]).await.status, 200);
    assert_eq!(server.put(&path, &json!({"version": 0, "prices": []}), &[]).await.status, 409);
    assert_eq!(server.get("/api/v1/prices/lists/nobody").await.status, 404);
}

#[tokio::test]
async fn a_projects_key_manages_its_own_prices_only() {
    let server = Server::exposed();
    let (one, two) = (server.project("one").await, server.project("two").await);
    server.key(one, "tt_admin", &[KeyScope::Admin]).await;
    server.key(one, "tt_read", &[KeyScope::Read]).await;
    let list = json!({"version": 0, "prices": []});
    let put = async |scope: &str, key: &str| {
        let header = format!("Bearer {key}");
        server.put(&format!("/api/v1/prices/lists/{scope}"), &list, &[("authorization", &header)]).await.status
    };
    assert_eq!(put(&one.to_string(), "tt_read").await, 403);
    assert_eq!(put(&one.to_string(), "tt_admin").await, 200);
    assert_eq!(put(&two.to_string(), "tt_admin").await, 404);
    assert_eq!(put("all", "tt_admin").await, 403);
}

#[tokio::test]
async fn the_book_is_searched_by_name() {
    let server = Server::local();
    let answer = server.get("/api/v1/prices/book?search=openai/gpt-4o-mini&limit=1").await.json();
    assert!(answer["rows"].as_u64().unwrap() > 2_000);
    let row = &answer["items"][0];
    assert_eq!((&row["price_id"], &answer["more"]), (&json!("openai/gpt-4o-mini"), &json!(true)));
    let input = row["prices"].as_array().unwrap().iter().find(|price| price["of"] == "input" && price["tier"] == "standard").unwrap();
    assert_eq!((&input["usd"], &input["above_tokens"]), (&json!("0.00000015"), &json!(0)));
    assert_eq!(server.get("/api/v1/prices/book?search=no-such-model").await.json()["items"], json!([]));
}
