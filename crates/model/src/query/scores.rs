//! Late facts: lists of their own, and beside what they are about.

use super::Cursor;
use crate::telemetry::{Score, ScoreKind, ScoreTarget, Span};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

/// Most facts shown with one span, trace or session: a row of a list stays small. `GET /api/v1/scores` has all.
pub const MAX_SHOWN_SCORES: usize = 20;

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ScorePage {
    pub items: Vec<Score>,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

/// One span with everything that was said, and what was said about it later.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SpanDetail {
    #[serde(flatten)]
    pub span: Span,
    /// At most 20: bookmarks, then the newest of each name, then older ones.
    pub scores: Vec<Score>,
    pub bookmarked: bool,
}

/// Up to [`MAX_SHOWN_SCORES`] of each target: bookmarks, then the newest of each kind and name, then the others, newest first.
pub fn shown_scores(scores: Vec<Score>) -> Vec<Score> {
    let mut by_target: BTreeMap<ScoreTarget, Vec<Score>> = BTreeMap::new();
    for score in scores {
        by_target.entry(score.target.clone()).or_default().push(score);
    }
    by_target.into_values().flat_map(shown_of_one).collect()
}

fn shown_of_one(mut scores: Vec<Score>) -> Vec<Score> {
    scores.sort_by(|a, b| (Reverse(a.timestamp), &a.score_id).cmp(&(Reverse(b.timestamp), &b.score_id)));
    let mut names = HashSet::new();
    let mut ranked: Vec<(u8, Score)> = scores
        .into_iter()
        .map(|score| {
            let is_first = score.kind != ScoreKind::Comment && names.insert((score.kind.as_str(), score.name.clone()));
            let rank = match (score.kind, is_first) {
                (ScoreKind::Bookmark, true) => 0,
                (ScoreKind::Score, true) => 1,
                _ => 2,
            };
            (rank, score)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(MAX_SHOWN_SCORES);
    ranked.into_iter().map(|(_, score)| score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, telemetry::ScoreSource};

    fn score(id: &str, kind: ScoreKind, name: &str, seconds: i64) -> Score {
        Score {
            score_id: id.into(),
            kind,
            target: ScoreTarget::Session { session_id: "s".into() },
            name: name.into(),
            value: None,
            label: None,
            source: ScoreSource::Code,
            comment: None,
            author: None,
            metadata: Default::default(),
            timestamp: Timestamp::from_nanos(seconds),
            ingest_time: Timestamp::from_nanos(seconds),
            deleted: false,
        }
    }

    #[test]
    fn bookmarks_and_the_newest_of_each_name_come_before_older_ones() {
        let scores = vec![
            score("old", ScoreKind::Score, "quality", 1),
            score("new", ScoreKind::Score, "quality", 2),
            score("other", ScoreKind::Score, "tone", 1),
            score("mark", ScoreKind::Bookmark, "bookmark", 0),
            score("said", ScoreKind::Comment, "comment", 9),
        ];
        let ids: Vec<String> = shown_scores(scores).into_iter().map(|score| score.score_id).collect();
        assert_eq!(ids, ["mark", "new", "other", "said", "old"]);
    }

    #[test]
    fn each_target_shows_a_bounded_number() {
        let many = (0..50).map(|number| score(&format!("{number:02}"), ScoreKind::Comment, "comment", number));
        let shown = shown_scores(many.collect());
        assert_eq!((shown.len(), shown[0].score_id.as_str()), (MAX_SHOWN_SCORES, "49"));
    }
}
