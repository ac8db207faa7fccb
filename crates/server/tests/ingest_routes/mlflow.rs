//! MLflow's tracking server: a trace of an old client, read back, found, tagged and judged.

use crate::harness::{Answer, INGEST_KEY, READ_KEY, Server, capture};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

const TRACES: &str = "/api/3.0/mlflow/traces";
const ARTIFACT: &str = "/api/2.0/mlflow-artifacts/artifacts/1/traces/x/artifacts/traces.json";

async fn call(server: &Server, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    server.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()).await
}

/// A server with the recorded trace, and the trace's id. What is said of the trace may come before its spans and after them.
async fn with_trace(info_first: bool) -> (Server, String) {
    let server = Server::new();
    let info: Value = serde_json::from_slice(&capture("110_mlflow-server_POST_api_3_0_mlflow_traces.json")).unwrap();
    let id = info["trace"]["trace_info"]["trace_id"].as_str().unwrap().to_owned();
    let spans: Value =
        serde_json::from_slice(&capture("111_mlflow-server_PUT_facts_artifacts_1_traces_x_artifacts_traces_json.bin")).unwrap();
    let requests = [(Method::POST, TRACES, info), (Method::PUT, ARTIFACT, spans)];
    let order = if info_first { [0, 1] } else { [1, 0] };
    for (method, path, body) in order.map(|place| requests[place].clone()) {
        let answer = call(&server, INGEST_KEY, method, path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {:?}", answer.body);
    }
    (server, id)
}

async fn search(server: &Server, question: Value) -> Answer {
    call(server, READ_KEY, Method::POST, &format!("{TRACES}/search"), Some(question)).await
}

fn in_experiment(id: &str) -> Value {
    json!([{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": id}}])
}

#[tokio::test]
async fn a_trace_is_read_back_whole_whatever_came_first() {
    for info_first in [true, false] {
        let (server, id) = with_trace(info_first).await;
        let trace = call(&server, READ_KEY, Method::GET, &format!("{TRACES}/get?trace_id={id}"), None).await.json()["trace"].clone();
        let info = &trace["trace_info"];
        assert_eq!((&info["trace_id"], &info["tags"]["env"], &info["state"]), (&json!(id), &json!("dev"), &json!("OK")));
        assert_eq!(info["trace_metadata"]["mlflow.trace.session"], "sess-1");
        // Two calls answered, 100 + 20 each.
        assert_eq!(info["trace_metadata"]["mlflow.trace.tokenUsage"], r#"{"input_tokens":200,"output_tokens":40,"total_tokens":240}"#);
        let spans = trace["spans"].as_array().unwrap();
        let failed = spans.iter().find(|span| span["status"]["code"] == "STATUS_CODE_ERROR").unwrap();
        assert_eq!(failed["events"][0]["name"], "exception");
        let tool = spans.iter().find(|span| span["name"] == "get_weather").unwrap();
        let inputs = tool["attributes"].as_array().unwrap().iter().find(|attribute| attribute["key"] == "mlflow.spanInputs").unwrap();
        let city = json!({"kvlist_value": {"values": [{"key": "city", "value": {"string_value": "Paris"}}]}});
        assert_eq!(inputs["value"], city, "values by their types, not JSON in text");
        let path = format!("{TRACES}/batchGet?trace_ids={id}&trace_ids=tr-{}", "0a".repeat(16));
        let both = call(&server, READ_KEY, Method::GET, &path, None).await.json();
        assert_eq!(both["traces"], json!([trace]), "unknown ones are left out");
        let ids = json!({"trace_ids": [id]});
        let infos = call(&server, READ_KEY, Method::POST, &format!("{TRACES}/batchGetInfos"), Some(ids)).await.json();
        assert_eq!(infos["trace_infos"], json!([info]));
    }
}

#[tokio::test]
async fn traces_are_found_within_their_experiment() {
    let (server, id) = with_trace(true).await;
    for (experiment, filter, found) in [
        ("1", "", true),
        ("1", "tags.env = 'dev' AND status = 'OK' AND metadata.`mlflow.trace.session` = 'sess-1'", true),
        ("1", "tags.env = 'prod'", false),
        ("0", "", false),
    ] {
        let answer = search(&server, json!({"locations": in_experiment(experiment), "filter": filter, "max_results": 5})).await.json();
        let ids: Vec<&Value> = answer["traces"].as_array().unwrap().iter().map(|info| &info["trace_id"]).collect();
        assert_eq!(ids, [&json!(id)][..usize::from(found)], "{experiment} {filter}");
    }
    // What other clients sent was logged to no experiment.
    server.post("/v1/traces", "application/x-protobuf", capture("112_mlflow-otlp_POST_v1_traces.bin")).await;
    server.post("/litellm/generic", "application/json", capture("171_litellm-generic_api_POST_litellm_generic.json")).await;
    let first = search(&server, json!({"locations": in_experiment("0"), "max_results": 1, "order_by": ["timestamp_ms DESC"]})).await.json();
    assert_eq!(first["traces"].as_array().unwrap().len(), 1);
    let token = &first["next_page_token"];
    let second = search(&server, json!({"locations": in_experiment("0"), "max_results": 1, "page_token": token})).await.json();
    assert_ne!(second["traces"][0]["trace_id"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_answered_is_named_in_mlflows_words() {
    let (server, _) = with_trace(true).await;
    let location = in_experiment("1");
    for (question, field) in [
        (json!({}), "locations"),
        (json!({"locations": location, "order_by": ["timestamp ASC"]}), "order_by"),
        (json!({"locations": location, "page_token": "?"}), "page_token"),
        (json!({"locations": location, "filter": "span.type = 'LLM'"}), "filter_string"),
    ] {
        let answer = search(&server, question).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error_code"]), (400, &json!("INVALID_PARAMETER_VALUE")));
        assert!(answer.json()["message"].as_str().unwrap().starts_with(field), "{field}: {:?}", answer.body);
    }
    let ids: Vec<String> = (0..101).map(|_| format!("tr-{}", "0a".repeat(16))).collect();
    let many = call(&server, READ_KEY, Method::POST, &format!("{TRACES}/batchGetInfos"), Some(json!({"trace_ids": ids}))).await;
    assert_eq!(many.status, 400);
    let path = format!("{TRACES}/batchGet?{}", ids[..11].iter().map(|id| format!("trace_ids={id}&")).collect::<String>());
    let whole = call(&server, READ_KEY, Method::GET, &path, None).await;
    assert_eq!((whole.status.as_u16(), &whole.json()["message"]), (400, &json!("trace_ids: expected at most 10")));
    let runs = call(&server, READ_KEY, Method::POST, "/api/2.0/mlflow/runs/search", Some(json!({}))).await;
    assert_eq!((runs.status.as_u16(), &runs.json()["error_code"]), (404, &json!("ENDPOINT_NOT_FOUND")));
    let nobody = call(&server, "nobody", Method::POST, &format!("{TRACES}/search"), Some(json!({"locations": location}))).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn tags_and_assessments_of_a_trace() {
    let (server, id) = with_trace(true).await;
    let tags = format!("/api/2.0/mlflow/traces/{id}/tags");
    assert_eq!(call(&server, INGEST_KEY, Method::PATCH, &tags, Some(json!({"key": "reviewed", "value": "yes"}))).await.status, 200);
    assert_eq!(call(&server, INGEST_KEY, Method::DELETE, &tags, Some(json!({"key": "env"}))).await.status, 200);
    let assessments = format!("{TRACES}/{id}/assessments");
    let quality = json!({"assessment": {"assessment_name": "quality", "trace_id": id, "feedback": {"value": 0.75},
        "source": {"source_type": "LLM_JUDGE", "source_id": "gpt"}, "create_time": "2026-11-23T08:05:00Z"}});
    let created = call(&server, INGEST_KEY, Method::POST, &assessments, Some(quality)).await.json();
    let own = format!("{assessments}/{}", created["assessment"]["assessment_id"].as_str().unwrap());
    let by_feedback = json!({"locations": in_experiment("1"), "filter": "feedback.quality > 0.5 AND tags.reviewed = 'yes'"});
    assert_eq!(search(&server, by_feedback).await.json()["traces"].as_array().unwrap().len(), 1);
    let told = call(&server, READ_KEY, Method::GET, &format!("{TRACES}/{id}"), None).await.json()["trace"]["trace_info"].clone();
    assert_eq!((&told["tags"]["reviewed"], &told["tags"]["env"]), (&json!("yes"), &Value::Null));
    assert_eq!(
        (&told["assessments"][0]["feedback"]["value"], &told["assessments"][0]["source"]["source_id"]),
        (&json!(0.75), &json!("gpt"))
    );
    assert_eq!(call(&server, INGEST_KEY, Method::DELETE, &own, None).await.status, 200);
    assert_eq!(call(&server, READ_KEY, Method::GET, &own, None).await.status, 404);
}
