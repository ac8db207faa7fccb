//! The questions of a dashboard's user about the workload, with other values each time.

use super::Question;
use crate::{
    api::Ask,
    measure::ingest::{hex, now_ns},
    workload::{Rng, Stream, TraceNote, Workload},
};
use std::collections::HashSet;

const HOUR_NS: u64 = 3_600_000_000_000;
const DAY_NS: u64 = 24 * HOUR_NS;
/// What the dashboard lists as recent activity.
const REQUESTS_ONLY: &str = "kind:(llm OR embedding OR reranker)";
const RECENT: u64 = 14;
const MODELS: [&str; 4] = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-pro"];
const ENVIRONMENTS: [&str; 3] = ["production", "staging", "dev"];
/// Ranks of words that are in every other text, and of those in few.
const COMMON_RANKS: (u64, u64) = (20, 200);
const UNCOMMON_RANKS: (u64, u64) = (2_000, 6_000);

/// Makes questions about one store.
pub(crate) struct Questions<'a> {
    workload: &'a Workload,
    rng: Rng,
    /// The end of what is stored, in requests and in time.
    stored: Stored,
}

/// What a store holds of a workload.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub batches: u64,
    /// Of these, the ones that did not arrive yet.
    pub absent: HashSet<u64>,
    pub now_ns: u64,
}

impl<'a> Questions<'a> {
    /// `number` makes different questions of the same workload.
    pub(crate) fn new(workload: &'a Workload, number: u64) -> Self {
        Self::of(workload, number, Stored { batches: workload.batches(), absent: HashSet::new(), now_ns: now_ns() })
    }

    pub(crate) fn of(workload: &'a Workload, number: u64, stored: Stored) -> Self {
        Self { workload, rng: Rng::new(workload.recipe().seed, Stream::Queries as u64, number), stored }
    }

    pub(crate) fn latest(&mut self, filter: &str) -> Question {
        vec![self.list("/api/v1/spans", filter)]
    }

    pub(crate) fn latest_traces(&mut self) -> Question {
        vec![self.list("/api/v1/traces", "")]
    }

    pub(crate) fn filter_by_model(&mut self) -> String {
        format!("model:{}", self.pick(&MODELS))
    }

    pub(crate) fn filter_by_environment_and_model(&mut self) -> String {
        format!("env:{} model:{}", self.pick(&ENVIRONMENTS), self.pick(&MODELS))
    }

    pub(crate) fn filter_by_user(&mut self) -> String {
        format!("user:user-{:05}", self.rng.below(5_000))
    }

    pub(crate) fn filter_by_session(&mut self) -> String {
        format!("session:sess-{:06}", self.rng.below(20_000))
    }

    pub(crate) fn filter_by_cost(&mut self) -> String {
        format!("cost>0.0{:03}", self.rng.between(50, 250))
    }

    pub(crate) fn trace(&mut self) -> Question {
        vec![Ask::get(format!("/api/v1/traces/{}", hex(&self.stored().id)), [])]
    }

    pub(crate) fn whole_trace(&self, spans: u64) -> Question {
        vec![Ask::get(format!("/api/v1/traces/{}", hex(&self.workload.wide_trace(spans).id())), [])]
    }

    pub(crate) fn rare_word(&mut self) -> String {
        self.stored().ticket
    }

    pub(crate) fn common_word(&mut self) -> String {
        self.word(COMMON_RANKS)
    }

    pub(crate) fn uncommon_word(&mut self) -> String {
        self.word(UNCOMMON_RANKS)
    }

    pub(crate) fn phrase(&mut self) -> String {
        format!("\"{}\"", self.stored().phrase)
    }

    /// Of a number of the trace, or of a word.
    pub(crate) fn prefix(&mut self) -> String {
        if self.rng.percent(50) {
            let ticket = self.stored().ticket;
            return format!("{}*", &ticket[..10]);
        }
        let word = self.word(UNCOMMON_RANKS);
        format!("{}*", &word[..word.len().min(5)])
    }

    /// A part of a rare word, or words with another between them.
    pub(crate) fn pattern(&mut self) -> String {
        let note = self.stored();
        let words: Vec<&str> = note.phrase.split(' ').collect();
        match words.as_slice() {
            [first, _, last] if self.rng.percent(50) => format!("/{first}\\W+\\w+\\W+{last}/"),
            _ => format!("/{}[0-9a-f]+/", &note.ticket[..10]),
        }
    }

    /// Everything the dashboard's first page asks for, at once.
    pub(crate) fn dashboard(&mut self, hours: u64) -> Question {
        // Ends a little earlier each time, so that no answer comes from the cache.
        let to = self.stored.now_ns - self.rng.below(HOUR_NS / 6);
        dashboard_page(to - hours * HOUR_NS, to)
    }

    pub(crate) fn models_in_sql(&mut self) -> Question {
        let least = self.rng.below(1_000);
        vec![Ask::Sql(format!(
            "SELECT request_model, count(*), sum(total_tokens), sum(cost_usd), approx_percentile_cont(duration_ms, 0.95) FROM spans WHERE duration_ms > 0.{least:03} GROUP BY 1"
        ))]
    }

    fn list(&mut self, path: &str, filter: &str) -> Ask {
        let from = self.workload.recipe().start_ns - DAY_NS;
        let to = self.stored.now_ns + self.rng.below(HOUR_NS);
        let mut query = vec![("from", time(from)), ("to", time(to)), ("limit", "50".to_owned())];
        if !filter.is_empty() {
            query.push(("filter", filter.to_owned()));
        }
        Ask::get(path, query)
    }

    fn stored(&mut self) -> TraceNote {
        let mut index = self.rng.below(self.stored.batches);
        while self.stored.absent.contains(&index) && index > 0 {
            index -= 1;
        }
        let mut batch = self.workload.batch(index);
        batch.traces.swap_remove(self.rng.index(batch.traces.len()))
    }

    fn word(&mut self, (low, high): (u64, u64)) -> String {
        let words = self.workload.words();
        let rank = usize::try_from(self.rng.between(low, high)).unwrap_or_default().min(words.len() - 1);
        words[rank].clone()
    }

    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.rng.index(choices.len())]
    }
}

/// Everything the dashboard's first page asks for over a range, at once (`web/src/pages/overview.tsx`).
fn dashboard_page(from_ns: u64, to_ns: u64) -> Question {
    let range = || vec![("from", time(from_ns)), ("to", time(to_ns))];
    let by_model = [range(), vec![("group_by", "model".to_owned())]].concat();
    vec![
        Ask::get("/api/v1/analytics/dashboard", range()),
        Ask::get("/api/v1/analytics/requests/timeseries", range()),
        Ask::get("/api/v1/analytics/requests/timeseries", by_model),
        Ask::get("/api/v1/analytics/providers", range()),
        Ask::get("/api/v1/spans", [("limit", RECENT.to_string()), ("filter", REQUESTS_ONLY.to_owned())]),
    ]
}

fn time(ns: u64) -> String {
    let ns = i64::try_from(ns).unwrap_or(i64::MAX);
    chrono::DateTime::from_timestamp_nanos(ns).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
