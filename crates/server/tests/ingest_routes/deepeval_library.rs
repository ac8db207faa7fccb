//! What DeepEval stores beyond telemetry: test runs, datasets, prompts.

use crate::{
    deepeval::{refusal, send},
    harness::{Answer, INGEST_KEY, READ_KEY, Server, capture},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use model::{
    library::{Experiment, ExperimentFilter, ExperimentResult, PageRequest, ResultFilter},
    ports::{Experiments, MediaStore, Prompts},
};
use serde_json::{Value, json};

async fn call(server: &Server, method: Method, path: &str, body: Option<Value>) -> Answer {
    let key = if method == Method::GET { READ_KEY } else { INGEST_KEY };
    call_with(server, key, method, path, body).await
}

async fn call_with(server: &Server, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(path).header("confident-api-key", key).header(header::HOST, "telltale.example");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    server.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()).await
}

/// The data of an answer that is a success to the SDK.
fn data(answer: &Answer) -> Value {
    let body = answer.json();
    assert_eq!((answer.status, &body["success"]), (StatusCode::OK, &json!(true)), "{body}");
    body["data"].clone()
}

async fn get(server: &Server, path: &str) -> Value {
    data(&call(server, Method::GET, path, None).await)
}

async fn post(server: &Server, path: &str, body: Value) -> Value {
    data(&call(server, Method::POST, path, Some(body)).await)
}

async fn experiments(server: &Server) -> Vec<Experiment> {
    server.library.list_experiments(server.project, &ExperimentFilter::default(), PageRequest::first(100)).await.unwrap().items
}

async fn results(server: &Server, id: &str) -> Vec<ExperimentResult> {
    server.library.list_results(server.project, id, &ResultFilter::default(), PageRequest::first(100)).await.unwrap().items
}

#[tokio::test]
async fn a_test_run_in_two_requests_is_one_experiment() {
    let server = Server::new();
    let begun = send(&server, "/v1/test-run", capture("deepeval-run_POST_v1_test_run.json")).await;
    let id = data(&begun)["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.json()["link"], format!("http://telltale.example:8001/experiments/{id}?project={}", server.project));
    let recorded = String::from_utf8(capture("deepeval-run_PUT_v1_test_run.json")).unwrap();
    let mut further: Value = serde_json::from_str(&recorded).unwrap();
    further["testRunId"] = json!(id);
    // Twice, as after a lost answer.
    for _ in 0..2 {
        data(&call(&server, Method::PUT, "/v1/test-run", Some(further.clone())).await);
    }
    let experiment = &experiments(&server).await[0];
    assert_eq!((experiment.id.as_str(), experiment.name.as_str(), experiment.protocol.as_str()), (id.as_str(), "nightly", "deepeval"));
    assert_eq!(experiment.metadata["hyperparameters"]["temperature"], "0.2");
    let summary = &experiment.summary;
    assert_eq!((summary.results, summary.passed, summary.failed), (3, 0, 3));
    assert_eq!(summary.cost_usd.unwrap().to_string(), "0.0075");
    let words = summary.verdicts.iter().find(|verdict| verdict.name == "Words").unwrap();
    assert_eq!((words.count, words.passed, words.failed), (3, 2, 1));
    let names: Vec<_> = results(&server, &id).await.into_iter().map(|result| result.name.unwrap()).collect();
    assert_eq!(names, ["greeting", "number", "phone"]);
}

#[tokio::test]
async fn traces_in_a_test_run_are_telemetry_that_the_results_lead_to() {
    let server = Server::new();
    let id = data(&send(&server, "/v1/test-run", capture("deepeval-traced_POST_v1_test_run.json")).await)["id"].clone();
    let spans = server.spans().await.items;
    assert_eq!(spans.iter().filter(|span| span.name == "geographer").count(), 2);
    for result in results(&server, id.as_str().unwrap()).await {
        let trace = result.trace_id.unwrap();
        assert!(spans.iter().any(|span| span.trace_id.to_hex() == trace && span.session_id.as_deref() == Some("exam")));
    }
    assert_eq!(server.scores().await.items.len(), 4);
}

#[tokio::test]
async fn images_of_a_test_run_are_kept() {
    let server = Server::new();
    data(&send(&server, "/v1/test-run", capture("deepeval-image_POST_v1_test_run.json")).await);
    let (medium, content) = server.library.media_content(server.project, "201694466b454bf9b8a2534ff4116915").await.unwrap().unwrap();
    assert_eq!((medium.mime_type.as_str(), &content[1..4]), ("image/png", &b"PNG"[..]));
}

#[tokio::test]
async fn an_arena_is_a_run_for_each_contestant() {
    let server = Server::new();
    let answer = data(&send(&server, "/v1/experiment", capture("deepeval-arena_POST_v1_experiment.json")).await);
    assert_eq!(answer["testRunIds"].as_array().unwrap().len(), 2);
    let mut names: Vec<_> = experiments(&server).await.into_iter().map(|experiment| experiment.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["friendly-arena: model-a", "friendly-arena: model-b"]);
}

#[tokio::test]
async fn runs_that_cannot_be_kept_are_refused_in_the_envelope() {
    let server = Server::new();
    let unknown = call(&server, Method::PUT, "/v1/test-run", Some(json!({"testRunId": "nobody's", "testCases": []}))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(refusal(&unknown).contains("experiment"));
    let empty = send(&server, "/v1/test-run", json!({"testCases": [7]}).to_string()).await;
    assert!(refusal(&empty).starts_with("testCases[0]"));
    let partly = send(&server, "/v1/test-run", json!({"testCases": [7, {"name": "a", "input": "q"}]}).to_string()).await;
    assert_eq!(data(&partly)["rejectedCount"], 1);
    assert_eq!(experiments(&server).await[0].summary.results, 1);
}

#[tokio::test]
async fn datasets_are_pushed_queued_versioned_and_pulled() {
    let server = Server::new();
    let path = "/v1/datasets/capitals";
    let goldens = json!({"finalized": true, "goldens": [{"input": "France?", "expectedOutput": "Paris"}, {"input": "Spain?"}]});
    let id = post(&server, path, goldens).await["id"].clone();
    assert_eq!(post(&server, "/v1/datasets/capitals/queue", json!({"alias": "capitals", "goldens": [{"input": "?"}]})).await["id"], id);
    let inputs = |data: &Value| data["goldens"].as_array().unwrap().iter().map(|golden| golden["input"].clone()).collect::<Vec<_>>();
    let pulled = get(&server, &format!("{path}?finalized=true&public=false")).await;
    assert_eq!((&pulled["id"], inputs(&pulled)), (&id, vec![json!("France?"), json!("Spain?")]));
    assert_eq!(inputs(&get(&server, &format!("{path}?finalized=false")).await), [json!("?")]);
    assert_eq!(post(&server, &format!("{path}/versions"), json!({})).await["version"], "1");
    let golden = format!("{path}/goldens/{}", pulled["goldens"][0]["id"].as_str().unwrap());
    data(&call(&server, Method::PUT, &golden, Some(json!({"input": "France??", "finalized": true}))).await);
    let second = format!("{path}/goldens/{}", pulled["goldens"][1]["id"].as_str().unwrap());
    data(&call(&server, Method::DELETE, &second, None).await);
    assert_eq!(inputs(&get(&server, path).await), [json!("France??")]);
    assert_eq!(inputs(&get(&server, &format!("{path}?version=1")).await).len(), 2, "the version is as it was");
    assert_eq!(get(&server, &format!("{path}/versions")).await["versions"][0]["version"], "1");
    data(&call(&server, Method::DELETE, path, None).await);
    for gone in [path.to_owned(), format!("{path}?version=1"), format!("{path}/versions")] {
        assert!(refusal(&call(&server, Method::GET, &gone, None).await).contains("capitals"), "{gone}");
    }
}

#[tokio::test]
async fn prompts_are_pushed_and_pulled_by_version_label_and_commit() {
    let server = Server::new();
    let text = |text: &str| json!({"alias": "greet", "text": text, "interpolationType": "FSTRING", "modelSettings": {"temperature": 0.5}});
    post(&server, "/v1/prompts", text("Hello {name}")).await;
    let second = post(&server, "/v1/prompts", text("Hi {name}")).await;
    server.library.set_prompt_labels(server.project, "greet", 1, &["production".to_owned()]).await.unwrap();
    let latest = get(&server, "/v1/prompts/greet/commits/latest?branch=main").await;
    assert_eq!((&latest["text"], &latest["hash"], &latest["version"]), (&json!("Hi {name}"), &second["hash"], &json!("2")));
    for path in ["versions/1", "versions/00.00.01", "labels/production"] {
        let pulled = get(&server, &format!("/v1/prompts/greet/{path}")).await;
        assert_eq!(
            (&pulled["text"], &pulled["label"], &pulled["modelSettings"]["temperature"]),
            (&json!("Hello {name}"), &json!("production"), &json!(0.5))
        );
    }
    let commits = get(&server, "/v1/prompts/greet/commits").await["commits"].clone();
    assert_eq!((commits.as_array().unwrap().len(), &commits[0]["hash"]), (2, &second["hash"]));
    let by_hash = get(&server, &format!("/v1/prompts/greet/commits/{}", commits[1]["hash"].as_str().unwrap())).await;
    assert_eq!(by_hash["text"], "Hello {name}");
    assert_eq!(get(&server, "/v1/prompts/greet/versions").await["textVersions"][0]["version"], "2");
    assert_eq!(get(&server, "/v1/prompts/greet/branches").await["branches"][0]["name"], "main");
    let version = call_with(&server, READ_KEY, Method::POST, "/v1/prompts/greet/versions", Some(json!({}))).await;
    assert_eq!((&data(&version)["version"], &data(&version)["hash"]), (&json!("2"), &second["hash"]));
    for path in ["versions/3", "versions/x", "labels/none", "commits/00000000000000000000000000000001", "commits/latest?branch=mine"] {
        let answer = call(&server, Method::GET, &format!("/v1/prompts/greet/{path}"), None).await;
        assert!(answer.status.is_client_error() && !refusal(&answer).is_empty(), "{path}");
    }
    let branch = call(&server, Method::POST, "/v1/prompts/greet/branches", Some(json!({"branch": "mine"}))).await;
    assert_eq!(branch.status, StatusCode::NOT_IMPLEMENTED);
}
