//! Recorded requests, sent again as they were sent.

use crate::harness::{Answer, INGEST_KEY, Server};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use model::{
    library::{ExperimentFilter, PageRequest},
    ports::Experiments,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Read};

/// What a name contains → how and where it was sent. The first that fits.
const ROUTES: &[(&str, Method, &str)] = &[
    ("_POST_v1_traces_ingest", Method::POST, "/v1/traces/ingest"),
    ("_api_public_otel_v1_traces", Method::POST, "/api/public/otel/v1/traces"),
    ("_otel_v1_traces", Method::POST, "/otel/v1/traces"),
    ("langfuse-js-v5_traces", Method::POST, "/api/public/otel/v1/traces"),
    ("ingestion", Method::POST, "/api/public/ingestion"),
    ("_api_public_scores", Method::POST, "/api/public/scores"),
    ("_POST_api_public_media", Method::POST, "/api/public/media"),
    ("_PATCH_api_public_media_3Ydi", Method::PATCH, "/api/public/media/3YdiFYcwy2yvoj5ix-AQ8Q"),
    ("_api_public_v2_prompts", Method::POST, "/api/public/v2/prompts"),
    ("_api_public_v2_datasets", Method::POST, "/api/public/v2/datasets"),
    ("_api_public_dataset_items", Method::POST, "/api/public/dataset-items"),
    ("_api_public_dataset_run_items", Method::POST, "/api/public/dataset-run-items"),
    ("_runs_multipart", Method::POST, "/runs/multipart"),
    ("_runs_batch", Method::POST, "/runs/batch"),
    ("_POST_feedback", Method::POST, "/feedback"),
    ("_litellm_generic", Method::POST, "/litellm/generic"),
    ("_POST_api_v1_private_spans_batch", Method::POST, "/api/v1/private/spans/batch"),
    ("_POST_api_v1_private_traces_batch", Method::POST, "/api/v1/private/traces/batch"),
    ("_PATCH_ivate_spans_", Method::PATCH, "/api/v1/private/spans/01a2076c-e7f5-797c-af37-34045c089e6d"),
    ("_PATCH_vate_traces_", Method::PATCH, "/api/v1/private/traces/01a2076c-e7f4-7038-8fc4-96cd85f309d5"),
    ("_private_traces_feedback_scores", Method::PUT, "/api/v1/private/traces/feedback-scores"),
    ("_POST_api_3_0_mlflow_traces", Method::POST, "/api/3.0/mlflow/traces"),
    ("_traces_x_artifacts_traces_json", Method::PUT, "/api/2.0/mlflow-artifacts/artifacts/1/traces/x/artifacts/traces.json"),
    ("_PUT_v1_test_run", Method::PUT, "/v1/test-run"),
    ("_v1_test_run", Method::POST, "/v1/test-run"),
    ("_v1_experiment", Method::POST, "/v1/experiment"),
    ("_v1_datasets_ds", Method::POST, "/v1/datasets/ds"),
    ("_v1_span_annotations", Method::POST, "/v1/span_annotations"),
    ("_v1_trace_annotations", Method::POST, "/v1/trace_annotations"),
    ("_v1_projects_demo_spans", Method::POST, "/v1/projects/demo/spans"),
    ("_TraceService_", Method::POST, "/v1/traces"),
    ("_LogsService_", Method::POST, "/v1/logs"),
    ("_MetricsService_", Method::POST, "/v1/metrics"),
    ("_traces", Method::POST, "/v1/traces"),
    ("_logs", Method::POST, "/v1/logs"),
    ("_metrics", Method::POST, "/v1/metrics"),
];

/// How compressed bodies begin.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Folders of `fixtures` that hold requests to an observability server.
const FOLDERS: [&str; 3] = ["otlp", "agents", "captures"];

fn path_of(name: &str) -> std::path::PathBuf {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let found = FOLDERS.iter().map(|folder| fixtures.join(folder).join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no fixture {name}"))
}

/// The recorded request whose name begins so.
pub(super) fn full_name(beginning: &str) -> String {
    let begins = |name: &String| name.strip_prefix(beginning).is_some_and(|rest| rest.starts_with(['_', '.']));
    let found: Vec<String> = recorded().into_iter().filter(begins).collect();
    let [name] = found.as_slice() else { panic!("{beginning} is one recorded request: {found:?}") };
    name.clone()
}

/// Every recorded request, by name.
pub(super) fn recorded() -> BTreeSet<String> {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let entries = FOLDERS.iter().flat_map(|folder| std::fs::read_dir(fixtures.join(folder)).unwrap()).map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Prompts, datasets, runs and media: what is made before it is used.
pub(super) fn is_of_the_library(name: &str) -> bool {
    ["_media", "_upload_", "_prompts", "_dataset", "_test_run", "_experiment"].iter().any(|part| name.contains(part))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Taken,
    NotServed,
}

/// Parts of the names of requests to addresses that are still to be built.
const AWAITED: [&str; 1] = ["_phoenix-client_POST_v1_"];

/// Sends a recorded request, and insists that all of it is taken.
pub(super) async fn send(server: &Server, name: &str) -> Sent {
    if name.contains("_dataset_run_items") {
        make_item(server).await;
    }
    let answer = if name.contains("_PUT_upload_") { upload(server, name).await } else { answer(server, name).await };
    if answer.status == 404 && AWAITED.iter().any(|part| name.contains(part)) {
        return Sent::NotServed;
    }
    assert!(answer.status.is_success(), "{name}: {} {:?}", answer.status, answer.body);
    Sent::Taken
}

async fn answer(server: &Server, name: &str) -> Answer {
    let (_, method, path) = ROUTES.iter().find(|(part, ..)| name.contains(part)).unwrap_or_else(|| panic!("no route for {name}"));
    let mut body = std::fs::read(path_of(name)).unwrap();
    if name.contains("_PUT_v1_test_run") {
        body = of_the_run(server, &body).await;
    }
    let request = Request::builder().method(method).uri(*path).header(header::CONTENT_TYPE, content_type(name, &body));
    server.send(with_headers(request, name, &body).body(Body::from(body)).unwrap()).await
}

fn with_headers(request: axum::http::request::Builder, name: &str, body: &[u8]) -> axum::http::request::Builder {
    let is_deepeval = name.contains("deepeval") && !name.ends_with(".bin");
    let request = if is_deepeval {
        request.header("confident-api-key", INGEST_KEY)
    } else {
        request.header(header::AUTHORIZATION, format!("Bearer {INGEST_KEY}"))
    };
    match [(GZIP, "gzip"), (ZSTD, "zstd")].iter().find(|(magic, _)| body.starts_with(magic)) {
        Some((_, encoding)) => request.header(header::CONTENT_ENCODING, *encoding),
        None => request,
    }
}

fn content_type(name: &str, body: &[u8]) -> String {
    if name.contains("_runs_multipart") {
        return format!("multipart/form-data; boundary={}", boundary(body));
    }
    let is_json = name.ends_with(".json") || name.contains("_private_") || name.contains("_traces_json");
    if is_json { "application/json" } else { "application/x-protobuf" }.to_owned()
}

/// A form begins with its boundary, after two dashes.
fn boundary(body: &[u8]) -> String {
    let mut form = Vec::new();
    if body.starts_with(ZSTD) {
        zstd::Decoder::new(body).unwrap().read_to_end(&mut form).unwrap();
    } else {
        form.extend_from_slice(body);
    }
    form[2..].iter().take_while(|byte| **byte != b'\r').map(|byte| char::from(*byte)).collect()
}

/// Later cases of a run come under the id that the server gave it.
async fn of_the_run(server: &Server, body: &[u8]) -> Vec<u8> {
    let runs = server.library.list_experiments(server.project, &ExperimentFilter::default(), PageRequest::first(1)).await.unwrap();
    let mut body: Value = serde_json::from_slice(body).unwrap();
    body["testRunId"] = json!(runs.items[0].id);
    body.to_string().into_bytes()
}

/// A medium goes to the address that the server names when it is announced.
async fn upload(server: &Server, name: &str) -> Answer {
    let announced = answer(server, "041_langfuse-py-v5_POST_api_public_media.json").await.json();
    let address = announced["uploadUrl"].as_str().unwrap().to_owned();
    let path = &address[address.find("/api/").unwrap()..];
    server
        .send(Request::put(path).header(header::CONTENT_TYPE, "image/png").body(Body::from(std::fs::read(path_of(name)).unwrap())).unwrap())
        .await
}

/// The item of a dataset that was run, as the recording server had it.
async fn make_item(server: &Server) {
    let item = json!({"datasetName": "ds", "id": "it1", "input": {"q": "2+2"}});
    for (path, body) in [("/api/public/v2/datasets", json!({"name": "ds"})), ("/api/public/dataset-items", item)] {
        assert!(server.post_json(path, &body).await.status.is_success(), "{path}");
    }
}
