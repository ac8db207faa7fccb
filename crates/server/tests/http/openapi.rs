//! The document lists every route, and the copy that the dashboard's types come from is this one.

use std::{fs, path::Path};

/// What clients are promised: names and paths are fixed, more may come.
const PROMISED: [&str; 76] = [
    "DELETE /api/v1/datasets/{dataset}",
    "DELETE /api/v1/datasets/{dataset}/items/{item}",
    "DELETE /api/v1/experiments/{experiment}",
    "DELETE /api/v1/media/{id}",
    "DELETE /api/v1/projects/{id}",
    "DELETE /api/v1/projects/{id}/keys/{key_id}",
    "DELETE /api/v1/prompts/{name}",
    "DELETE /api/v1/prompts/{name}/versions/{version}",
    "GET /api/v1/analytics/dashboard",
    "GET /api/v1/analytics/errors",
    "GET /api/v1/analytics/logs/recent",
    "GET /api/v1/analytics/providers",
    "GET /api/v1/analytics/requests/timeseries",
    "GET /api/v1/auth/me",
    "GET /api/v1/costs",
    "GET /api/v1/costs/forecast",
    "GET /api/v1/costs/unpriced",
    "GET /api/v1/datasets",
    "GET /api/v1/datasets/{dataset}",
    "GET /api/v1/datasets/{dataset}/items",
    "GET /api/v1/datasets/{dataset}/items/{item}",
    "GET /api/v1/erasures",
    "GET /api/v1/erasures/{id}",
    "GET /api/v1/experiments",
    "GET /api/v1/experiments/{experiment}",
    "GET /api/v1/experiments/{experiment}/results",
    "GET /api/v1/export",
    "GET /api/v1/fields/{field}/values",
    "GET /api/v1/live",
    "GET /api/v1/logs",
    "GET /api/v1/media/{id}",
    "GET /api/v1/metrics",
    "GET /api/v1/metrics/names",
    "GET /api/v1/metrics/series",
    "GET /api/v1/prices/book",
    "GET /api/v1/prices/lists/{scope}",
    "GET /api/v1/projects",
    "GET /api/v1/projects/{id}/keys",
    "GET /api/v1/projects/{id}/retention",
    "GET /api/v1/prompts",
    "GET /api/v1/prompts/{name}",
    "GET /api/v1/prompts/{name}/versions",
    "GET /api/v1/sessions",
    "GET /api/v1/spans",
    "GET /api/v1/spans/{trace_id}/{span_id}",
    "GET /api/v1/spans/{trace_id}/{span_id}/cost",
    "GET /api/v1/status",
    "GET /api/v1/traces",
    "GET /api/v1/traces/{trace_id}",
    "GET /api/v1/users",
    "GET /health",
    "GET /metrics",
    "PATCH /api/v1/datasets/{dataset}",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/setup",
    "POST /api/v1/datasets",
    "POST /api/v1/datasets/{dataset}/items",
    "POST /api/v1/erasures",
    "POST /api/v1/experiments",
    "POST /api/v1/experiments/{experiment}/results",
    "POST /api/v1/import",
    "POST /api/v1/ingest/app",
    "POST /api/v1/ingest/llm",
    "POST /api/v1/ingest/llm/bulk",
    "POST /api/v1/ingest/metrics",
    "POST /api/v1/projects",
    "POST /api/v1/projects/{id}/keys",
    "POST /api/v1/prompts",
    "POST /api/v1/sql",
    "POST /v1/traces",
    "PUT /api/v1/datasets/{dataset}/items/{item}",
    "PUT /api/v1/media/{id}",
    "PUT /api/v1/prices/lists/{scope}",
    "PUT /api/v1/projects/{id}/retention",
    "PUT /api/v1/prompts/{name}/versions/{version}/labels",
];

#[test]
fn the_document_lists_every_promised_route() {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let documented = |route: &&str| {
        let (method, path) = route.split_once(' ').unwrap();
        document["paths"][path].get(method.to_lowercase()).is_some()
    };
    let missing: Vec<&str> = PROMISED.into_iter().filter(|route| !documented(route)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_committed_copy_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/api/openapi.json");
    let committed: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let generated = serde_json::to_value(server::openapi()).unwrap();
    assert!(
        committed == generated,
        "the API has changed: refresh the copy with\n  cargo run --profile fast -p server --example openapi > web/src/api/openapi.json\nand `npm run api` in web/"
    );
}
