//! What the system page shows.

use super::health::check_all;
use crate::{
    AppState,
    auth::{Admin, Authorized},
    http::{ApiResult, Json, ProblemDocument},
};
use axum::extract::State;
use model::ports::{ComponentHealth, ComponentStatus, Debt, JobStatus, StoreStats};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SystemStatus {
    version: String,
    uptime_seconds: u64,
    /// No login is needed on this machine.
    local_mode: bool,
    status: ComponentStatus,
    components: BTreeMap<String, ComponentHealth>,
    store: StoreStats,
    /// What maintenance still has to do, whoever does it.
    debt: Debt,
    /// The background jobs of this process.
    jobs: Vec<JobStatus>,
}

/// State of the whole system: components, store, background jobs
///
/// Needs the admin scope: the numbers are about all projects.
#[utoipa::path(get, path = "/api/v1/status", tag = "operations", responses((status = 200, body = SystemStatus), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn status(State(state): State<AppState>, _caller: Authorized<Admin>) -> ApiResult<Json<SystemStatus>> {
    let health = check_all(&state).await;
    Ok(Json(SystemStatus {
        version: state.config.version.clone(),
        uptime_seconds: state.started.elapsed().as_secs(),
        local_mode: state.local_mode().await?,
        status: health.status,
        components: health.components,
        store: state.store.stats().await?,
        debt: (state.debt)().await?,
        jobs: (state.jobs)(),
    }))
}
