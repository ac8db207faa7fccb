//! `bench week`: a week of traffic as fast as it can be sent, hour by hour, with late data and resends. Every simulated day ends with a
//! look at segments, files, bytes and query latencies. It prints the course and judges nothing.

use crate::{
    disk::DiskUse,
    load::{self, Pace, Source},
    machine,
    measure::{Probe, Questions, Stored, WARM_UPS, latencies, wait_for_no_debt},
    options::{BenchOptions, Plan},
    process,
    progress::say,
    session::Session,
    workload::{Order, Rng, Stream, Workload},
};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    io::Write as _,
    sync::Arc,
    time::Instant,
};

const HOURS: u64 = 7 * 24;
const HOUR_NS: u64 = 3_600_000_000_000;
/// Requests that arrive 1 to 30 hours after their time: exporters that were cut off.
const LATE_PERCENT: u64 = 2;
const MAX_LATE_HOURS: u64 = 30;
/// Requests that are sent again, some of them hours later: exporters that lost the answer.
const RESENT_PERCENT: u64 = 2;
const MAX_RESENT_HOURS: u64 = 6;

type Look = fn(&mut Questions<'_>) -> Vec<crate::api::Ask>;

const LOOKS: [(&str, Look); 5] = [
    ("latest", |ask| ask.latest("status:error")),
    ("user", |ask| {
        let filter = ask.filter_by_user();
        ask.latest(&filter)
    }),
    ("dashboard", |ask| ask.dashboard(24)),
    ("trace", |ask| ask.trace()),
    ("word", |ask| {
        let word = ask.uncommon_word();
        ask.latest(&word)
    }),
];

pub(crate) async fn run(options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let mut plan = plan.clone();
    plan.recipe.order = Order::Time;
    plan.recipe.start_ns = plan.recipe.end_ns - HOURS * HOUR_NS;
    let mut session = Session::open(options, &plan).await?;
    ensure!(session.ledger.main_batches == 0, "--data-dir: a week begins in an empty folder");
    let workload = Workload::new(plan.recipe.clone());
    ensure!(
        workload.batches() >= HOURS,
        "--spans: expected at least one request for every hour of a week, {} spans",
        HOURS * plan.recipe.batch
    );

    let mut calendar = Calendar::new(&workload);
    let mut days = Vec::new();
    let (mut most_level0, mut day_started) = (0, Instant::now());
    for hour in 0..HOURS {
        let numbers = calendar.arrivals(hour);
        let maker = workload.clone();
        let source: Source = Arc::new(move |index| numbers.get(usize::try_from(index).ok()?).map(|number| maker.batch(*number)));
        let loaded = load::send(&session.api, source, 0, Pace::Closed { connections: options.connections }, None).await?;
        session.ledger.otlp_bytes += loaded.bytes;
        most_level0 = level0(&session).await?.max(most_level0);
        if (hour + 1).is_multiple_of(24) {
            let day = (hour + 1) / 24;
            say(&format!("day {day}: waiting until no level-0 segment is left"));
            let sent_for = day_started.elapsed().as_secs_f64();
            let limit = options.debt_timeout.0;
            let settled = if limit.is_zero() { limit } else { wait_for_no_debt(&session.api, limit).await? };
            let mut look = look(&session, &workload, &calendar, hour, plan.samples).await?;
            look["day"] = json!(day);
            look["most_level0"] = json!(most_level0);
            look["seconds_sending"] = json!(sent_for.round());
            look["seconds_to_no_debt"] = json!(settled.as_secs_f64().round());
            days.push(look);
            (most_level0, day_started) = (0, Instant::now());
        }
    }
    let late = calendar.rest();
    let maker = workload.clone();
    let source: Source = Arc::new(move |index| late.get(usize::try_from(index).ok()?).map(|number| maker.batch(*number)));
    load::send(&session.api, source, 0, Pace::Closed { connections: options.connections }, None).await?;
    session.ledger.main_batches = workload.batches();
    session.ledger.spans = plan.recipe.spans;
    let counted = session.api.count_spans().await?.saturating_sub(session.spans_before);
    publish(options, &plan, &days, counted)?;
    session.close().await
}

/// Which request arrives in which hour.
struct Calendar {
    per_hour: u64,
    batches: u64,
    rng: Rng,
    /// Requests that arrive in an hour to come, late or again.
    later: BTreeMap<u64, Vec<u64>>,
    /// Late ones that did not arrive yet.
    absent: HashSet<u64>,
}

impl Calendar {
    fn new(workload: &Workload) -> Self {
        let batches = workload.batches();
        let rng = Rng::new(workload.recipe().seed, Stream::Live as u64, u64::MAX);
        Self { per_hour: batches.div_ceil(HOURS), batches, rng, later: BTreeMap::new(), absent: HashSet::new() }
    }

    /// Requests with times before the end of an hour.
    fn due(&self, hour: u64) -> u64 {
        ((hour + 1) * self.batches / HOURS).min(self.batches)
    }

    fn arrivals(&mut self, hour: u64) -> Vec<u64> {
        let first = if hour == 0 { 0 } else { self.due(hour - 1) };
        let mut numbers = Vec::with_capacity(usize::try_from(self.per_hour).unwrap_or_default());
        for number in first..self.due(hour) {
            if self.rng.percent(LATE_PERCENT) {
                let arrives = hour + self.rng.between(1, MAX_LATE_HOURS);
                self.later.entry(arrives).or_default().push(number);
                self.absent.insert(number);
                continue;
            }
            numbers.push(number);
            if self.rng.percent(RESENT_PERCENT) {
                let again = hour + self.rng.between(1, MAX_RESENT_HOURS);
                self.later.entry(again).or_default().push(number);
            }
        }
        for number in self.later.remove(&hour).unwrap_or_default() {
            self.absent.remove(&number);
            numbers.push(number);
        }
        numbers
    }

    /// What arrives after the week.
    fn rest(&mut self) -> Vec<u64> {
        self.absent.clear();
        std::mem::take(&mut self.later).into_values().flatten().collect()
    }
}

async fn level0(session: &Session) -> anyhow::Result<u64> {
    session.api.status().await?["store"]["level0_segments"].as_u64().context("the status says nothing of store.level0_segments")
}

/// The state of the store at the end of a simulated day.
async fn look(session: &Session, workload: &Workload, calendar: &Calendar, hour: u64, samples: usize) -> anyhow::Result<Value> {
    let now_ns = workload.recipe().start_ns + (hour + 1) * HOUR_NS;
    let stored = Stored { batches: calendar.due(hour), absent: calendar.absent.clone(), now_ns };
    let mut queries = json!({});
    for (name, ask) in LOOKS {
        let mut questions = Questions::of(workload, hour, stored.clone());
        let questions = (0..WARM_UPS + samples).map(|_| ask(&mut questions)).collect();
        let (latencies, _) = latencies(&session.api, &Probe { row: "week", questions, least_found: 0 }).await?;
        queries[name] = latencies.describe();
    }
    let disk = session.data_dir().map(|folder| DiskUse::of(&folder)).transpose()?;
    let rss = session.pid().and_then(|pid| process::memory(pid).ok()).map(|memory| memory.rss_mb.round());
    Ok(json!({
        "store": session.api.status().await?["store"],
        "otlp_bytes_sent": session.ledger.otlp_bytes,
        "files": disk.as_ref().map(DiskUse::files),
        "level0_files": disk.as_ref().map(|disk| disk.level0.files),
        "bytes": disk.as_ref().map(DiskUse::compacted_bytes),
        "by_extension": disk.map(|disk| disk.by_extension),
        "rss_mb": rss,
        "queries": queries,
    }))
}

fn publish(options: &BenchOptions, plan: &Plan, days: &[Value], counted: u64) -> anyhow::Result<()> {
    let document = json!({
        "bench": "week", "version": env!("CARGO_PKG_VERSION"), "profile": machine::profile(), "command": machine::command(), "machine": machine::describe(),
        "finished_at": chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "recipe": plan.recipe, "late_percent": LATE_PERCENT, "resent_percent": RESENT_PERCENT,
        "spans_made": plan.recipe.spans, "spans_counted": counted, "days": days,
    });
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&document)? + "\n").with_context(|| format!("--json {}", file.display()))?;
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n{} spans made, {counted} counted at the end\n", machine::command(), plan.recipe.spans)?;
    writeln!(
        out,
        "| day | spans | most level 0 | segments | files | MB | MB / OTLP MB | RSS MB | s to no debt | {} |",
        LOOKS.map(|(name, _)| format!("{name} p50 / p95 ms")).join(" | ")
    )?;
    writeln!(out, "|{}", "---|".repeat(9 + LOOKS.len()))?;
    for day in days {
        let store = &day["store"];
        let mb = |value: &Value| value.as_f64().unwrap_or_default() / 1e6;
        let queries = LOOKS.map(|(name, _)| {
            format!(
                "{:.1} / {:.1}",
                day["queries"][name]["p50"].as_f64().unwrap_or_default(),
                day["queries"][name]["p95"].as_f64().unwrap_or_default()
            )
        });
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {:.0} | {:.3} | {} | {} | {} |",
            day["day"],
            store["spans"],
            day["most_level0"],
            store["compacted_segments"],
            day["files"],
            mb(&day["bytes"]),
            mb(&day["bytes"]) / mb(&day["otlp_bytes_sent"]).max(1e-9),
            day["rss_mb"],
            day["seconds_to_no_debt"],
            queries.join(" | ")
        )?;
    }
    Ok(())
}
