//! The server on 127.0.0.1 with everything in memory, for work on the dashboard: `cargo run -p server --example demo -- 8001`.
//! What it is sent is gone when it stops.

#[path = "../tests/http/accounts.rs"]
mod accounts;

use bus::{DEFAULT_CACHE_BYTES, LocalBus, LocalCache};
use server::{AppState, ServerConfig, ServerParts};
use std::{error::Error, io::Write, net::SocketAddr, sync::Arc};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(8001), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    let state = AppState::new(ServerParts {
        store: Arc::new(testkit::MemoryStore::new()),
        accounts: Arc::new(accounts::MemoryAccounts::default()),
        bus: Arc::new(LocalBus::default()),
        cache: Arc::new(LocalCache::new(DEFAULT_CACHE_BYTES)),
        health: Vec::new(),
        jobs: Arc::new(Vec::new),
        debt: Arc::new(|| Box::pin(std::future::ready(Ok(Default::default())))),
        config: ServerConfig::new(address),
        shutdown: CancellationToken::new(),
    });
    writeln!(std::io::stdout(), "http://{address}")?;
    let service = server::router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}
