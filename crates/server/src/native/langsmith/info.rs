//! What the SDKs ask at their start: how they may send.

use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::Json,
};
use axum::extract::State;
use protocol::uuid_text;
use serde_json::{Value, json};

/// The level of LangSmith's API that is spoken here: its SDKs ask for it before they use newer ways.
const API_LEVEL: &str = "0.18.0";
/// Runs in one request.
const MAX_BATCH_RUNS: usize = 100;

pub(super) async fn info(State(state): State<AppState>) -> Json<Value> {
    Json(json!({
        "version": API_LEVEL,
        "batch_ingest_config": {
            "use_multipart_endpoint": true,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 16,
            "scale_down_nempty_trigger": 4,
            "size_limit": MAX_BATCH_RUNS,
            // Half of what a body may hold: one run is never split.
            "size_limit_bytes": state.config.max_ingest_body_bytes / 2,
        },
        "instance_flags": {
            "zstd_compression_enabled": true,
            "gzip_body_enabled": true,
            "dataset_examples_multipart_enabled": true,
            "examples_multipart_enabled": false,
        },
    }))
}

/// Whose the key is: the tenant is the project that it belongs to.
pub(super) async fn settings(caller: Authorized<SdkRead>) -> Json<Value> {
    let id = uuid_text(&caller.project.to_hex());
    Json(json!({"id": id, "display_name": "Telltale", "created_at": "1970-01-01T00:00:00Z", "tenant_handle": null}))
}
