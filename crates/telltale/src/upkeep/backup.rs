//! `telltale backup`: a copy of a data folder from which a server can start, made while one is running.
//!
//! A lease keeps every segment that is live when it is taken, or later, from being deleted. The catalog is copied under it, then the
//! files that the copy names: whatever the copy calls live is still there. Files never change, so those of an earlier backup stay.

use super::copy::{Copied, copy_files, remove_unnamed};
use crate::{lock::FolderLock, logging, wiring};
use anyhow::{Context as _, ensure};
use catalog::{Catalog, CatalogUrl};
use clap::Args;
use model::{
    ports::{CatalogInspection, CatalogState, SegmentCatalog},
    segment::SegmentState,
};
use serde_json::json;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// A backup that dies holds up deletion for no longer than this.
const LEASE: Duration = Duration::from_secs(600);
/// How often the lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(200);
/// What pg_dump writes.
const DUMP_FILE: &str = "catalog.dump";

#[derive(Debug, Clone, Args)]
#[command(after_help = "A server may be running on the data folder. To restore: start a server on the copy, or copy it back.\n\
                        With PostgreSQL, pg_dump must be in the PATH; its dump is catalog.dump in the copy, for pg_restore.")]
pub(crate) struct BackupConfig {
    /// The folder to copy.
    #[arg(long, env = "TELLTALE_DATA_DIR", default_value = "telltale-data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// Where the copy goes. What an earlier backup left there is brought up to date.
    #[arg(long, env = "TELLTALE_BACKUP_TO", value_name = "DIR")]
    pub to: PathBuf,

    /// PostgreSQL, where the catalog is there. Default: SQLite in the data folder.
    #[arg(long, env = "TELLTALE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Copy every file, also where the copy is on the same disk. Default: hard links there, which take no space and no time.
    #[arg(long, env = "TELLTALE_BACKUP_COPY")]
    pub copy: bool,

    #[command(flatten)]
    pub log: crate::config::LogConfig,
}

#[expect(clippy::print_stdout, reason = "the outcome is what the command is for")]
pub(crate) fn run(config: BackupConfig) -> anyhow::Result<()> {
    logging::init(&config.log)?;
    let copied = tokio::runtime::Runtime::new()?.block_on(backup(&config))?;
    println!(
        "{}",
        json!({"event": "backed_up", "files": copied.files, "new_files": copied.new_files, "new_bytes": copied.new_bytes, "removed_files": copied.removed_files})
    );
    Ok(())
}

async fn backup(config: &BackupConfig) -> anyhow::Result<Copied> {
    ensure!(config.data_dir.is_dir(), "there is no folder {}", config.data_dir.display());
    wiring::make_folder(&config.to)?;
    ensure!(fs::canonicalize(&config.data_dir)? != fs::canonicalize(&config.to)?, "--to must be another folder than --data-dir");
    // Neither a server nor another backup may work on the copy meanwhile.
    let _lock = FolderLock::acquire(&config.to)?;
    let url = wiring::catalog_url(&config.data_dir, config.database_url.as_deref());
    let catalog = Catalog::open_existing(CatalogUrl::parse(&url)?, false).await.context("cannot open the database")?;
    let outcome = tokio::select! {
        outcome = copy_under_lease(config, &catalog, &url) => outcome,
        stopped = tokio::signal::ctrl_c() => stopped.map_err(Into::into).and_then(|()| Err(anyhow::anyhow!("stopped"))),
    };
    catalog.close().await;
    outcome
}

async fn copy_under_lease(config: &BackupConfig, catalog: &Catalog, url: &str) -> anyhow::Result<Copied> {
    let first_seq = catalog.current_seq().await?;
    let mut lease = catalog.lease_snapshot(first_seq, LEASE).await?;
    let work = copy_all(config, catalog, url);
    tokio::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            () = tokio::time::sleep(RENEW_EVERY) => {
                let next = catalog.lease_snapshot(first_seq, LEASE).await?;
                catalog.release_snapshot(&std::mem::replace(&mut lease, next)).await?;
            }
        }
    };
    catalog.release_snapshot(&lease).await?;
    outcome
}

async fn copy_all(config: &BackupConfig, catalog: &Catalog, url: &str) -> anyhow::Result<Copied> {
    let is_sqlite = url.starts_with("sqlite:");
    let target = config.to.join(if is_sqlite { wiring::SQLITE_FILE } else { DUMP_FILE });
    let partial = target.with_extension("partial");
    fs::remove_file(&partial).or_else(ignore_missing)?;
    let state = if is_sqlite {
        catalog.copy_to(&partial).await.context("the catalog cannot be copied")?;
        let copy = Catalog::open_existing(CatalogUrl::parse(&format!("sqlite:{}", partial.display()))?, true).await?;
        let state = copy.state().await;
        copy.close().await;
        state?
    } else {
        dump(url, &partial).await?;
        // Later than the dump: what was live in it is live or retired now, and the lease keeps both.
        catalog.state().await?
    };
    let (data_dir, to, copy) = (config.data_dir.clone(), config.to.clone(), config.copy);
    let copied = tokio::task::spawn_blocking(move || {
        let segments = to_copy(&state, is_sqlite);
        let copied = copy_files(&data_dir, &to, segments, copy)?;
        put_in_place(&partial, &target, &to)?;
        let names = state.segments.iter().flat_map(|segment| segment.files()).collect();
        anyhow::Ok(Copied { removed_files: remove_unnamed(&to, &names)?, ..copied })
    });
    copied.await?
}

/// The segments whose files the copy of the catalog may name, and whether it surely does.
fn to_copy(state: &CatalogState, is_exact: bool) -> Vec<(model::segment::Segment, bool)> {
    let kept = state.segments.iter().filter(|segment| !is_exact || segment.state != SegmentState::Retired);
    kept.map(|segment| (segment.clone(), segment.state == SegmentState::Live)).collect()
}

/// The catalog comes last: until then the earlier backup is whole.
fn put_in_place(partial: &Path, target: &Path, folder: &Path) -> anyhow::Result<()> {
    File::open(partial)?.sync_all()?;
    for leftover in ["catalog.db-wal", "catalog.db-shm"] {
        // Of a server that ran on the copy: they belong to the old catalog.
        fs::remove_file(folder.join(leftover)).or_else(ignore_missing)?;
    }
    fs::rename(partial, target)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

pub(super) fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The password goes by the environment: arguments are there for everybody to see.
async fn dump(url: &str, to: &Path) -> anyhow::Result<()> {
    let mut address = reqwest::Url::parse(url).context("--database-url is no URL")?;
    let mut command = Command::new("pg_dump");
    if let Some(password) = address.password() {
        command.env("PGPASSWORD", percent_decoded(password));
        address.set_password(None).ok();
    }
    command.args(["--format=custom", "--no-password", "--file"]).arg(to).arg("--dbname").arg(address.as_str());
    let status = command.stdin(Stdio::null()).kill_on_drop(true).status().await.context("pg_dump cannot be run: is it in the PATH?")?;
    ensure!(status.success(), "pg_dump failed: its message is above");
    Ok(())
}

fn percent_decoded(text: &str) -> String {
    let (mut decoded, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let code =
            (*first == b'%').then(|| tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())).flatten();
        decoded.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn escapes_of_a_password_are_undone() {
        assert_eq!(percent_decoded("a%40b%zz%"), "a@b%zz%");
    }
}
