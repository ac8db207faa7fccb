//! Waits for the background work, watched through the status, and measures what is left on the disk.

use crate::{
    api::Api,
    disk::DiskUse,
    options::{BenchOptions, Scale},
    progress::say,
    report::Report,
    session::{NOT_OURS, Session},
};
use anyhow::{Context as _, bail};
use serde_json::json;
use std::{
    path::Path,
    time::{Duration, Instant},
};

const POLL: Duration = Duration::from_millis(250);
const MAX_CLEAN_UP: Duration = Duration::from_secs(300);

pub(super) async fn measure(report: &mut Report, session: &Session, options: &BenchOptions) -> anyhow::Result<()> {
    // What is measured after this speaks of a store without debt.
    if !["debt", "disk", "latest", "dashboard", "trace", "search", "sql", "wide", "start.full", "idle_full"]
        .iter()
        .any(|group| options.wants_any(group))
    {
        return Ok(());
    }
    if options.debt_timeout.0.is_zero() {
        report.skip_group("debt", "--debt-timeout 0s");
        report.skip_group("disk", "--debt-timeout 0s");
        return Ok(());
    }
    say("waiting until no level-0 segment is left");
    let waited = wait_for_no_debt(&session.api, options.debt_timeout.0).await?;
    let status = session.api.status().await?;
    report.measured(
        "debt",
        waited.as_secs_f64(),
        json!({"store": status["store"], "note": format!("{} compacted segments", status["store"]["compacted_segments"])}),
    );
    if !options.wants_any("disk") {
        return Ok(());
    }
    let Some(folder) = session.data_dir() else {
        report.skip_group("disk", NOT_OURS);
        return Ok(());
    };
    let note = if options.scale == Scale::Quick {
        "without level-0 files that wait for their deletion"
    } else {
        say("waiting for the clean-up");
        wait_for_clean_up(&folder).await?;
        "after clean-up"
    };
    let disk = DiskUse::of(&folder)?;
    let otlp_bytes = session.ledger.otlp_bytes.max(1) as f64;
    let detail = json!({
        "otlp_bytes": session.ledger.otlp_bytes, "by_extension": disk.by_extension, "level0": disk.level0, "files": disk.files(),
        "note": format!("{} files, {:.1} MB, {note}", disk.files(), disk.compacted_bytes() as f64 / 1e6),
    });
    report.measured("disk.total", disk.compacted_bytes() as f64 / otlp_bytes, detail);
    report.measured("disk.data", disk.data_bytes() as f64 / otlp_bytes, json!({"note": "Parquet only"}));
    Ok(())
}

/// Until no level-0 segment is left. Returns how long that took.
///
/// # Errors
/// When it takes longer than `limit`.
pub(crate) async fn wait_for_no_debt(api: &Api, limit: Duration) -> anyhow::Result<Duration> {
    let started = Instant::now();
    loop {
        let status = api.status().await?;
        let debt = status["store"]["level0_segments"].as_u64().context("the status says nothing of store.level0_segments")?;
        if debt == 0 {
            return Ok(started.elapsed());
        }
        if started.elapsed() > limit {
            bail!("{debt} level-0 segments were left after {} s (--debt-timeout)", limit.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Until the files of compacted level-0 segments are gone: they stay a while, for readers that still hold them.
async fn wait_for_clean_up(folder: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    while DiskUse::of(folder)?.level0.files > 0 {
        if started.elapsed() > MAX_CLEAN_UP {
            bail!("level-0 files were left {} s after their compaction", MAX_CLEAN_UP.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
