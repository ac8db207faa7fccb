//! The logging proxy: `/proxy/{upstream}/…` passes a call on to a provider of models and records it.
//!
//! What passes is left as it is: bodies byte for byte, each piece as soon as it comes. Recording happens beside the call, in a task of its
//! own that is handed copies (`tee`, `recorder`): it can be slow, out of memory or broken, and the call does not notice. Keys of the
//! provider are passed on and neither stored nor logged. Calls go only to the configured upstreams, and redirects are not followed.

mod caller;
mod capture;
mod claude_code;
mod client;
mod coding;
mod collected;
mod config;
mod forward;
mod headers;
mod hints;
mod metrics;
mod observe;
mod record;
mod recorder;
mod state;
mod target;
mod tee;

pub use config::{ProxyConfig, ProxyUpstream, Upstream};
pub(crate) use metrics::ProxyMetrics;
pub(crate) use state::ProxyState;

use crate::AppState;
use axum::{Router, middleware::from_fn_with_state, routing::any};
use tower_http::catch_panic::CatchPanicLayer;

/// For programs that cannot set headers, the key can stand in the path.
const WITH_KEY: &str = "/proxy/k/{key}/{upstream}/{*path}";
const PLAIN: &str = "/proxy/{upstream}/{*path}";

/// Nothing that changes answers may be put around these routes: no compression, no problem documents for the provider's own errors.
pub(crate) fn router(state: AppState) -> Router {
    Router::new()
        .route(PLAIN, any(forward::forward))
        .route(WITH_KEY, any(forward::forward))
        .layer(CatchPanicLayer::custom(crate::http::panic_answer))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}
