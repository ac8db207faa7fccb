//! The server with everything in memory, for work on the dashboard and on clients, without building the lake:
//! `cargo run -p server --example demo -- --listen 127.0.0.1:8001`. What it is sent is gone when it stops. It is started and ready like
//! `telltale serve` (of whose settings it heeds only `--listen`, `--otlp-grpc`, which is off by default, and `TELLTALE_PROXY_UPSTREAMS`), so
//! that the tests of clients can run against it:
//! `TELLTALE_BINARY=…/debug/examples/demo`.

#[path = "../tests/http/accounts.rs"]
mod accounts;

use axum::{Router, serve::ListenerExt};
use bus::{DEFAULT_CACHE_BYTES, LocalBus, LocalCache};
use serde_json::json;
use server::{AppState, ServerConfig, ServerParts};
use std::{error::Error, io::Write, net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(argument("--listen").unwrap_or_else(|| "127.0.0.1:8001".to_owned())).await?;
    let address = listener.local_addr()?;
    let mut config = ServerConfig::new(address);
    for upstream in std::env::var("TELLTALE_PROXY_UPSTREAMS").unwrap_or_default().split(',').filter(|setting| !setting.is_empty()) {
        config.proxy.set(upstream.parse()?);
    }
    let grpc = match argument("--otlp-grpc").filter(|choice| choice != "off") {
        Some(choice) => Some(TcpListener::bind(choice).await?),
        None => None,
    };
    let grpc_address = grpc.as_ref().map(TcpListener::local_addr).transpose()?;
    let state = AppState::new(ServerParts {
        store: Arc::new(testkit::MemoryStore::new()),
        accounts: Arc::new(accounts::MemoryAccounts::default()),
        library: Arc::new(testkit::MemoryLibrary::new()),
        prices: Arc::new(testkit::MemoryPriceLists::default()),
        bus: Arc::new(LocalBus::default()),
        cache: Arc::new(LocalCache::new(DEFAULT_CACHE_BYTES)),
        health: Vec::new(),
        jobs: Arc::new(Vec::new),
        debt: Arc::new(|| Box::pin(std::future::ready(Ok(Default::default())))),
        config,
        shutdown: CancellationToken::new(),
    });
    let ready =
        json!({"event": "ready", "listen": address.to_string(), "otlp_http": null, "otlp_grpc": grpc_address.map(|at| at.to_string())});
    writeln!(std::io::stdout(), "{ready}")?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        served = run(listener, server::router(state.clone())) => served?,
        served = run_grpc(grpc, server::otlp_grpc_router(state)) => served?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// What follows this flag.
fn argument(flag: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != flag).nth(1)
}

async fn run(listener: TcpListener, router: Router) -> std::io::Result<()> {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn run_grpc(listener: Option<TcpListener>, router: Router) -> std::io::Result<()> {
    match listener {
        Some(listener) => run(listener, router).await,
        None => std::future::pending().await,
    }
}
