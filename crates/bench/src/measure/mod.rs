//! The order in which everything is measured: an empty server, the load, the disk, queries without debt, a restart, sustained load.

mod idle;
mod ingest;
mod probe;
mod queries;
mod question;
mod settle;
mod sustained;

pub(crate) use ingest::hex;
pub(crate) use probe::{Probe, Question, WARM_UPS, latencies, measure_probe};
pub(crate) use question::{Questions, Stored};
pub(crate) use settle::wait_for_no_debt;

use crate::{
    options::{BenchOptions, Plan},
    progress::say,
    report::Report,
    session::{NOT_OURS, Session},
    workload::Workload,
};
use serde_json::json;

pub(crate) async fn run(options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let mut report = Report::default();
    let mut session = Session::open(options, plan).await?;
    let workload = Workload::new(session.ledger.recipe.clone());
    let is_filled = session.ledger.main_batches > 0;

    if is_filled {
        say("the folder is measured as an earlier benchmark left it");
        report.skip_group("start.empty", "the folder was filled before");
        report.skip_group("idle.", "the folder was filled before");
    } else {
        idle::empty(&mut report, &session, options, plan).await?;
    }
    ingest::measure(&mut report, &mut session, &workload, options, plan).await?;
    settle::measure(&mut report, &session, options).await?;
    queries::measure(&mut report, &session, &workload, options, plan).await?;
    if options.wants_any("start.full") || options.wants_any("idle_full") {
        session = session.restart().await?;
        idle::full(&mut report, &session, options, plan).await?;
    }
    sustained::measure(&mut report, &mut session, &workload, options, plan).await?;
    if options.wants_any("exact") {
        ingest::count(&mut report, &session).await?;
    }
    match session.peak_mb() {
        Some(peak) => report.measured("memory", peak, json!({"note": format!("of --memory {}", options.memory)})),
        None => report.skipped("memory", NOT_OURS),
    }
    report.publish(options, &session)?;
    session.close().await
}
