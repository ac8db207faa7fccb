//! Traffic of the present moment on a timetable for a long time, with a user who looks at the dashboard meanwhile.

use super::{Questions, ingest, wait_for_no_debt};
use crate::{
    api::Api,
    latency::Latencies,
    load::{self, Pace, Source},
    options::{BenchOptions, Plan},
    progress::say,
    report::Report,
    session::Session,
    workload::Workload,
};
use futures::future::try_join_all;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Between two looks at the dashboard.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LEAST_FOR_CATCH_UP: Duration = Duration::from_secs(60);

pub(super) async fn measure(
    report: &mut Report,
    session: &mut Session,
    workload: &Workload,
    options: &BenchOptions,
    plan: &Plan,
) -> anyhow::Result<()> {
    if !options.wants_any("sustained") {
        return Ok(());
    }
    if plan.sustain.is_zero() {
        report.skip_group("sustained", "--sustain 0s");
        return Ok(());
    }
    say(&format!("sustained load: {} spans/s for {} s", options.rate, plan.sustain.as_secs()));
    let every = Duration::from_secs_f64(workload.recipe().batch as f64 / options.rate as f64);
    let maker = workload.clone();
    let source: Source = Arc::new(move |number| Some(ingest::live_batch(&maker, number)));
    let sending = load::send(&session.api, source, session.ledger.live_batches, Pace::Open { every }, Some(plan.sustain));
    let mut watched = Watched::default();
    let loaded = tokio::select! {
        loaded = sending => loaded?,
        failed = watched.watch(&session.api, workload) => return failed,
    };
    session.ledger.live_batches += loaded.requests;
    session.ledger.spans += loaded.spans;
    session.ledger.otlp_bytes += loaded.bytes;

    let debt_at_end = level0(&session.api).await?;
    let mut detail = ingest::describe(&loaded, session);
    // After a short time it says more about when compaction begins by itself.
    let waits = plan.sustain >= LEAST_FOR_CATCH_UP && !options.debt_timeout.0.is_zero();
    let catch_up = if waits { Some(wait_for_no_debt(&session.api, options.debt_timeout.0).await?.as_secs_f64().round()) } else { None };
    detail["asked_for"] = json!(options.rate);
    detail["debt_at_end"] = json!(debt_at_end);
    detail["seconds_to_no_debt"] = json!(catch_up);
    detail["level0_course"] = json!(watched.course);
    let after = catch_up.map(|seconds| format!(", no debt {seconds} s later")).unwrap_or_default();
    let (seconds, refusals) = (loaded.elapsed.as_secs_f64(), loaded.refusals);
    detail["note"] =
        json!(format!("{} asked for, {seconds:.0} s, {refusals} refusals, {debt_at_end} level-0 segments at the end{after}", options.rate));
    report.measured("sustained", loaded.spans_per_second(), detail);
    if let Some(p99) = loaded.latencies.quantile(0.99) {
        report.measured("sustained.ack_p99", p99, loaded.latencies.describe());
    }
    for (row, latencies) in [("sustained.dashboard", &watched.dashboard), ("sustained.latest", &watched.latest)] {
        match latencies.quantile(0.95) {
            Some(p95) => report.measured(row, p95, latencies.describe()),
            None => report.skipped(row, "the time was too short for a look"),
        }
    }
    report.measured("sustained.debt", watched.course.iter().copied().chain([debt_at_end]).max().unwrap_or_default() as f64, json!({}));
    Ok(())
}

async fn level0(api: &Api) -> anyhow::Result<u64> {
    Ok(api.status().await?["store"]["level0_segments"].as_u64().unwrap_or_default())
}

/// What a user and an operator see meanwhile.
#[derive(Default)]
struct Watched {
    dashboard: Latencies,
    latest: Latencies,
    /// Level-0 segments at every look.
    course: Vec<u64>,
}

impl Watched {
    /// Looks again and again; ends only when a look fails.
    async fn watch(&mut self, api: &Api, workload: &Workload) -> anyhow::Result<()> {
        let mut questions = Questions::new(workload, u64::MAX);
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.course.push(level0(api).await?);
            let dashboard = questions.dashboard(24);
            let from = Instant::now();
            try_join_all(dashboard.iter().map(|ask| api.ask(ask))).await?;
            self.dashboard.add(from.elapsed());
            let latest = questions.latest("status:error");
            let from = Instant::now();
            try_join_all(latest.iter().map(|ask| api.ask(ask))).await?;
            self.latest.add(from.elapsed());
        }
    }
}
