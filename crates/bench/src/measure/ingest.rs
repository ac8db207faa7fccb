//! Fills the store, and measures the acknowledgements while doing so.

use crate::{
    api::Ask,
    load::{self, Loaded, Pace, Source},
    options::{BenchOptions, Plan},
    process,
    progress::say,
    report::Report,
    session::Session,
    workload::{Batch, Stream, Workload},
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Time at half of the burst's rate; it takes at most a quarter of the spans.
const ACK_TIME: Duration = Duration::from_secs(20);
/// Requests whose spans are looked for at once.
const VISIBLE_SAMPLES: u64 = 10;

pub(super) async fn measure(
    report: &mut Report,
    session: &mut Session,
    workload: &Workload,
    options: &BenchOptions,
    plan: &Plan,
) -> anyhow::Result<()> {
    if session.ledger.main_batches == 0 {
        fill(report, session, workload, options, plan).await?;
    } else {
        report.skip_group("burst", "the folder was filled before");
        report.skip_group("ack", "the folder was filled before");
    }
    if options.wants_any("visible") {
        visible(report, session, workload).await?;
    }
    if options.wants_any("wide") && session.ledger.wide_spans == 0 {
        wide_trace(session, workload, plan).await?;
    }
    Ok(())
}

async fn fill(report: &mut Report, session: &mut Session, workload: &Workload, options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let closed = Pace::Closed { connections: options.connections };
    let total = workload.batches();
    say(&format!("burst: up to {} s", plan.burst.as_secs()));
    let loaded = main(session, workload, total.div_ceil(2), closed, Some(plan.burst)).await?;
    let rate = loaded.spans_per_second();
    report.measured("burst", rate, describe(&loaded, session));

    if options.wants_any("ack") {
        let half = rate / 2.0;
        let every = Duration::from_secs_f64(workload.recipe().batch as f64 / half.max(1.0));
        say(&format!("acknowledgements at {half:.0} spans/s: up to {} s", ACK_TIME.as_secs()));
        let loaded = main(session, workload, total.div_ceil(4), Pace::Open { every }, Some(ACK_TIME)).await?;
        match loaded.latencies.quantile(0.99) {
            Some(p99) => report.measured("ack.p99", p99, describe(&loaded, session)),
            None => report.skipped("ack.p99", "too few spans"),
        }
    }

    let started = Instant::now();
    while session.ledger.main_batches < total {
        main(session, workload, REPORTED_BATCHES, closed, None).await?;
        let rate = session.ledger.spans as f64 / 1e6;
        say(&format!("{rate:.2} M spans stored, {} s into filling up", started.elapsed().as_secs()));
    }
    Ok(())
}

/// Requests between two lines of progress.
const REPORTED_BATCHES: u64 = 5_000;

/// Sends the next requests of the main stream, at most `most`.
async fn main(session: &mut Session, workload: &Workload, most: u64, pace: Pace, limit: Option<Duration>) -> anyhow::Result<Loaded> {
    let first = session.ledger.main_batches;
    let end = (first + most).min(workload.batches());
    let workload = workload.clone();
    let source: Source = Arc::new(move |number| (number < end).then(|| workload.batch(number)));
    let loaded = load::send(&session.api, source, first, pace, limit).await?;
    session.ledger.main_batches += loaded.requests;
    session.ledger.spans += loaded.spans;
    session.ledger.otlp_bytes += loaded.bytes;
    Ok(loaded)
}

/// What a phase of load was like.
pub(super) fn describe(loaded: &Loaded, session: &Session) -> Value {
    let mut detail = json!({
        "ack_ms": loaded.latencies.describe(),
        "seconds": (loaded.elapsed.as_secs_f64() * 100.0).round() / 100.0,
        "requests": loaded.requests,
        "spans": loaded.spans,
        "otlp_bytes": loaded.bytes,
        "spans_per_second": loaded.spans_per_second().round(),
        "refusals": loaded.refusals,
        "note": format!("{:.0} spans/s for {:.1} s, {} refusals", loaded.spans_per_second(), loaded.elapsed.as_secs_f64(), loaded.refusals),
    });
    if let Some(memory) = session.pid().and_then(|pid| process::memory(pid).ok()) {
        detail["rss_mb"] = json!(memory.rss_mb.round());
        detail["peak_rss_mb"] = json!(memory.peak_mb.round());
    }
    detail
}

/// Request `number` of the present moment: traces that ended just now, as exporters send them.
pub(super) fn live_batch(workload: &Workload, number: u64) -> Batch {
    workload.batch_at(Stream::Live, number, now_ns() - LONGEST_TRACE_NS, LIVE_WIDTH_NS)
}

/// An agent of many turns takes some minutes.
const LONGEST_TRACE_NS: u64 = 300_000_000_000;
const LIVE_WIDTH_NS: u64 = 1_000_000_000;

/// Asks for what was just acknowledged, in three ways.
async fn visible(report: &mut Report, session: &mut Session, workload: &Workload) -> anyhow::Result<()> {
    let (mut unseen, mut seen_after) = (0u32, crate::latency::Latencies::default());
    for _ in 0..VISIBLE_SAMPLES {
        let batch = live_batch(workload, session.ledger.live_batches);
        session.api.send(&batch.body).await?;
        session.ledger.live_batches += 1;
        session.ledger.spans += batch.spans;
        session.ledger.otlp_bytes += batch.body.len() as u64;
        let Some(last) = batch.traces.last() else { continue };
        let id = hex(&last.id);
        let from = Instant::now();
        let by_id = session.api.json(&Ask::get(format!("/api/v1/traces/{id}"), [])).await;
        seen_after.add(from.elapsed());
        let by_sql = session.api.json(&Ask::Sql(format!("SELECT count(*) FROM spans WHERE trace_id = '{id}'"))).await?;
        let listed =
            session.api.json(&Ask::get("/api/v1/spans", [("filter", format!("trace:{id}")), ("limit", "1000".to_owned())])).await?;
        let counts =
            [by_id.map_or(0, |trace| length(&trace["spans"])), by_sql["rows"][0][0].as_u64().unwrap_or_default(), length(&listed["items"])];
        unseen += u32::from(counts.iter().any(|count| *count != last.spans));
    }
    let mut detail = seen_after.describe();
    detail["note"] = json!("by id, in a list, and in SQL; the latency is that of the first look by id");
    report.measured("visible", f64::from(unseen), detail);
    Ok(())
}

fn length(list: &Value) -> u64 {
    list.as_array().map_or(0, |items| items.len() as u64)
}

async fn wide_trace(session: &mut Session, workload: &Workload, plan: &Plan) -> anyhow::Result<()> {
    say(&format!("a trace of {} spans", plan.wide_trace));
    for batch in workload.wide_trace(plan.wide_trace) {
        session.api.send(&batch.body).await?;
        session.ledger.wide_spans += batch.spans;
        session.ledger.spans += batch.spans;
        session.ledger.otlp_bytes += batch.body.len() as u64;
    }
    Ok(())
}

/// Whether every acknowledged span is there exactly once.
pub(super) async fn count(report: &mut Report, session: &Session) -> anyhow::Result<()> {
    let (stored, expected) = (session.api.count_spans().await?, session.spans_before + session.ledger.spans);
    let detail = json!({"expected": expected, "counted": stored, "note": format!("{stored} counted, {expected} acknowledged")});
    report.measured("exact", stored.abs_diff(expected) as f64, detail);
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn now_ns() -> u64 {
    chrono::Utc::now().timestamp_nanos_opt().and_then(|ns| u64::try_from(ns).ok()).unwrap_or_default()
}
