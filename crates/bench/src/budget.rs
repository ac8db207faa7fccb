//! Every row of the report: what is measured, in which unit, and what it must reach.

/// What a row must reach, at 10 M spans on two cores with the driver on the same machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Measured to be known.
    None,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RowSpec {
    /// Stable: scripts and `--only` refer to it.
    pub name: &'static str,
    pub what: &'static str,
    pub unit: &'static str,
    pub target: Target,
}

const fn row(name: &'static str, what: &'static str, unit: &'static str, target: Target) -> RowSpec {
    RowSpec { name, what, unit, target }
}

use Target::{AtLeast, AtMost, None};

pub(crate) const ROWS: &[RowSpec] = &[
    row("start.empty", "ready after start, empty", "s", AtMost(0.3)),
    row("idle.memory", "RSS of an idle, empty server", "MB", AtMost(60.0)),
    row("idle.cpu", "CPU of an idle, empty server", "%", AtMost(0.5)),
    row("burst", "durable, acknowledged OTLP ingest, burst", "spans/s", AtLeast(25_000.0)),
    row("ack.p99", "acknowledgement at half of the burst's rate, p99", "ms", AtMost(100.0)),
    row("visible", "acknowledged, but not in the next query", "requests", AtMost(0.0)),
    row("exact", "spans acknowledged and not counted, or counted twice", "spans", AtMost(0.0)),
    row("debt", "end of load to no level-0 segment", "s", None),
    row("disk.total", "disk after compaction, with the index, by OTLP bytes", "ratio", AtMost(0.18)),
    row("disk.data", "the same without index and sidecars", "ratio", AtMost(0.10)),
    row("latest.all", "latest 50, no filter, p95", "ms", AtMost(50.0)),
    row("latest.model", "latest 50, model, p95", "ms", AtMost(50.0)),
    row("latest.error", "latest 50, status:error, p95", "ms", AtMost(50.0)),
    row("latest.user", "latest 50, user, p95", "ms", AtMost(50.0)),
    row("latest.session", "latest 50, session, p95", "ms", AtMost(50.0)),
    row("latest.cost", "latest 50, cost above, p95", "ms", AtMost(50.0)),
    row("latest.env_model", "latest 50, environment and model, p95", "ms", AtMost(50.0)),
    row("latest.traces", "latest 50 traces, p95", "ms", AtMost(50.0)),
    row("dashboard.24h", "whole dashboard over 24 h, p95", "ms", AtMost(200.0)),
    row("dashboard.30d", "whole dashboard over 30 d, p95", "ms", AtMost(500.0)),
    row("trace", "trace by id without a time hint, p95", "ms", AtMost(20.0)),
    row("search.rare_word", "newest 50 hits, word of one trace, p95", "ms", AtMost(300.0)),
    row("search.word", "newest 50 hits, uncommon word, p95", "ms", AtMost(300.0)),
    row("search.common_word", "newest 50 hits, common word, p95", "ms", AtMost(300.0)),
    row("search.phrase", "newest 50 hits, phrase of three words, p95", "ms", AtMost(300.0)),
    row("search.prefix", "newest 50 hits, prefix, p95", "ms", AtMost(300.0)),
    row("search.regex", "newest 50 hits, pattern that holds a literal, p95", "ms", AtMost(300.0)),
    row("search.filtered", "newest 50 hits, word with model and environment, p95", "ms", AtMost(300.0)),
    row("sql", "SQL, all spans by model with p95, p95", "ms", None),
    row("wide", "first page of a very large trace, p95", "ms", AtMost(500.0)),
    row("start.full", "ready after start, full", "s", AtMost(2.0)),
    row("idle_full.memory", "RSS of an idle, full server", "MB", AtMost(60.0)),
    row("idle_full.cpu", "CPU of an idle, full server", "%", AtMost(0.5)),
    row("sustained", "durable, acknowledged OTLP ingest, sustained", "spans/s", AtLeast(6_000.0)),
    row("sustained.ack_p99", "acknowledgement under sustained load, p99", "ms", None),
    row("sustained.dashboard", "whole dashboard over 24 h under sustained load, p95", "ms", None),
    row("sustained.latest", "latest 50 under sustained load, p95", "ms", None),
    row("sustained.debt", "most level-0 segments under sustained load", "segments", AtMost(4_095.0)),
    row("memory", "highest RSS of all", "MB", AtMost(1_073.7)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_distinct() {
        assert_eq!(ROWS.iter().map(|row| row.name).collect::<HashSet<_>>().len(), ROWS.len());
    }
}
