//! `telltale serve`: binds, announces, serves, drains.

use crate::{config::ServeConfig, listen, lock::FolderLock, logging, ready, signals, wiring};
use anyhow::{Context as _, ensure};
use axum::serve::ListenerExt as _;
use lake::DiskLimits;
use model::ports::Accounts;
use server::{AppState, ServerConfig, ServerParts, auth::AdminSetup};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use worker::{Stopped, Worker};

pub(crate) fn run(config: ServeConfig) -> anyhow::Result<()> {
    logging::init(&config.storage.log)?;
    tokio::runtime::Runtime::new()?.block_on(serve(config))
}

async fn serve(config: ServeConfig) -> anyhow::Result<()> {
    // Bound first: what is wrong with an address shows at once, and clients that come early wait instead of failing.
    let main = listen::bind(config.listen.0, "--listen").await?;
    let address = main.local_addr()?;
    let otlp_http = listen::bind_otlp(listen::OTLP_HTTP, config.otlp_http, address).await?;
    let otlp_http_address = otlp_http.as_ref().map(TcpListener::local_addr).transpose()?;
    let otlp_grpc = listen::bind_otlp(listen::OTLP_GRPC, config.otlp_grpc, address).await?;
    let otlp_grpc_address = otlp_grpc.as_ref().map(TcpListener::local_addr).transpose()?;

    wiring::make_folder(&config.storage.data_dir)?;
    let _lock = wiring::uses_sqlite(&config.storage).then(|| FolderLock::acquire(&config.storage.data_dir)).transpose()?;
    let parts = wiring::open(&config.storage).await?;
    let lake = wiring::open_lake(&config.storage, &parts, "serve", disk_limits(&config)).await?;
    let worker = wiring::worker(&parts, &lake);

    let stop = signals::shutdown_token()?;
    let state = AppState::new(ServerParts {
        store: Arc::new(lake.clone()),
        accounts: Arc::new(parts.catalog.clone()),
        library: Arc::new(parts.catalog.clone()),
        prices: Arc::new(parts.catalog.clone()),
        bus: Arc::clone(&parts.bus),
        cache: Arc::clone(&parts.cache),
        health: wiring::health(&parts, &lake),
        jobs: wiring::jobs(&worker),
        debt: wiring::debt(&lake),
        config: server_config(&config, address),
        shutdown: stop.clone(),
    });
    prepare_admin(&state, &config, address).await?;
    let project = parts.catalog.default_project().await?;

    let background = (!config.no_worker).then(|| tokio::spawn(run_jobs(worker, stop.clone())));
    ready::announce(address, otlp_http_address, otlp_grpc_address)?;
    tracing::info!("dashboard and API: http://{address} (project {})", project.name);
    tracing::info!("first call: curl http://{address}/api/v1/ingest/llm -H 'content-type: application/json' -d '{FIRST_CALL}'");

    let main_server = run_listener(main, server::router(state.clone()), stop.clone());
    let otlp_http_server = run_if_bound(otlp_http, server::otlp_router(state.clone()), stop.clone());
    let otlp_grpc_server = run_if_bound(otlp_grpc, server::otlp_grpc_router(state.clone()), stop.clone());
    let servers = async { tokio::try_join!(main_server, otlp_http_server, otlp_grpc_server) };
    let served = tokio::select! {
        served = servers => served.map(drop).context("the server stopped"),
        () = drained_too_long(&stop, Duration::from_secs(config.drain_timeout)) => {
            tracing::warn!("some requests did not finish in time and were cut off");
            Ok(())
        }
    };
    // However serving ended, what was begun below it ends in order.
    stop.cancel();
    let stopped = match background {
        Some(background) => background.await,
        None => Ok(Stopped::Cancelled),
    };
    state.finish_recordings(RECORDING_LIMIT).await;
    lake.shutdown().await;
    parts.catalog.close().await;
    served?;
    ensure!(stopped? != Stopped::Fenced, "another process took this one for dead and shut it out (was it suspended?); start it again");
    tracing::info!("stopped");
    Ok(())
}

/// How long calls that went through the proxy may take to be stored after the last answer.
const RECORDING_LIMIT: Duration = Duration::from_secs(5);

const FIRST_CALL: &str =
    r#"{"provider":"openai","model":"gpt-4o-mini","prompt":"Hello","response":"Hi!","input_tokens":1,"output_tokens":2}"#;

fn disk_limits(config: &ServeConfig) -> DiskLimits {
    let max_stored_bytes = config.max_disk.map(|size| size.0 as u64);
    DiskLimits { min_free_bytes: config.min_free_disk.0 as u64, max_stored_bytes }
}

fn server_config(config: &ServeConfig, address: SocketAddr) -> ServerConfig {
    let mut server = ServerConfig::new(address);
    server.sql.timeout = Duration::from_secs(config.query_timeout);
    // A query names its own limit; the request's is only the net below it.
    server.request_timeout = server.sql.timeout + Duration::from_secs(30);
    server.spool_dir = config.storage.data_dir.clone();
    config.proxy_upstream.iter().cloned().for_each(|upstream| server.proxy.set(upstream));
    server.proxy.max_recording_bytes = config.storage.memory.0 / 8;
    server.max_inflight_ingest_bytes = (config.storage.memory.0 / 4).max(server.max_ingest_body_bytes);
    server
}

async fn prepare_admin(state: &AppState, config: &ServeConfig, address: SocketAddr) -> anyhow::Result<()> {
    let password = config.admin_password.as_deref().filter(|password| !password.is_empty());
    match state.prepare_admin(password).await.context("the admin account")? {
        AdminSetup::Ready => {}
        AdminSetup::LocalMode => tracing::info!("bound to loopback without an admin account: local requests need no login and no key"),
        AdminSetup::TokenNeeded(token) => {
            tracing::warn!("no admin account yet: open http://{address}/setup?token={token} once to set its password");
        }
    }
    Ok(())
}

async fn run_if_bound(listener: Option<TcpListener>, router: axum::Router, stop: CancellationToken) -> std::io::Result<()> {
    match listener {
        Some(listener) => run_listener(listener, router, stop).await,
        None => Ok(()),
    }
}

async fn run_listener(listener: TcpListener, router: axum::Router, stop: CancellationToken) -> std::io::Result<()> {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await
}

/// A process that another one has shut out must not go on: what it acknowledges could not be published.
async fn run_jobs(worker: Worker, stop: CancellationToken) -> Stopped {
    let stopped = worker.run(stop.clone()).await;
    stop.cancel();
    stopped
}

async fn drained_too_long(stop: &CancellationToken, limit: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(limit).await;
}
