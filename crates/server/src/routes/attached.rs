//! What was said later about the rows of an answer: one look-up for all of them.

use crate::{AppState, http::ApiResult};
use model::{
    ProjectId,
    query::{SessionSummary, SpanDetail, TraceSummary},
    telemetry::{PREVIEW_CHARS, Score, ScoreKind, ScoreTarget, Span, SpanSummary},
};
use std::collections::HashMap;

/// A row that late facts may be about.
pub(super) trait Annotated: Send {
    fn target(&self) -> ScoreTarget;
    fn annotate(&mut self, scores: Vec<Score>, bookmarked: bool);
}

macro_rules! annotated {
    ($row:ty, $target:expr) => {
        impl Annotated for $row {
            fn target(&self) -> ScoreTarget {
                ($target)(self)
            }

            fn annotate(&mut self, scores: Vec<Score>, bookmarked: bool) {
                (self.scores, self.bookmarked) = (scores, bookmarked);
            }
        }
    };
}

annotated!(SpanSummary, |span: &SpanSummary| ScoreTarget::Span { trace_id: span.trace_id, span_id: span.span_id });
annotated!(TraceSummary, |trace: &TraceSummary| ScoreTarget::Trace { trace_id: trace.trace_id });
annotated!(SessionSummary, |session: &SessionSummary| ScoreTarget::Session { session_id: session.session_id.clone() });

impl<T: Annotated + ?Sized> Annotated for &mut T {
    fn target(&self) -> ScoreTarget {
        (**self).target()
    }

    fn annotate(&mut self, scores: Vec<Score>, bookmarked: bool) {
        (**self).annotate(scores, bookmarked);
    }
}

/// Puts beside each row what is about it: long comments shortened, without metadata.
pub(super) async fn attach<T: Annotated>(state: &AppState, project: ProjectId, rows: impl Iterator<Item = T>) -> ApiResult<()> {
    let mut rows: Vec<T> = rows.collect();
    let targets: Vec<ScoreTarget> = rows.iter().map(Annotated::target).collect();
    let mut found: HashMap<ScoreTarget, Vec<Score>> = HashMap::new();
    for score in state.store.scores_of(project, &targets).await? {
        found.entry(score.target.clone()).or_default().push(short(score));
    }
    for (row, target) in rows.iter_mut().zip(targets) {
        if let Some(scores) = found.remove(&target) {
            let bookmarked = is_bookmarked(&scores);
            row.annotate(scores, bookmarked);
        }
    }
    Ok(())
}

/// A span with all that is about it, in full.
pub(super) async fn detailed(state: &AppState, project: ProjectId, span: Span) -> ApiResult<SpanDetail> {
    let target = ScoreTarget::Span { trace_id: span.trace_id, span_id: span.span_id };
    let scores = state.store.scores_of(project, &[target]).await?;
    let bookmarked = is_bookmarked(&scores);
    Ok(SpanDetail { span, scores, bookmarked })
}

fn is_bookmarked(scores: &[Score]) -> bool {
    scores.iter().any(|score| score.kind == ScoreKind::Bookmark)
}

fn short(mut score: Score) -> Score {
    score.metadata.clear();
    if let Some(comment) = &mut score.comment
        && let Some((end, _)) = comment.char_indices().nth(PREVIEW_CHARS)
    {
        comment.truncate(end);
    }
    score
}
