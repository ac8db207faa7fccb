//! One measured query: the same question with other values each time, after some that do not count.

use crate::{
    api::{Api, Ask},
    latency::Latencies,
    report::Report,
};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::time::Instant;

/// Requests that are sent together; the answer is complete when all have come.
pub(crate) type Question = Vec<Ask>;

/// Before the ones that count: connections, caches of the file system, code that was never run.
pub(crate) const WARM_UPS: usize = 2;

pub(crate) struct Probe {
    pub row: &'static str,
    /// The first [`WARM_UPS`] do not count.
    pub questions: Vec<Question>,
    /// Rows that the first request of every question must find: a fast wrong answer is none.
    pub least_found: usize,
}

/// Asks one after the other, as one user does.
pub(crate) async fn measure_probe(report: &mut Report, api: &Api, probe: Probe) {
    match latencies(api, &probe).await {
        Ok((latencies, found)) => {
            let least = found.iter().min().copied().unwrap_or_default();
            if least < probe.least_found {
                report.failed(probe.row, format!("an answer had {least} rows; at least {} are stored", probe.least_found));
                return;
            }
            let mut detail = latencies.describe();
            detail["found"] = json!({"least": least, "most": found.iter().max()});
            detail["example"] = json!(probe.questions.last().map(|question| format!("{question:?}")));
            report.measured(probe.row, latencies.quantile(0.95).unwrap_or(f64::NAN), detail);
        }
        Err(error) => report.failed(probe.row, format!("{error:#}")),
    }
}

/// Of every question that counts: how long it took, and the rows that its first request found.
pub(crate) async fn latencies(api: &Api, probe: &Probe) -> anyhow::Result<(Latencies, Vec<usize>)> {
    let (mut latencies, mut found) = (Latencies::default(), Vec::new());
    for (number, question) in probe.questions.iter().enumerate() {
        let from = Instant::now();
        let answers = try_join_all(question.iter().map(|ask| api.ask(ask))).await?;
        if number >= WARM_UPS {
            latencies.add(from.elapsed());
            found.push(answers.first().map_or(0, |answer| rows(answer)));
        }
    }
    Ok((latencies, found))
}

/// Rows of a list, spans of a trace, requests of a dashboard.
fn rows(answer: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    match ["items", "spans", "rows"].iter().find_map(|list| answer[*list].as_array()) {
        Some(list) => list.len(),
        None => answer["total_requests"].as_u64().and_then(|requests| usize::try_from(requests).ok()).unwrap_or_default(),
    }
}
