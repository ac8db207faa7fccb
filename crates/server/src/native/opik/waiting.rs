//! Scores of spans that have not come yet. Opik's SDK tells a score by its span alone, and sends it at once, but spans in batches: until
//! its span is here, a score is stored with the span's own id in the place of the trace's, and here is remembered which wait.

use super::scores;
use crate::{AppState, http::ApiResult};
use model::{
    ProjectId, SpanId, TraceId,
    telemetry::{Score, ScoreTarget},
};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Spans of a generation; there are two.
const MAX_SPANS: usize = 5_000;
/// Scores of one span, as far as they are remembered.
const MAX_SCORES_PER_SPAN: usize = 100;

type Key = (ProjectId, SpanId);

#[derive(Default)]
pub(crate) struct WaitingScores(Mutex<[HashMap<Key, Vec<Score>>; 2]>);

impl WaitingScores {
    pub(super) fn put(&self, project: ProjectId, span: SpanId, score: Score) {
        let [young, old] = &mut *self.0.lock();
        if young.len() >= MAX_SPANS {
            *old = std::mem::take(young);
        }
        let scores = young.entry((project, span)).or_default();
        scores.retain(|known| known.score_id != score.score_id);
        if scores.len() < MAX_SCORES_PER_SPAN {
            scores.push(score);
        }
    }

    pub(super) fn take(&self, project: ProjectId, span: SpanId) -> Vec<Score> {
        let generations = &mut *self.0.lock();
        // What an older generation knows was said before.
        generations.iter_mut().rev().filter_map(|generation| generation.remove(&(project, span))).flatten().collect()
    }
}

/// Gives the scores that waited for these spans to them. Called after they are stored: a score that comes meanwhile finds its span itself.
pub(super) async fn place(state: &AppState, project: ProjectId, spans: &[(TraceId, SpanId)]) -> ApiResult<()> {
    let mut placed = Vec::new();
    for (trace_id, span_id) in spans {
        let aimed = ScoreTarget::Span { trace_id: *trace_id, span_id: *span_id };
        placed.extend(state.waiting_scores.take(project, *span_id).into_iter().map(|score| Score { target: aimed.clone(), ..score }));
    }
    scores::store(state, project, placed).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        Timestamp,
        telemetry::{Attributes, ScoreKind, ScoreSource},
    };

    #[test]
    fn scores_wait_for_their_span_and_are_bounded() {
        let memory = WaitingScores::default();
        let project = ProjectId::from_bytes([7; 16]).unwrap();
        let span = |number: u64| SpanId::from_bytes((number + 1).to_be_bytes()).unwrap();
        let score = |id: &str, value: f64| Score {
            score_id: id.to_owned(),
            kind: ScoreKind::Score,
            target: ScoreTarget::Session { session_id: "s".to_owned() },
            name: id.to_owned(),
            value: Some(value),
            label: None,
            source: ScoreSource::Code,
            comment: None,
            author: None,
            metadata: Attributes::new(),
            timestamp: Timestamp::from_nanos(0),
            ingest_time: Timestamp::from_nanos(0),
            deleted: false,
        };
        for (id, value) in [("a", 1.0), ("b", 2.0), ("a", 3.0)] {
            memory.put(project, span(0), score(id, value));
        }
        assert_eq!(memory.take(project, span(0)), [score("b", 2.0), score("a", 3.0)]);
        assert_eq!(memory.take(project, span(0)), []);
        (0..3 * MAX_SPANS as u64).for_each(|number| memory.put(project, span(number), score("a", 0.0)));
        assert!(memory.0.lock().iter().all(|generation| generation.len() <= MAX_SPANS));
    }
}
