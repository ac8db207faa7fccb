//! The command line of `telltale bench`, and the plan that follows from it.

use crate::{
    budget,
    units::{self, Span},
    workload::{Order, Recipe},
};
use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, time::Duration};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Measure every row of the budget.
    Budget,
    /// Send a week of simulated traffic, hour by hour, and print how files, bytes and query latencies develop.
    Week,
    /// Write the workload as OTLP requests into --out, for other senders.
    Write,
}

/// How much of everything, where no other option says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scale {
    /// 20,000 spans, in about a minute: does it work at all?
    Quick,
    /// 1,000,000 spans.
    Standard,
    /// 10,000,000 spans and a sustained hour: what the budget speaks of.
    Full,
}

/// Settings of `bench`. Their names begin with `bench_`: nothing that configures a server, in its file or environment, may ever point a
/// benchmark at it.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Without --url a server of its own is started on a free port and a fresh folder. Rows of --only are names or beginnings of names:\n  \
                        start idle burst ack visible exact sustained debt disk latest dashboard trace search sql wide memory\n\
                        A report without every row, or with fewer spans than the targets speak of (10 M), says so."
)]
pub struct BenchOptions {
    /// What to do.
    #[arg(id = "bench_mode", env = "TELLTALE_BENCH_MODE", default_value = "budget", value_name = "MODE")]
    pub(crate) mode: Mode,

    /// Presets for --spans, --burst, --sustain, --wide-trace and --samples.
    #[arg(id = "bench_scale", long = "scale", env = "TELLTALE_BENCH_SCALE", default_value = "standard", value_name = "SCALE")]
    pub(crate) scale: Scale,

    /// Spans to store, such as 20k or 10M. Default: by --scale.
    #[arg(id = "bench_spans", long = "spans", env = "TELLTALE_BENCH_SPANS", value_parser = units::count, value_name = "N")]
    pub(crate) spans: Option<u64>,

    /// Mean OTLP bytes of a span. Texts get shorter or longer; at least about 1,400.
    #[arg(id = "bench_span_bytes", long = "span-bytes", env = "TELLTALE_BENCH_SPAN_BYTES", default_value = "6200", value_parser = units::count, value_name = "N")]
    pub(crate) span_bytes: u64,

    /// Spans of one request.
    #[arg(id = "bench_batch", long = "batch", env = "TELLTALE_BENCH_BATCH", default_value = "200", value_parser = units::count, value_name = "N")]
    pub(crate) batch: u64,

    /// The same seed makes the same spans (their times end now).
    #[arg(id = "bench_seed", long = "seed", env = "TELLTALE_BENCH_SEED", default_value = "7", value_name = "N")]
    pub(crate) seed: u64,

    /// The spans' start times lie in this time, which ends now.
    #[arg(id = "bench_spread", long = "spread", env = "TELLTALE_BENCH_SPREAD", default_value = "30d", value_name = "DURATION")]
    pub(crate) spread: Span,

    /// Whether requests arrive in the order of their times, as traffic does.
    #[arg(id = "bench_order", long = "order", env = "TELLTALE_BENCH_ORDER", default_value = "time", value_name = "ORDER")]
    pub(crate) order: Order,

    /// Measure a server that runs already, such as http://127.0.0.1:8001. Its process and folder cannot be measured then.
    #[arg(id = "bench_url", long = "url", env = "TELLTALE_BENCH_URL", value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Key for the server of --url, with the scopes ingest, read and admin.
    #[arg(id = "bench_key", long = "key", env = "TELLTALE_BENCH_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) key: Option<String>,

    /// Folder for the server that is started: new or empty, or one that a benchmark left with --keep, which is then measured as it is. Default: a temporary one.
    #[arg(id = "bench_data_dir", long = "data-dir", env = "TELLTALE_BENCH_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Leave the data folder where it is.
    #[arg(id = "bench_keep", long = "keep", env = "TELLTALE_BENCH_KEEP", requires = "bench_data_dir")]
    pub(crate) keep: bool,

    /// Memory of the server that is started, as its own --memory.
    #[arg(id = "bench_memory", long = "memory", env = "TELLTALE_BENCH_MEMORY", default_value = "1GiB", value_name = "SIZE")]
    pub(crate) memory: String,

    /// Connections that send as fast as they are answered.
    #[arg(id = "bench_connections", long = "connections", env = "TELLTALE_BENCH_CONNECTIONS", default_value = "4", value_name = "N")]
    pub(crate) connections: usize,

    /// Longest time of the burst. It takes at most half of the spans. Default: by --scale.
    #[arg(id = "bench_burst", long = "burst", env = "TELLTALE_BENCH_BURST", value_name = "DURATION")]
    pub(crate) burst: Option<Span>,

    /// Spans a second of sustained load, on a timetable whatever the answers.
    #[arg(id = "bench_rate", long = "rate", env = "TELLTALE_BENCH_RATE", default_value = "6000", value_parser = units::count, value_name = "N")]
    pub(crate) rate: u64,

    /// Time of sustained load, in addition to --spans. 0s: none. Default: by --scale.
    #[arg(id = "bench_sustain", long = "sustain", env = "TELLTALE_BENCH_SUSTAIN", value_name = "DURATION")]
    pub(crate) sustain: Option<Span>,

    /// Spans of the one large trace. Default: by --scale.
    #[arg(id = "bench_wide_trace", long = "wide-trace", env = "TELLTALE_BENCH_WIDE_TRACE", value_parser = units::count, value_name = "N")]
    pub(crate) wide_trace: Option<u64>,

    /// Measurements of each query, each with other values, after two that do not count. Default: 20, or 5 with --scale quick.
    #[arg(id = "bench_samples", long = "samples", env = "TELLTALE_BENCH_SAMPLES", value_name = "N")]
    pub(crate) samples: Option<usize>,

    /// Longest wait for compaction to catch up. 0s: do not wait, and measure queries with whatever debt there is.
    #[arg(
        id = "bench_debt_timeout",
        long = "debt-timeout",
        env = "TELLTALE_BENCH_DEBT_TIMEOUT",
        default_value = "30m",
        value_name = "DURATION"
    )]
    pub(crate) debt_timeout: Span,

    /// Only these rows, by name or beginning of a name, separated by commas.
    #[arg(id = "bench_only", long = "only", env = "TELLTALE_BENCH_ONLY", value_delimiter = ',', value_name = "NAMES")]
    pub(crate) only: Vec<String>,

    /// Write the report as JSON too.
    #[arg(id = "bench_json", long = "json", env = "TELLTALE_BENCH_JSON", value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Folder for `bench write`.
    #[arg(id = "bench_out", long = "out", env = "TELLTALE_BENCH_OUT", value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What the presets of --scale and the options come to.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub recipe: Recipe,
    pub burst: Duration,
    pub sustain: Duration,
    pub wide_trace: u64,
    pub samples: usize,
    /// How long an idle server is watched.
    pub idle: Duration,
}

struct Preset {
    spans: u64,
    burst_s: u64,
    sustain_s: u64,
    wide_trace: u64,
    samples: usize,
    idle_s: u64,
}

impl Scale {
    fn preset(self) -> Preset {
        match self {
            Self::Quick => Preset { spans: 20_000, burst_s: 10, sustain_s: 3, wide_trace: 2_000, samples: 5, idle_s: 2 },
            Self::Standard => Preset { spans: 1_000_000, burst_s: 60, sustain_s: 60, wide_trace: 100_000, samples: 20, idle_s: 10 },
            Self::Full => Preset { spans: 10_000_000, burst_s: 60, sustain_s: 3_600, wide_trace: 100_000, samples: 20, idle_s: 30 },
        }
    }
}

/// A request of more would be over the server's limit on bodies.
const MAX_BATCH_BYTES: u64 = 48 << 20;
const MAX_CONNECTIONS: usize = 256;
const MAX_SAMPLES: usize = 10_000;

impl BenchOptions {
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        let preset = self.scale.preset();
        let spans = self.spans.unwrap_or(preset.spans);
        ensure!(spans > 0, "--spans: expected at least 1");
        ensure!(
            self.batch > 0 && self.batch.saturating_mul(self.span_bytes) <= MAX_BATCH_BYTES,
            "--batch: expected 1 to {} spans of this size",
            MAX_BATCH_BYTES / self.span_bytes.max(1)
        );
        ensure!((1..=MAX_CONNECTIONS).contains(&self.connections), "--connections: expected 1 to {MAX_CONNECTIONS}");
        let samples = self.samples.unwrap_or(preset.samples);
        ensure!((1..=MAX_SAMPLES).contains(&samples), "--samples: expected 1 to {MAX_SAMPLES}");
        ensure!(self.rate > 0, "--rate: expected at least 1");
        ensure!(self.url.is_none() || self.data_dir.is_none(), "--data-dir is for a server that is started: leave it out with --url");
        ensure!(self.mode != Mode::Write || self.out.is_some(), "--out: expected a folder to write to");
        for name in &self.only {
            if !budget::ROWS.iter().any(|row| row.name.starts_with(name.as_str())) {
                let names: Vec<_> = budget::ROWS.iter().map(|row| row.name).collect();
                bail!("--only: no row is called {name:?}; there are {}", names.join(", "));
            }
        }
        let end_ns = u64::try_from(chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default())?;
        let recipe = Recipe {
            seed: self.seed,
            spans,
            batch: self.batch,
            span_bytes: self.span_bytes,
            order: self.order,
            start_ns: end_ns.saturating_sub(u64::try_from(self.spread.0.as_nanos())?),
            end_ns,
        };
        Ok(Plan {
            recipe,
            burst: self.burst.map_or(Duration::from_secs(preset.burst_s), |burst| burst.0),
            sustain: self.sustain.map_or(Duration::from_secs(preset.sustain_s), |sustain| sustain.0),
            wide_trace: self.wide_trace.unwrap_or(preset.wide_trace),
            samples,
            idle: Duration::from_secs(preset.idle_s),
        })
    }

    /// Whether a row is asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| row.starts_with(name.as_str()))
    }

    /// Whether any row of a group is asked for.
    pub(crate) fn wants_any(&self, group: &str) -> bool {
        budget::ROWS.iter().any(|row| row.name.starts_with(group) && self.wants(row.name))
    }
}
