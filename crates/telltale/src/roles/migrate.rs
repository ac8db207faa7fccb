//! `telltale migrate`: brings the database to this version's schema.

use crate::{config::StorageConfig, logging, wiring};

pub(crate) fn run(config: StorageConfig) -> anyhow::Result<()> {
    logging::init(&config.log)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        wiring::make_folder(&config.data_dir)?;
        // Opening applies what is missing.
        wiring::open_catalog(&config).await?;
        tracing::info!("the database has this version's schema");
        Ok(())
    })
}
