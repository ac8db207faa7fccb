//! Whether everything that is needed works, for people and for machines.

use super::maintenance_metrics::{write_debt, write_jobs};
use crate::{
    AppState,
    auth::authenticate,
    http::{ApiResult, Json},
    metrics::gauge,
};
use axum::{
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::future::join_all;
use model::ports::{ComponentHealth, ComponentStatus, HealthCheck, KeyScope};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// A check owes an answer within a second; one that does not keep to it counts as down.
const CHECK_TIMEOUT: Duration = Duration::from_millis(1_500);

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `down` when a required component is, `degraded` when something else is amiss.
    pub(super) status: ComponentStatus,
    pub(super) components: BTreeMap<String, ComponentHealth>,
    version: String,
}

/// Health of every component; 503 when a required one is down
///
/// Anyone may ask; what is wrong with a component is told to those with the admin scope.
#[utoipa::path(get, path = "/health", tag = "operations", responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn health(State(state): State<AppState>, parts: Parts) -> Response {
    let mut health = check_all(&state).await;
    let is_admin = authenticate(&parts, &state, false).await.is_ok_and(|caller| caller.may(KeyScope::Admin));
    if !is_admin {
        // Messages name the addresses of services.
        health.components.values_mut().for_each(|component| component.message = None);
    }
    let status = if health.status == ComponentStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

pub(super) async fn check_all(state: &AppState) -> Health {
    let results = join_all(state.health.iter().map(check_one)).await;
    let components: BTreeMap<String, ComponentHealth> = results.into_iter().collect();
    let required_is_down = components.values().any(|health| health.required && health.status == ComponentStatus::Down);
    let all_up = components.values().all(|health| health.status == ComponentStatus::Up);
    let status = match (required_is_down, all_up) {
        (true, _) => ComponentStatus::Down,
        (false, true) => ComponentStatus::Up,
        (false, false) => ComponentStatus::Degraded,
    };
    Health { status, components, version: state.config.version.clone() }
}

async fn check_one(check: &Arc<dyn HealthCheck>) -> (String, ComponentHealth) {
    let health = tokio::time::timeout(CHECK_TIMEOUT, check.check()).await.unwrap_or_else(|_| ComponentHealth {
        status: ComponentStatus::Down,
        latency_ms: CHECK_TIMEOUT.as_secs_f64() * 1e3,
        // Nothing can be said about it, so the worst is assumed.
        required: true,
        message: Some("no answer in time".into()),
    });
    (check.name().to_owned(), health)
}

/// Numbers about this process, for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn prometheus(State(state): State<AppState>) -> ApiResult<Response> {
    let mut text = state.metrics.render();
    gauge(&mut text, "telltale_uptime_seconds", "Since the start of this process.", state.started.elapsed().as_secs());
    gauge(&mut text, "telltale_ingest_bytes_in_flight", "Ingest bodies under way.", state.ingest_gate.in_use());
    gauge(&mut text, "telltale_proxy_recording_bytes", "Held by recordings of calls under way.", state.proxy.memory_in_use());
    gauge(&mut text, "telltale_live_streams", "Open live streams.", state.live_gate.in_use());
    // Without the store the rest is still worth scraping.
    if let Ok(stats) = state.store.stats().await {
        gauge(&mut text, "telltale_store_commit_seq", "Number of the newest publication.", stats.commit_seq);
        gauge(&mut text, "telltale_store_level0_segments", "Segments that wait for compaction.", stats.level0_segments);
        gauge(&mut text, "telltale_store_level0_bytes", "Their bytes.", stats.level0_bytes);
        gauge(&mut text, "telltale_store_compacted_segments", "Compacted segments.", stats.compacted_segments);
        gauge(&mut text, "telltale_store_compacted_bytes", "Their bytes.", stats.compacted_bytes);
        gauge(
            &mut text,
            "telltale_store_quarantined_segments",
            "Segments taken out of reads because they are damaged.",
            stats.quarantined_segments,
        );
        gauge(&mut text, "telltale_store_hot_bytes", "Decoded recent rows in memory.", stats.hot_bytes);
    }
    if let Ok(debt) = (state.debt)().await {
        write_debt(&mut text, &debt);
    }
    write_jobs(&mut text, &(state.jobs)());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
