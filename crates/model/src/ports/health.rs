//! Health of one part.

use async_trait::async_trait;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComponentStatus {
    Up,
    /// Works, with less than it should have; `message` says what.
    Degraded,
    Down,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ComponentHealth {
    pub status: ComponentStatus,
    pub latency_ms: f64,
    /// Telltale cannot serve without it.
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[async_trait]
pub trait HealthCheck: Send + Sync {
    /// Key in `/health`, e.g. `catalog`.
    fn name(&self) -> &'static str;

    /// MUST answer within a second.
    async fn check(&self) -> ComponentHealth;
}
