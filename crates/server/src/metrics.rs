//! Numbers about ourselves, for `/metrics` (Prometheus text format). Labels are bounded: routes, kinds and statuses, never ids or names.

use crate::proxy::ProxyMetrics;
use parking_lot::Mutex;
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// Upper bounds of the duration buckets, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, Default)]
struct Histogram {
    counts: [u64; BOUNDS.len()],
    total: u64,
    sum: f64,
}

impl Histogram {
    fn observe(&mut self, seconds: f64) {
        if let Some(bucket) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.counts[bucket] += 1;
        }
        self.total += 1;
        self.sum += seconds;
    }

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let mut cumulative = 0;
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, count) in BOUNDS.iter().zip(self.counts) {
            cumulative += count;
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {cumulative}");
        }
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", self.total);
        let _ = writeln!(out, "{name}_sum{braced} {}", self.sum);
        let _ = writeln!(out, "{name}_count{braced} {}", self.total);
    }
}

/// (method, route, status).
type RequestLabels = (String, String, u16);

/// Counters of this process since its start.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<RequestLabels, Histogram>>,
    commits: Mutex<Histogram>,
    /// By kind of row.
    rows: Mutex<BTreeMap<&'static str, u64>>,
    /// By kind of row: refused one by one, with the rest of their request kept.
    rejected: Mutex<BTreeMap<&'static str, u64>>,
    /// By route: bytes of bodies after decompression.
    bytes: Mutex<BTreeMap<&'static str, u64>>,
    pub(crate) proxy: ProxyMetrics,
}

impl Metrics {
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        // Methods are anybody's text; these are the ones we route.
        let method = if matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") { method } else { "other" };
        let labels = (method.to_owned(), route.to_owned(), status);
        self.requests.lock().entry(labels).or_default().observe(took.as_secs_f64());
    }

    /// A commit that was acknowledged, and how long it took.
    pub fn commit(&self, took: Duration) {
        self.commits.lock().observe(took.as_secs_f64());
    }

    /// Rows that were stored. `kind` is `RowKind::as_str`.
    pub fn ingest_rows(&self, kind: &'static str, rows: u64) {
        *self.rows.lock().entry(kind).or_default() += rows;
    }

    pub fn ingest_rejected(&self, kind: &'static str, rows: u64) {
        *self.rejected.lock().entry(kind).or_default() += rows;
    }

    pub fn ingest_bytes(&self, route: &'static str, bytes: u64) {
        *self.bytes.lock().entry(route).or_default() += bytes;
    }

    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        head(&mut out, "telltale_http_request_duration_seconds", "histogram", "Time until an answer starts.");
        for ((method, route, status), histogram) in &*self.requests.lock() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            histogram.write(&mut out, "telltale_http_request_duration_seconds", &labels);
        }
        head(&mut out, "telltale_commit_duration_seconds", "histogram", "Time until a batch is durable and visible.");
        self.commits.lock().write(&mut out, "telltale_commit_duration_seconds", "");
        counters(&mut out, "telltale_ingest_rows_total", "Rows stored, by kind.", "kind", &self.rows.lock());
        counters(&mut out, "telltale_ingest_rejected_total", "Rows refused, by kind.", "kind", &self.rejected.lock());
        counters(&mut out, "telltale_ingest_bytes_total", "Bytes of bodies after decompression, by route.", "route", &self.bytes.lock());
        self.proxy.render(&mut out);
        out
    }
}

pub(crate) fn gauge(out: &mut String, name: &str, help: &str, value: impl std::fmt::Display) {
    head(out, name, "gauge", help);
    let _ = writeln!(out, "{name} {value}");
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn counters(out: &mut String, name: &str, help: &str, label: &str, values: &BTreeMap<&'static str, u64>) {
    labelled(out, name, "counter", help, label, values.iter().map(|(key, value)| (*key, *value)));
}

/// One line per value of the label.
pub(crate) fn labelled<'a>(
    out: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    label: &str,
    values: impl IntoIterator<Item = (&'a str, u64)>,
) {
    head(out, name, kind, help);
    for (key, value) in values {
        let _ = writeln!(out, "{name}{{{label}=\"{key}\"}} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_in_infinity() {
        let metrics = Metrics::default();
        for millis in [1, 4, 60_000] {
            metrics.commit(Duration::from_millis(millis));
        }
        let text = metrics.render();
        for line in [
            "telltale_commit_duration_seconds_bucket{le=\"0.001\"} 1",
            "telltale_commit_duration_seconds_bucket{le=\"0.005\"} 2",
            "telltale_commit_duration_seconds_bucket{le=\"30\"} 2",
            "telltale_commit_duration_seconds_bucket{le=\"+Inf\"} 3",
            "telltale_commit_duration_seconds_count 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
        }
    }
}
