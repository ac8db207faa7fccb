//! `telltale doctor`: is everything there, is it whole, is there nothing else?

use crate::{lock::FolderLock, logging, wiring};
use anyhow::Context as _;
use catalog::{Catalog, CatalogUrl};
use clap::Args;
use lake::doctor::{DoctorReport, examine};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

/// Nothing could be said about the folder.
const COULD_NOT_CHECK: u8 = 2;

#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit codes: 0 healthy, 1 problems were found (and not all repaired), 2 could not be checked.\n\
                        Without --repair nothing is changed, and a server may be running on the folder.")]
pub(crate) struct DoctorConfig {
    /// The folder to check.
    #[arg(long, env = "TELLTALE_DATA_DIR", default_value = "telltale-data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// PostgreSQL, where the catalog is there. Default: SQLite in the data folder.
    #[arg(long, env = "TELLTALE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Mend what can be mended without losing a row: delete files of dead processes that nobody names, take whole segments back into
    /// reads and damaged ones out, tidy the database. No server may be running.
    #[arg(long, env = "TELLTALE_REPAIR")]
    pub repair: bool,

    /// Print the report as JSON.
    #[arg(long, env = "TELLTALE_JSON")]
    pub json: bool,

    #[command(flatten)]
    pub log: crate::config::LogConfig,
}

#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(crate) fn run(config: DoctorConfig) -> anyhow::Result<ExitCode> {
    logging::init(&config.log)?;
    let examined = tokio::runtime::Runtime::new()?.block_on(check(&config));
    let report = match examined {
        Ok(report) => report,
        Err(error) => {
            logging::fatal(&error);
            return Ok(ExitCode::from(COULD_NOT_CHECK));
        }
    };
    match config.json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print!("{}", table(&report)),
    }
    Ok(if report.healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check(config: &DoctorConfig) -> anyhow::Result<DoctorReport> {
    anyhow::ensure!(config.data_dir.is_dir(), "there is no folder {}", config.data_dir.display());
    let _lock = config.repair.then(|| FolderLock::acquire(&config.data_dir)).transpose()?;
    let url = CatalogUrl::parse(&wiring::catalog_url(&config.data_dir, config.database_url.as_deref()))?;
    let catalog = Catalog::open_existing(url, !config.repair).await.context("cannot open the database")?;
    let report = examine(&config.data_dir, Arc::new(catalog.clone()), config.repair).await;
    catalog.close().await;
    report.context("the check could not be done")
}

fn table(report: &DoctorReport) -> String {
    let mut text = format!("{:<8} {:>10} {:>10} {:>14} {:>12}\n", "live", "level 0", "compacted", "rows", "MB");
    for (kind, count) in &report.live {
        let megabytes = count.bytes as f64 / 1e6;
        text += &format!("{kind:<8} {:>10} {:>10} {:>14} {megabytes:>12.1}\n", count.level0_segments, count.compacted_segments, count.rows);
    }
    text += &format!(
        "commit {}, schema {}, {} retired and {} quarantined segments, {} reader leases, {} living writers\n",
        report.commit_seq,
        report.schema_version,
        report.retired_segments,
        report.quarantined_segments,
        report.reader_leases,
        report.living_writers.len()
    );
    for problem in &report.problems {
        let name = serde_json::to_value(problem.kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let place = problem.file.as_deref().or(problem.segment.as_deref()).unwrap_or("catalog");
        let repaired = problem.repaired.as_ref().map(|what| format!(" -> {what}")).unwrap_or_default();
        text += &format!("{name}: {place}: {}{repaired}\n", problem.detail);
    }
    text += match (report.problems.is_empty(), report.healthy) {
        (true, _) => "healthy\n",
        (false, true) => "healthy after repair\n",
        (false, false) => "NOT healthy\n",
    };
    text
}
