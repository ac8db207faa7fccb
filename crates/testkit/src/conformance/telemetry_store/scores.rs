//! Late facts: which row of one stands for it, where they are listed, and what filters on them select.

use super::subject::{Subject, ok, read_filter};
use crate::fixtures::{about_span, at, bookmark, comment, full_score, hour, llm_span, score, span_id, trace_id};
use model::{
    ProjectId, StoreError, TimeRange,
    query::{DashboardQuery, ListQuery, MAX_SHOWN_SCORES},
    telemetry::{RowKind, Score, ScoreTarget, Span},
};

impl Subject {
    /// Ids of the scores that match, newest first.
    async fn ids_of_scores(&self, filter: &str) -> Vec<String> {
        let page = ok(self.store.list_scores(self.matching(RowKind::Score, filter)).await);
        page.items.into_iter().map(|score| score.score_id).collect()
    }

    async fn attached(&self, target: ScoreTarget) -> Vec<String> {
        let scores = ok(self.store.scores_of(self.project, &[target]).await);
        scores.into_iter().map(|score| score.score_id).collect()
    }

    async fn expect_spans(&self, filter: &str, expected: &[&str]) {
        let mut found = self.names_of_spans(filter).await;
        found.sort();
        assert_eq!(found, expected, "{filter}");
    }
}

fn about_trace(number: u64) -> ScoreTarget {
    ScoreTarget::Trace { trace_id: trace_id(number) }
}

fn about_session(name: &str) -> ScoreTarget {
    ScoreTarget::Session { session_id: name.into() }
}

pub(super) async fn a_full_score_comes_back(subject: &Subject) {
    subject.scores(vec![full_score()]).await;
    assert_eq!(ok(subject.store.list_scores(subject.list()).await).items, [full_score()]);
    assert_eq!(ok(subject.store.score(subject.project, "quality-60").await), Some(full_score()));
    assert_eq!(ok(subject.store.score(subject.project, "quality-6").await), None);
    assert_eq!(ok(subject.store.scores_of(subject.project, &[about_span(77)]).await), [full_score()]);
    assert_eq!(ok(subject.store.score(ProjectId::generate(), "quality-60").await), None);
    assert_eq!(ok(subject.store.scores_of(ProjectId::generate(), &[about_span(77)]).await), []);
}

pub(super) async fn the_last_row_of_an_id_stands_for_it(subject: &Subject) {
    let first = score("tone", 5, about_span(1));
    // Later by commit, although its own time is earlier; about another span, and with another name.
    let second = Score { name: "mood".into(), value: Some(0.9), timestamp: at(2), target: about_span(2), ..first.clone() };
    subject.scores(vec![first.clone(), score("tone", 6, about_span(1))]).await;
    subject.scores(vec![second.clone()]).await;
    assert_eq!(ok(subject.store.score(subject.project, "tone-5").await), Some(second.clone()));
    assert_eq!(subject.ids_of_scores("").await, ["tone-6", "tone-5"]);
    assert_eq!(subject.ids_of_scores("name:tone").await, ["tone-6"]);
    assert_eq!(subject.ids_of_scores("value>0.8").await, ["tone-5"]);
    assert_eq!(subject.attached(about_span(1)).await, ["tone-6"]);
    assert_eq!(subject.attached(about_span(2)).await, ["tone-5"]);
    let narrow = ListQuery { range: TimeRange { from: at(5), to: at(6) }, ..subject.list() };
    assert_eq!(ok(subject.store.list_scores(narrow).await).items, [], "its time has changed");
    // Two rows in one commit: the later one in the batch.
    let third = Score { value: Some(0.1), ..second.clone() };
    subject.scores(vec![Score { value: Some(0.2), ..second }, third.clone()]).await;
    assert_eq!(ok(subject.store.score(subject.project, "tone-5").await), Some(third));
}

pub(super) async fn a_deleted_fact_is_gone_until_it_is_said_again(subject: &Subject) {
    let fact = Score { name: "quality".into(), ..full_score() };
    subject.spans(vec![Span { trace_id: trace_id(77), span_id: span_id(77), ..llm_span(7) }]).await;
    subject.scores(vec![fact.clone(), score("tone", 1, about_span(77))]).await;
    subject.scores(vec![fact.deletion(at(100))]).await;
    assert_eq!(ok(subject.store.score(subject.project, &fact.score_id).await), None);
    assert_eq!(subject.ids_of_scores("").await, ["tone-1"]);
    assert_eq!(subject.attached(about_span(77)).await, ["tone-1"]);
    subject.expect_spans("score.quality:*", &[]).await;
    subject.scores(vec![fact.clone()]).await;
    assert_eq!(ok(subject.store.score(subject.project, &fact.score_id).await), Some(fact));
    subject.expect_spans("score.quality:*", &["chat gpt-4o"]).await;
}

pub(super) async fn scores_are_newest_first_and_page(subject: &Subject) {
    for round in 0..3 {
        let numbers = [3, 1, 2].map(|number| number + round * 3);
        subject.scores(numbers.iter().map(|number| score("s", *number, about_span(1))).collect()).await;
        // One of them is said again in every round.
        subject.scores(vec![Score { value: Some(f64::from(round)), ..score("s", 5, about_span(1)) }]).await;
    }
    let twins = ["a", "b", "c"].map(|id| Score { score_id: id.into(), ..score("s", 4, about_span(1)) });
    subject.scores(twins.into()).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..6 {
        let page = ok(subject.store.list_scores(subject.page(2, cursor)).await);
        seen.extend(page.items.into_iter().map(|score| score.score_id));
        cursor = page.next_cursor;
    }
    assert_eq!(seen, ["s-9", "s-8", "s-7", "s-6", "s-5", "s-4", "c", "b", "a", "s-3", "s-2", "s-1"]);
    assert_eq!(cursor, None);
}

pub(super) async fn scores_are_filtered_by_their_fields_and_texts(subject: &Subject) {
    let judged = Score { author: Some("gpt".into()), label: Some("Rude".into()), ..score("tone", 2, about_trace(1)) };
    subject
        .scores(vec![full_score(), judged, bookmark("mark", about_session("s1")), comment("said", "please refund", about_span(3))])
        .await;
    for (filter, expected) in [
        ("name:tone", vec!["tone-2"]),
        ("kind:comment", vec!["said"]),
        ("target:session", vec!["mark"]),
        ("label:rude", vec!["tone-2"]),
        ("source:human value>=0.5", vec!["quality-60"]),
        ("-author:*", vec!["said", "mark"]),
        ("session:s1", vec!["mark"]),
        ("refund", vec!["said"]),
        ("polite", vec!["quality-60"]),
    ] {
        assert_eq!(subject.ids_of_scores(filter).await, expected, "{filter}");
    }
    let trace = format!("trace:{} kind:score", trace_id(1));
    assert_eq!(subject.ids_of_scores(&trace).await, ["tone-2"]);
}

pub(super) async fn each_target_shows_its_own_and_a_bounded_number(subject: &Subject) {
    let many = (0..30).map(|number| comment(&format!("c{number:02}"), "again", about_span(1)));
    subject.scores(many.collect()).await;
    subject.scores(vec![score("tone", 1, about_span(1)), score("tone", 2, about_span(1)), bookmark("mark", about_span(1))]).await;
    let elsewhere = ScoreTarget::Span { trace_id: trace_id(2), span_id: span_id(1) };
    subject
        .scores(vec![score("other", 1, elsewhere.clone()), score("whole", 1, about_trace(1)), score("talk", 1, about_session("s"))])
        .await;
    let shown = subject.attached(about_span(1)).await;
    assert_eq!((&shown[..2], shown.len()), (["mark".to_owned(), "tone-2".to_owned()].as_slice(), MAX_SHOWN_SCORES));
    let targets = [about_span(2), elsewhere, about_trace(1), about_session("s")];
    let found = ok(subject.store.scores_of(subject.project, &targets).await);
    let mut ids: Vec<&str> = found.iter().map(|score| score.score_id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["other-1", "talk-1", "whole-1"]);
    assert_eq!(ok(subject.store.scores_of(subject.project, &[]).await), []);
}

/// Spans a, b and c of a trace each; b and c talk in session s.
async fn scored_spans(subject: &Subject) {
    let named = |number, name: &str, session: Option<&str>| {
        let mut span = llm_span(number);
        span.name = name.into();
        span.session_id = session.map(str::to_owned);
        span
    };
    // Facts may come before what they are about.
    subject.scores(vec![Score { value: Some(0.9), ..score("quality", 1, about_span(1)) }]).await;
    subject.spans(vec![named(1, "a", None), named(2, "b", Some("s"))]).await;
    subject.spans(vec![named(3, "c", Some("s"))]).await;
    subject
        .scores(vec![
            Score { value: Some(0.2), label: Some("Bad".into()), ..score("quality", 2, about_span(2)) },
            Score { value: None, label: Some("1".into()), ..score("Answer Relevancy", 3, about_trace(3)) },
            bookmark("mark", about_trace(1)),
            comment("said", "Please refund them", about_session("s")),
        ])
        .await;
}

pub(super) async fn spans_are_found_by_their_scores(subject: &Subject) {
    scored_spans(subject).await;
    for (filter, expected) in [
        ("score.quality>0.8", &["a"] as &[&str]),
        ("score.quality<=0.2", &["b"]),
        ("score.Quality:*", &["a", "b"]),
        ("score.quality:bad", &["b"]),
        ("score.quality:b*", &["b"]),
        ("score.quality:0.90", &["a"]),
        ("score.quality:(bad OR 0.9)", &["a", "b"]),
        ("score.\"answer relevancy\":1", &["c"]),
        ("-score.quality>0.8", &["b", "c"]),
        ("-score.quality:*", &["c"]),
        ("score.quality:* name:a", &["a"]),
        ("score.nothing:*", &[]),
        ("-score.nothing:*", &["a", "b", "c"]),
        ("bookmarked:true", &["a"]),
        ("bookmarked:false", &["b", "c"]),
        ("-bookmarked:true", &["b", "c"]),
        ("bookmarked:true OR score.quality<0.5", &["a", "b"]),
        ("comment:*", &["b", "c"]),
        ("comment:refund", &["b", "c"]),
        ("comment:\"refund them\"", &["b", "c"]),
        ("comment:ref*", &["b", "c"]),
        ("comment:them score.quality:*", &["b"]),
        ("comment:\"them refund\"", &[]),
        ("-comment:refund", &["a"]),
    ] {
        subject.expect_spans(filter, expected).await;
    }
}

pub(super) async fn traces_sessions_and_sums_are_found_by_scores_of_their_spans(subject: &Subject) {
    scored_spans(subject).await;
    let ask = |filter: &str| subject.matching(RowKind::Span, filter);
    let traces = ok(subject.store.list_traces(ask("score.quality:*")).await).items;
    assert_eq!(traces.iter().map(|trace| trace.trace_id).collect::<Vec<_>>(), [trace_id(2), trace_id(1)]);
    let sessions = ok(subject.store.list_sessions(ask("score.quality<0.5")).await).items;
    assert_eq!((sessions.len(), sessions[0].session_id.as_str(), sessions[0].requests), (1, "s", 1));
    let sessions = ok(subject.store.list_sessions(ask("comment:refund")).await).items;
    assert_eq!((sessions.len(), sessions[0].requests), (1, 2));
    let period = DashboardQuery { project: subject.project, range: hour(), filter: read_filter("-bookmarked:true", RowKind::Span) };
    let stats = ok(subject.store.dashboard(period.clone()).await);
    assert_eq!(stats.current.total_requests, 2);
    let providers = ok(subject.store.providers(DashboardQuery { filter: read_filter("score.quality>0.8", RowKind::Span), ..period }).await);
    assert_eq!(providers.iter().map(|provider| provider.requests).sum::<u64>(), 1);
    let values = subject.store.field_values(subject.project, RowKind::Span, "name", hour(), read_filter("comment:*", RowKind::Span), 10);
    assert_eq!(ok(values.await), [("b".to_owned(), 1), ("c".to_owned(), 1)]);
}

pub(super) async fn a_condition_that_cannot_hold_is_refused(subject: &Subject) {
    use model::filter::{Comparison, Field, Filter, Operator, Value};
    let broken = Filter::Compare(Comparison { field: Field::Comment, operator: Operator::Greater, value: Value::Number(1.0) });
    let answer = subject.store.list_spans(ListQuery { filter: broken, ..subject.list() }).await;
    assert!(matches!(answer, Err(StoreError::Invalid { ref field, .. }) if field == "filter"), "{answer:?}");
}
