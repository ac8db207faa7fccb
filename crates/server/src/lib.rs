//! The HTTP face of Telltale: every route, who may call it, and how errors look. It turns requests into calls of the ports of `model`
//! (store, accounts, bus, cache) and their answers into JSON; it knows no storage engine and holds no state that matters.
//! `router.rs` lists every route on one page. Start with [`AppState::new`], then [`router`] and [`otlp_router`].

mod assets;
pub mod auth;
mod config;
pub mod http;
pub mod ingest;
pub mod metrics;
mod native;
mod openapi;
mod params;
mod prices;
mod proxy;
mod router;
mod routes;
mod state;

pub use config::ServerConfig;
pub use openapi::openapi;
pub use proxy::{ProxyConfig, ProxyUpstream, Upstream};
pub use router::{otlp_grpc_router, otlp_router, router};
pub use state::{AppState, DebtReport, Jobs, ServerParts};
