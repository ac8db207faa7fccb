//! The report: one row for everything in the budget, as a table and as JSON.

use crate::{
    budget::{ROWS, RowSpec, Target},
    machine,
    options::BenchOptions,
    session::Session,
};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::{collections::HashMap, io::Write as _};

/// Spans and cores that the targets speak of.
const TARGET_SPANS: u64 = 10_000_000;
const TARGET_CORES: usize = 2;

enum Outcome {
    Measured {
        value: f64,
        detail: Value,
    },
    /// It was tried, and this went wrong.
    Failed(String),
    /// It was not tried, for this reason.
    Skipped(String),
}

/// Rows by name, as they come in.
#[derive(Default)]
pub(crate) struct Report {
    outcomes: HashMap<&'static str, Outcome>,
}

impl Report {
    pub(crate) fn measured(&mut self, row: &'static str, value: f64, detail: Value) {
        self.outcomes.insert(row, Outcome::Measured { value, detail });
    }

    pub(crate) fn failed(&mut self, row: &'static str, reason: String) {
        self.outcomes.insert(row, Outcome::Failed(reason));
    }

    pub(crate) fn skipped(&mut self, row: &'static str, reason: impl Into<String>) {
        self.outcomes.insert(row, Outcome::Skipped(reason.into()));
    }

    /// Skips every row of a group that has no outcome yet.
    pub(crate) fn skip_group(&mut self, group: &str, reason: &str) {
        for row in ROWS.iter().filter(|row| row.name.starts_with(group)) {
            self.outcomes.entry(row.name).or_insert_with(|| Outcome::Skipped(reason.to_owned()));
        }
    }

    /// Prints the table, and writes the JSON where the options say.
    pub(crate) fn publish(&self, options: &BenchOptions, session: &Session) -> anyhow::Result<()> {
        let document = self.document(options, session);
        if let Some(file) = &options.json {
            let text = serde_json::to_string_pretty(&document)?;
            std::fs::write(file, text + "\n").with_context(|| format!("--json {}", file.display()))?;
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", head(&document))?;
        for row in ROWS.iter().filter(|row| options.wants(row.name)) {
            writeln!(out, "{}", self.line(row))?;
        }
        Ok(())
    }

    fn document(&self, options: &BenchOptions, session: &Session) -> Value {
        let rows: Vec<Value> = ROWS.iter().map(|row| self.row(row, options.wants(row.name))).collect();
        let ledger = &session.ledger;
        json!({
            "bench": "budget",
            "version": env!("CARGO_PKG_VERSION"),
            "profile": machine::profile(),
            "command": machine::command(),
            "finished_at": chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "machine": machine::describe(),
            "workload": {
                "recipe": ledger.recipe,
                "spans_stored": ledger.spans,
                "otlp_bytes": ledger.otlp_bytes,
                "bytes_per_span": ledger.otlp_bytes as f64 / ledger.spans.max(1) as f64,
            },
            "targets": {"spans": TARGET_SPANS, "cores": TARGET_CORES},
            "server_memory": options.url.is_none().then_some(&options.memory),
            "rows": rows,
        })
    }

    fn row(&self, spec: &RowSpec, is_wanted: bool) -> Value {
        let target = match spec.target {
            Target::AtLeast(value) => json!({"at_least": value}),
            Target::AtMost(value) => json!({"at_most": value}),
            Target::None => Value::Null,
        };
        let (value, detail, note) = match self.outcomes.get(spec.name) {
            Some(Outcome::Measured { value, detail }) => (json!(rounded(*value)), detail.clone(), Value::Null),
            Some(Outcome::Failed(reason) | Outcome::Skipped(reason)) => (Value::Null, Value::Null, json!(reason)),
            None => (Value::Null, Value::Null, Value::Null),
        };
        json!({"name": spec.name, "what": spec.what, "unit": spec.unit, "target": target, "measured": value, "verdict": self.verdict(spec, is_wanted), "detail": detail, "note": note})
    }

    fn verdict(&self, spec: &RowSpec, is_wanted: bool) -> &'static str {
        match (self.outcomes.get(spec.name), spec.target) {
            (Some(Outcome::Measured { value, .. }), Target::AtLeast(target)) => verdict(*value >= target),
            (Some(Outcome::Measured { value, .. }), Target::AtMost(target)) => verdict(*value <= target),
            (Some(Outcome::Measured { .. }), Target::None) => "measured",
            (Some(Outcome::Failed(_)), _) => "failed",
            (Some(Outcome::Skipped(_)), _) => "not measured",
            (None, _) if is_wanted => "not measured",
            (None, _) => "not asked for",
        }
    }

    fn line(&self, spec: &RowSpec) -> String {
        let target = match spec.target {
            Target::AtLeast(value) => format!("≥ {}", figure(value)),
            Target::AtMost(value) => format!("≤ {}", figure(value)),
            Target::None => String::new(),
        };
        let (value, note) = match self.outcomes.get(spec.name) {
            Some(Outcome::Measured { value, detail }) => (figure(*value), quantiles(detail)),
            Some(Outcome::Failed(reason) | Outcome::Skipped(reason)) => ("-".to_owned(), reason.clone()),
            None => ("-".to_owned(), String::new()),
        };
        format!("| {} | {} | {target} | {value} | {} | {} | {note} |", spec.name, spec.what, spec.unit, self.verdict(spec, true))
    }
}

fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "ok" } else { "missed" }
}

/// What stands above the table.
fn head(document: &Value) -> String {
    let machine = &document["machine"];
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let spans = document["workload"]["spans_stored"].as_u64().unwrap_or_default();
    let mut head = format!(
        "{}\n\n{} cores, {}, {:.1} GB, Linux {}; version {}, profile {}; {}\n{spans} spans of {:.0} OTLP bytes",
        text(&document["command"]),
        machine["cores"],
        text(&machine["cpu"]),
        machine["memory_bytes"].as_f64().unwrap_or_default() / 1e9,
        text(&machine["kernel"]),
        text(&document["version"]),
        text(&document["profile"]),
        text(&document["finished_at"]),
        document["workload"]["bytes_per_span"].as_f64().unwrap_or_default(),
    );
    if spans < TARGET_SPANS {
        head.push_str(&format!("; targets of queries and disk speak of {TARGET_SPANS} spans"));
    }
    head + "\n\n| name | what | target | measured | unit | verdict | detail |\n|---|---|---|---|---|---|---|"
}

fn quantiles(detail: &Value) -> String {
    let (p50, p95, max) = (&detail["p50"], &detail["p95"], &detail["max"]);
    match p50.as_f64() {
        Some(_) => format!("p50 {p50}, p95 {p95}, max {max}, n {}", detail["samples"]),
        None => detail["note"].as_str().unwrap_or_default().to_owned(),
    }
}

fn rounded(value: f64) -> f64 {
    let digits = if value.abs() >= 100.0 { 1.0 } else { 1_000.0 };
    (value * digits).round() / digits
}

fn figure(value: f64) -> String {
    rounded(value).to_string()
}
