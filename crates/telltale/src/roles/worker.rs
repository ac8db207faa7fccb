//! `telltale worker`: background jobs in a process of their own.

use crate::{config::WorkerConfig, logging, signals, wiring};
use anyhow::ensure;
use lake::DiskLimits;
use worker::Stopped;

pub(crate) fn run(config: WorkerConfig) -> anyhow::Result<()> {
    logging::init(&config.storage.log)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        wiring::make_folder(&config.storage.data_dir)?;
        let parts = wiring::open(&config.storage).await?;
        let lake = wiring::open_lake(&config.storage, &parts, "worker", DiskLimits::default()).await?;
        let stop = signals::shutdown_token()?;
        tracing::info!("background jobs are running");
        let stopped = wiring::worker(&parts, &lake).run(stop).await;
        lake.shutdown().await;
        parts.catalog.close().await;
        ensure!(stopped != Stopped::Fenced, "another process took this one for dead and shut it out (was it suspended?); start it again");
        Ok(())
    })
}
