//! The server with everything in memory, for work on the dashboard and on clients, without building the lake:
//! `cargo run -p server --example demo -- --listen 127.0.0.1:8001`. What it is sent is gone when it stops. It is started and ready like
//! `telltale serve` (of whose arguments it heeds only `--listen`), so that the tests of clients can run against it:
//! `TELLTALE_BINARY=…/debug/examples/demo`.

#[path = "../tests/http/accounts.rs"]
mod accounts;

use bus::{DEFAULT_CACHE_BYTES, LocalBus, LocalCache};
use server::{AppState, ServerConfig, ServerParts};
use std::{error::Error, io::Write, net::SocketAddr, sync::Arc};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = std::env::args().skip_while(|argument| argument != "--listen").nth(1).unwrap_or_else(|| "127.0.0.1:8001".to_owned());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let state = AppState::new(ServerParts {
        store: Arc::new(testkit::MemoryStore::new()),
        accounts: Arc::new(accounts::MemoryAccounts::default()),
        library: Arc::new(testkit::MemoryLibrary::new()),
        bus: Arc::new(LocalBus::default()),
        cache: Arc::new(LocalCache::new(DEFAULT_CACHE_BYTES)),
        health: Vec::new(),
        jobs: Arc::new(Vec::new),
        debt: Arc::new(|| Box::pin(std::future::ready(Ok(Default::default())))),
        config: ServerConfig::new(address),
        shutdown: CancellationToken::new(),
    });
    writeln!(std::io::stdout(), r#"{{"event":"ready","listen":"{address}","otlp_http":null,"otlp_grpc":null}}"#)?;
    let service = server::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        served = async { axum::serve(listener, service).await } => served?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
