//! The handlers, one file per resource. `router.rs` says which address leads to which.

pub(crate) mod analytics;
mod attached;
pub(crate) mod auth;
pub(crate) mod costs;
pub(crate) mod erasures;
pub(crate) mod export;
pub(crate) mod fields;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod library;
pub(crate) mod live;
mod live_match;
pub(crate) mod logs;
mod maintenance_metrics;
pub(crate) mod metrics;
pub(crate) mod people;
pub(crate) mod prices;
pub(crate) mod projects;
pub(crate) mod retention;
pub(crate) mod scores;
pub(crate) mod spans;
pub(crate) mod sql;
pub(crate) mod status;
mod trace_ids;
pub(crate) mod traces;

use serde::Serialize;

/// A list that is complete: it has no further pages.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Items<T> {
    pub(crate) items: Vec<T>,
}
