//! Puts the parts together: the one place where `catalog`, `lake`, `bus` and `worker` meet.

use crate::config::StorageConfig;
use anyhow::Context as _;
use catalog::{Catalog, CatalogUrl};
use lake::{DiskLimits, Lake, LakeConfig};
use model::ports::{Bus, Cache, HealthCheck, JobLeases, Maintenance, SegmentCatalog};
use std::{path::Path, sync::Arc};
use worker::{Worker, WorkerConfig};

/// The database when no --database-url is given, in the data folder.
pub(crate) const SQLITE_FILE: &str = "catalog.db";

/// What lies below the lake and the server.
pub(crate) struct Parts {
    pub catalog: Catalog,
    pub bus: Arc<dyn Bus>,
    pub cache: Arc<dyn Cache>,
    bus_health: Option<Arc<dyn HealthCheck>>,
}

/// Whether the catalog is a file, wherever it is.
pub(crate) fn uses_sqlite(config: &StorageConfig) -> bool {
    config.database_url.as_deref().is_none_or(|url| url.starts_with("sqlite:"))
}

/// The database that was named, else the one in the data folder.
pub(crate) fn catalog_url(data_dir: &Path, database_url: Option<&str>) -> String {
    database_url.map_or_else(|| format!("sqlite:{}", data_dir.join(SQLITE_FILE).display()), str::to_owned)
}

pub(crate) async fn open_catalog(config: &StorageConfig) -> anyhow::Result<Catalog> {
    let url = catalog_url(&config.data_dir, config.database_url.as_deref());
    Catalog::open(CatalogUrl::parse(&url)?).await.context("cannot open the database")
}

pub(crate) async fn open(config: &StorageConfig) -> anyhow::Result<Parts> {
    if let Some(url) = &config.redis_url {
        bus::check_redis_url(url).context("--redis-url")?;
    }
    let catalog = open_catalog(config).await?;
    let (bus, cache, bus_health) = bus::connect(config.redis_url.as_deref()).await;
    Ok(Parts { catalog, bus, cache, bus_health })
}

pub(crate) async fn open_lake(config: &StorageConfig, parts: &Parts, role: &str, disk: DiskLimits) -> anyhow::Result<Lake> {
    let segments: Arc<dyn SegmentCatalog> = Arc::new(parts.catalog.clone());
    // Readers of compacted files name them absolutely; the default folder is relative.
    let data_dir = std::path::absolute(&config.data_dir).context("--data-dir")?;
    let mut lake_config = LakeConfig::new(data_dir, config.memory.0);
    lake_config.writer_label = format!("{role}, process {}", std::process::id());
    lake_config.disk = disk;
    Lake::open(lake_config, segments).await.context("cannot open the telemetry in the data folder")
}

pub(crate) fn health(parts: &Parts, lake: &Lake) -> Vec<Arc<dyn HealthCheck>> {
    let mut checks: Vec<Arc<dyn HealthCheck>> = vec![Arc::new(parts.catalog.clone()), Arc::new(lake.clone())];
    checks.extend(parts.bus_health.clone());
    checks
}

pub(crate) fn worker(parts: &Parts, lake: &Lake) -> Worker {
    let maintenance: Arc<dyn Maintenance> = Arc::new(lake.clone());
    let leases: Arc<dyn JobLeases> = Arc::new(parts.catalog.clone());
    Worker::new(WorkerConfig::default(), maintenance, leases, Arc::clone(&parts.bus))
}

/// What the jobs of this process are doing, for the system page.
pub(crate) fn jobs(worker: &Worker) -> server::Jobs {
    let board = worker.board();
    Arc::new(move || board.snapshot())
}

/// What maintenance still has to do, for the system page and the metrics.
pub(crate) fn debt(lake: &Lake) -> server::DebtReport {
    let lake = lake.clone();
    Arc::new(move || {
        let lake = lake.clone();
        Box::pin(async move { lake.debt().await })
    })
}

pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let is_new = !folder.is_dir();
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the data folder {}; choose another with --data-dir", folder.display()))?;
    if is_new {
        // Its entry must survive a power loss like what will be in it. Folders further up may be closed to us.
        for above in std::path::absolute(folder)?.ancestors().skip(1) {
            if let Ok(directory) = std::fs::File::open(above) {
                directory.sync_all().ok();
            }
        }
    }
    Ok(())
}
