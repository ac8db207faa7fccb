//! Routes of the protocols that SDKs speak to their own servers, so that they work here unmodified: one module per client family.
//! They are not part of our documented API: their shapes are those of the clients.

mod by_native_id;
mod deepeval;
mod langfuse;
mod langsmith;
pub(crate) mod links;
mod litellm;
mod logfire;
mod mlflow;
mod openai_agents;
mod opik;
mod phoenix;
mod run_memory;
mod shared_paths;

pub(crate) use deepeval::take_in_trace as take_in_deepeval_trace;
pub(crate) use langfuse::experiments::{record as record_experiments, told_by as told_of_experiments};
pub(crate) use mlflow::AwaitedRoots;
pub(crate) use opik::{ReportOrder, WaitingScores};
pub(crate) use run_memory::RunMemory;
pub(crate) use shared_paths::{deepeval_routes, tell_apart};

use crate::AppState;
use axum::Router;
use tower::{Layer, util::MapRequestLayer};

/// Every such route. Paths that several clients share are told apart in [`shared_paths`].
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .merge(deepeval::routes())
        .merge(langfuse::routes())
        .merge(langsmith::routes())
        .merge(litellm::routes())
        .merge(logfire::routes())
        .merge(mlflow::routes())
        .merge(openai_agents::routes())
        .merge(opik::routes())
        .merge(phoenix::routes())
}

/// Leads requests of clients whose paths mean something else here to routes of their own, before any route is looked for.
pub(crate) fn by_client(routes: Router) -> Router {
    Router::new().fallback_service(MapRequestLayer::new(langsmith::to_own_tree).layer(routes))
}
