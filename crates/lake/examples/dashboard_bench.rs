//! Speed of the dashboard over many spans: its four requests at once, over a day and over all days, from compacted segments.
//!
//! `cargo build --profile fast --workspace --example dashboard_bench`, then `dashboard_bench [SPANS] [DAYS] [ROUNDS]`. Spans have no payload:
//! sums do not look at it. The mix is that of `bench/tools/corpus.py`: models, environments, users, sessions, agents with tools.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first failure")]

#[path = "../src/testing/catalog.rs"]
#[allow(dead_code, reason = "made for tests, which also inject failures")]
mod catalog;

use lake::{Lake, LakeConfig};
use model::{
    Money, ProjectId, SpanId, TimeRange, Timestamp, TraceId,
    filter::{Filter, parse},
    ports::{Maintenance, TelemetryStore},
    query::{DashboardQuery, GroupBy, Interval, TimeseriesQuery},
    telemetry::{Incoming, RowBatch, RowKind, Span, SpanKind, Status, TokenBuckets, TokenUsage, UsageSplit},
    time::{NANOS_PER_DAY, NANOS_PER_HOUR, NANOS_PER_SECOND},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const BATCH: usize = 5_000;
const MODELS: [(&str, &str, u64); 6] = [
    ("openai", "gpt-4o", 40),
    ("openai", "gpt-4o-mini", 65),
    ("anthropic", "claude-sonnet-4-5", 85),
    ("gcp.gemini", "gemini-2.5-pro", 93),
    ("mistral_ai", "mistral-large-latest", 97),
    ("deepseek", "deepseek-chat", 100),
];

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

fn blank(random: &mut Random, name: &str, kind: SpanKind, start: Timestamp, millis: u64) -> Span {
    let id = random.below(u64::MAX) | 1;
    let trace = TraceId::from_bytes(((u128::from(id) << 64) | u128::from(random.below(u64::MAX))).to_be_bytes()).unwrap();
    let mut span = Span::new(trace, SpanId::from_bytes(id.to_be_bytes()).unwrap(), name, start);
    span.end_at(start.saturating_add_nanos(millis as i64 * 1_000_000 + random.below(1_000_000) as i64));
    span.kind = kind;
    span.status = Status::Ok;
    span.service = Some("shop-assistant".into());
    span
}

/// A call of a model, or one in two times something around it.
fn any_span(random: &mut Random, day: Timestamp) -> Span {
    let start = day.saturating_add_nanos(random.below(NANOS_PER_DAY as u64) as i64);
    if random.below(100) < 45 {
        let kind = if random.below(2) == 0 { SpanKind::Agent } else { SpanKind::Tool };
        let millis = random.below(900) + 20;
        return blank(random, "around", kind, start, millis);
    }
    let place = random.below(100);
    let (provider, model, _) = MODELS.iter().find(|(_, _, upto)| place < *upto).unwrap();
    let (input, output) = (50 + random.below(6_000), 50 + random.below(325));
    let millis = 300 + output * (4 + random.below(10));
    let mut span = blank(random, "chat", SpanKind::Llm, start, millis);
    span.status = if random.below(50) == 0 { Status::Error } else { Status::Ok };
    span.provider = Some((*provider).into());
    span.request_model = Some((*model).into());
    span.response_model = Some((*model).into());
    span.environment = Some(["production", "production", "production", "production", "staging", "dev"][random.below(6) as usize].into());
    span.user_id = Some(format!("user-{:05}", random.below(5_000)));
    span.session_id = Some(format!("sess-{:06}", random.below(20_000)));
    span.time_to_first_token_ms = (random.below(2) == 0).then(|| 80.0 + random.below(700_000) as f64 / 1_000.0);
    let cached = (random.below(10) < 4).then_some(input / 2);
    let buckets = TokenBuckets {
        input_uncached: Some(input - cached.unwrap_or(0)),
        cache_read: cached,
        output_text: Some(output),
        ..TokenBuckets::default()
    };
    span.usage = TokenUsage::from_buckets(buckets, UsageSplit::Exact, None);
    span.cost.total_usd = Some(Money::from_picodollars(i128::from(input) * 2_500_000 + i128::from(output) * 10_000_000));
    span
}

async fn fill(lake: &Lake, project: ProjectId, first_day: Timestamp, days: i64, spans: usize) {
    let (mut random, started) = (Random(0x9E37_79B9_7F4A_7C15), Instant::now());
    for day in 0..days {
        let start = first_day.saturating_add_nanos(day * NANOS_PER_DAY);
        let mut left = spans / days as usize;
        while left > 0 {
            let rows = left.min(BATCH);
            let mut batch = RowBatch::new(project);
            batch.spans = (0..rows).map(|_| Incoming::new(any_span(&mut random, start), None)).collect();
            lake.commit(batch).await.unwrap();
            left -= rows;
        }
        while lake.compact(true).await.unwrap().more {}
    }
    println!("filled in {:.0?}", started.elapsed());
}

/// The four requests of the overview page.
async fn dashboard(lake: &Lake, project: ProjectId, range: TimeRange, filter: &Filter) -> [Duration; 5] {
    let started = Instant::now();
    let of = |group_by| TimeseriesQuery {
        project,
        range,
        filter: filter.clone(),
        interval: Interval::for_range(&range),
        group_by,
        max_series: 10,
    };
    let query = DashboardQuery { project, range, filter: filter.clone() };
    let timed = async |request: &mut (dyn Future<Output = ()> + Send + Unpin)| {
        request.await;
        started.elapsed()
    };
    let mut tiles = Box::pin(async { _ = lake.dashboard(query.clone()).await.unwrap() });
    let mut total = Box::pin(async { drop(lake.timeseries(of(None)).await.unwrap()) });
    let mut by_model = Box::pin(async { drop(lake.timeseries(of(Some(GroupBy::Model))).await.unwrap()) });
    let mut providers = Box::pin(async { drop(lake.providers(query.clone()).await.unwrap()) });
    let (tiles, total, by_model, providers) =
        tokio::join!(timed(&mut tiles), timed(&mut total), timed(&mut by_model), timed(&mut providers));
    [started.elapsed(), tiles, total, by_model, providers]
}

/// What this process has used so far, on Linux; to tell a slow machine from slow code.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn sidecar_bytes(dir: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    let bytes = entries.map(|entry| match entry.path() {
        path if path.is_dir() => sidecar_bytes(&path),
        path if path.extension().is_some_and(|extension| extension == "sidecar") => entry.metadata().unwrap().len(),
        _ => 0,
    });
    bytes.sum()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<i64>().unwrap());
    let spans = arguments.next().unwrap_or(10_000_000) as usize;
    let days = arguments.next().unwrap_or(30);
    let rounds = arguments.next().unwrap_or(40) as usize;
    let directory = tempfile::tempdir().unwrap();
    let mut config = LakeConfig::new(directory.path(), 2 << 30);
    config.compaction.max_decoded_bytes = 1 << 30;
    let catalog = catalog::MemoryCatalog::new();
    let lake = Lake::open(config.clone(), Arc::clone(&catalog) as _).await.unwrap();
    let project = ProjectId::generate();
    let first_day = Timestamp::now().floor_to(NANOS_PER_DAY).saturating_add_nanos(-days * NANOS_PER_DAY);
    fill(&lake, project, first_day, days, spans).await;
    lake.collect_garbage().await.unwrap();
    let stats = lake.stats().await.unwrap();
    println!("{} spans in {} segments, {} level-0", stats.spans, stats.compacted_segments, stats.level0_segments);
    println!("sidecars: {:.2} bytes per span", sidecar_bytes(directory.path()) as f64 / stats.spans as f64);
    lake.shutdown().await;

    let end = first_day.saturating_add_nanos(days * NANOS_PER_DAY);
    for (label, nanos) in [("24 h", NANOS_PER_DAY - NANOS_PER_HOUR), ("all", days * NANOS_PER_DAY - NANOS_PER_HOUR)] {
        for text in ["", "model:gpt-4o -env:dev"] {
            let filter = parse(text, RowKind::Span).unwrap();
            let lake = Lake::open(config.clone(), Arc::clone(&catalog) as _).await.unwrap();
            let before = cpu_time();
            let mut times: Vec<[Duration; 5]> = Vec::new();
            for round in 0..rounds as i64 {
                // Never the same range twice, and no end on a minute.
                let to = end.saturating_add_nanos(-(round * 37 + 11) * NANOS_PER_SECOND);
                let range = TimeRange { from: to.saturating_add_nanos(-nanos), to };
                times.push(dashboard(&lake, project, range, &filter).await);
            }
            let used = (cpu_time() - before) / (rounds as u32).max(1);
            let cold = times.remove(0);
            let at = |column: usize, share: f64| {
                let mut column: Vec<Duration> = times.iter().map(|row| row[column]).collect();
                column.sort_unstable();
                column[((column.len() - 1) as f64 * share) as usize]
            };
            println!("{label:>5} {text:<22} cold {:.1?}, p50 {:.1?}, p95 {:.1?}, CPU {used:.1?}", cold[0], at(0, 0.5), at(0, 0.95));
            for (column, name) in ["tiles", "total", "by model", "providers"].into_iter().enumerate() {
                println!("        {name:<10} p50 {:.1?}, p95 {:.1?}", at(column + 1, 0.5), at(column + 1, 0.95));
            }
            lake.shutdown().await;
        }
    }
}
