//! A server that nobody asks anything: how fast it came up, what it holds, what it burns.

use crate::{
    options::{BenchOptions, Plan},
    process,
    progress::say,
    report::Report,
    session::{NOT_OURS, Session},
};
use serde_json::json;
use std::time::Instant;

pub(super) async fn empty(report: &mut Report, session: &Session, options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let wants_idle = options.wants_any("idle.");
    measure(report, session, plan, wants_idle, ["start.empty", "idle.memory", "idle.cpu"]).await
}

pub(super) async fn full(report: &mut Report, session: &Session, options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let wants_idle = options.wants_any("idle_full.");
    measure(report, session, plan, wants_idle, ["start.full", "idle_full.memory", "idle_full.cpu"]).await
}

async fn measure(
    report: &mut Report,
    session: &Session,
    plan: &Plan,
    wants_idle: bool,
    [start, memory, cpu]: [&'static str; 3],
) -> anyhow::Result<()> {
    let (Some(pid), Some(ready_after)) = (session.pid(), session.ready_after()) else {
        for row in [start, memory, cpu] {
            report.skipped(row, NOT_OURS);
        }
        return Ok(());
    };
    report.measured(start, ready_after.as_secs_f64(), json!({}));
    if wants_idle {
        say(&format!("watching the idle server for {} s", plan.idle.as_secs()));
        // What belongs to the start itself is not idling.
        tokio::time::sleep(plan.idle / 2).await;
        let (before, from) = (process::cpu(pid)?, Instant::now());
        tokio::time::sleep(plan.idle).await;
        let share = (process::cpu(pid)?.saturating_sub(before)).as_secs_f64() / from.elapsed().as_secs_f64();
        let watched = json!({"note": format!("over {} s; a clock tick is 10 ms", plan.idle.as_secs())});
        report.measured(cpu, share * 100.0, watched);
        report.measured(memory, process::memory(pid)?.rss_mb, json!({}));
    }
    Ok(())
}
