//! What erasing promises: at once in every read, and nothing else goes.

use super::subject::{Subject, ok};
use crate::fixtures::{about_span, at, bookmark, digested, fresh, gauge, hour, llm_span, log, score, span_id, trace_id};
use model::{
    ErasureId, ProjectId, StoreError, Timestamp, TraceId,
    erase::{EraseTarget, ErasureState},
    filter::Filter,
    query::{Interval, ListQuery, TimeseriesQuery},
    telemetry::{LogRecord, RowBatch, RowKind, Score, ScoreSource, ScoreTarget, Span, Status},
    time::NANOS_PER_HOUR,
};

fn named(number: u32, name: &str) -> Span {
    let mut span = llm_span(number);
    span.name = name.to_owned();
    span
}

/// A span of the trace with that number.
fn within(trace: u32, span: Span) -> Span {
    Span { trace_id: trace_id(u64::from(trace)), ..span }
}

fn of_user(user: &str, span: Span) -> Span {
    Span { user_id: Some(user.to_owned()), ..span }
}

fn of_session(session: &str, span: Span) -> Span {
    Span { session_id: Some(session.to_owned()), ..span }
}

fn about(target: ScoreTarget) -> Score {
    Score { score_id: format!("{target:?}"), source: ScoreSource::Human, author: Some("ann".into()), ..score("helpful", 100, target) }
}

fn trace_target(number: u32) -> EraseTarget {
    EraseTarget::Trace { trace_id: trace_id(u64::from(number)) }
}

fn user(name: &str) -> EraseTarget {
    EraseTarget::User { user_id: name.to_owned() }
}

fn filter(text: &str) -> EraseTarget {
    EraseTarget::Filter { filter: text.to_owned(), from: None, to: None }
}

fn log_of(number: u32, trace: Option<TraceId>) -> LogRecord {
    LogRecord { trace_id: trace, ..log(number) }
}

async fn names(subject: &Subject) -> Vec<String> {
    subject.names_of_spans("").await
}

async fn messages(subject: &Subject) -> Vec<String> {
    ok(subject.store.list_logs(subject.list()).await).items.into_iter().map(|log| log.message).collect()
}

/// As SQL tells; a store without it keeps no rows that it hides, so that its statistics tell.
async fn scores(subject: &Subject) -> Option<u64> {
    match subject.store.sql(subject.sql("select count(*) from scores")).await {
        Ok(answer) => answer.rows.first().and_then(|row| row.first()?.as_u64()),
        Err(_) => Some(ok(subject.store.stats().await).scores),
    }
}

pub(super) async fn a_trace_goes_with_its_logs_and_scores(subject: &Subject) {
    subject.spans(vec![named(1, "root"), within(1, named(2, "child")), named(3, "kept")]).await;
    subject.logs(vec![log_of(1, Some(trace_id(1))), log_of(2, None), log_of(3, Some(trace_id(3)))]).await;
    let (gone, kept) = (trace_id(1), trace_id(3));
    subject
        .scores(vec![
            about(ScoreTarget::Trace { trace_id: gone }),
            about(ScoreTarget::Span { trace_id: gone, span_id: span_id(2) }),
            about(ScoreTarget::Trace { trace_id: kept }),
        ])
        .await;
    let receipt = subject.erase(trace_target(1)).await;
    assert_eq!((receipt.state, receipt.hidden_spans, receipt.project_id), (ErasureState::Hidden, 2, subject.project));
    assert_eq!(names(subject).await, ["kept"]);
    assert_eq!(ok(subject.store.trace(subject.project, gone, None, 10).await), None);
    assert_eq!(ok(subject.store.span(subject.project, gone, span_id(1)).await), None);
    assert!(ok(subject.store.trace(subject.project, kept, None, 10).await).is_some());
    let traces: Vec<TraceId> = ok(subject.store.list_traces(subject.list()).await).items.into_iter().map(|trace| trace.trace_id).collect();
    assert_eq!(traces, [kept]);
    assert_eq!(messages(subject).await, ["order 3 placed", "order 2 placed"]);
    assert_eq!(scores(subject).await, Some(1));
}

pub(super) async fn a_session_goes_with_its_traces(subject: &Subject) {
    subject
        .spans(vec![
            of_session("s1", named(1, "says its session")),
            within(1, named(2, "of the same trace")),
            of_session("s2", named(3, "of another session")),
            named(4, "of none"),
        ])
        .await;
    let with_session = |number, session: &str| LogRecord { session_id: Some(session.to_owned()), ..log(number) };
    subject.logs(vec![with_session(1, "s1"), log_of(2, Some(trace_id(1))), with_session(3, "s2")]).await;
    subject
        .scores(vec![about(ScoreTarget::Session { session_id: "s1".into() }), about(ScoreTarget::Session { session_id: "s2".into() })])
        .await;
    let receipt = subject.erase(EraseTarget::Session { session_id: "s1".into() }).await;
    assert_eq!(receipt.hidden_spans, 2);
    assert_eq!(names(subject).await, ["of none", "of another session"]);
    let sessions: Vec<String> =
        ok(subject.store.list_sessions(subject.list()).await).items.into_iter().map(|session| session.session_id).collect();
    assert_eq!(sessions, ["s2"]);
    assert_eq!(messages(subject).await, ["order 3 placed"]);
    assert_eq!(scores(subject).await, Some(1));
}

pub(super) async fn a_user_goes_with_their_traces(subject: &Subject) {
    subject
        .spans(vec![
            of_user("ann", named(1, "ann's")),
            within(1, named(2, "caused by ann")),
            of_user("Ann", named(3, "another ann's")),
            of_user("bob", named(4, "bob's")),
        ])
        .await;
    let with_user = |number, user: &str| LogRecord { user_id: Some(user.to_owned()), ..log(number) };
    subject.logs(vec![with_user(1, "ann"), with_user(2, "bob")]).await;
    let receipt = subject.erase(user("ann")).await;
    assert_eq!(receipt.hidden_spans, 2);
    assert_eq!(names(subject).await, ["bob's", "another ann's"], "ids are compared exactly");
    let users: Vec<String> = ok(subject.store.list_users(subject.list()).await).items.into_iter().map(|user| user.user_id).collect();
    assert_eq!(users, ["bob", "Ann"]);
    assert_eq!(messages(subject).await, ["order 2 placed"]);
}

pub(super) async fn a_filter_may_ask_for_scores_and_bookmarks(subject: &Subject) {
    subject.spans(vec![named(1, "marked"), named(2, "judged"), named(3, "kept")]).await;
    let verdicts = vec![score("helpful", 2, about_span(2)), Score { value: Some(0.9), ..score("helpful", 3, about_span(3)) }];
    subject.scores([verdicts, vec![bookmark("mark", ScoreTarget::Trace { trace_id: trace_id(1) })]].concat()).await;
    subject.erase(filter("bookmarked:true OR score.helpful<0.6")).await;
    assert_eq!(names(subject).await, ["kept"]);
    let left = ok(subject.store.list_scores(subject.list()).await).items.into_iter().map(|score| score.score_id);
    assert_eq!(left.collect::<Vec<_>>(), ["helpful-3", "mark"], "a filter names spans, not traces");
}

pub(super) async fn a_filter_names_spans_and_their_scores(subject: &Subject) {
    let mut failed = within(1, named(2, "failed"));
    failed.error_type = Some("Boom".into());
    subject.spans(vec![named(1, "root"), failed, named(3, "kept")]).await;
    subject.logs(vec![log_of(1, Some(trace_id(1)))]).await;
    let span = |number| about(ScoreTarget::Span { trace_id: trace_id(1), span_id: span_id(number) });
    subject.scores(vec![span(1), span(2), about(ScoreTarget::Trace { trace_id: trace_id(1) })]).await;
    let receipt = subject.erase(filter("error_type:Boom")).await;
    assert_eq!(receipt.hidden_spans, 1);
    assert_eq!(names(subject).await, ["kept", "root"], "the rest of the trace stays");
    let trace = ok(subject.store.trace(subject.project, trace_id(1), None, 10).await).map(|trace| trace.summary.span_count);
    assert_eq!(trace, Some(1));
    assert_eq!(ok(subject.store.span(subject.project, trace_id(1), span_id(2)).await), None);
    assert_eq!((messages(subject).await.len(), scores(subject).await), (1, Some(2)));
    let refused = subject.store.erase(subject.project, filter("cost>")).await;
    assert!(matches!(refused, Err(StoreError::Invalid { field, .. }) if field == "filter"));
}

pub(super) async fn a_filter_has_a_time_range(subject: &Subject) {
    subject.spans((1..=4).map(|number| named(number, &format!("at {number}"))).collect()).await;
    let target = EraseTarget::Filter { filter: "provider:openai".into(), from: Some(at(2)), to: Some(at(4)) };
    assert_eq!(subject.erase(target).await.hidden_spans, 2);
    assert_eq!(names(subject).await, ["at 4", "at 1"], "the end is not in it");
}

pub(super) async fn a_whole_project_goes(subject: &Subject) {
    everything(subject).await;
    let receipt = subject.erase(EraseTarget::Project).await;
    assert_eq!(receipt.hidden_spans, 2);
    assert!(names(subject).await.is_empty() && messages(subject).await.is_empty());
    assert!(ok(subject.store.list_metrics(subject.list()).await).items.is_empty());
    assert!(ok(subject.store.metric_names(subject.project, hour()).await).is_empty());
    assert_eq!(scores(subject).await, Some(0));
    everything(subject).await;
    assert_eq!((names(subject).await.len(), messages(subject).await.len()), (2, 1), "what is sent again is new");
}

async fn everything(subject: &Subject) {
    subject
        .commit(RowBatch {
            spans: vec![fresh(llm_span(1)), fresh(llm_span(2))],
            logs: vec![fresh(log(1))],
            metrics: vec![fresh(gauge("queue", 1, 3.0))],
            scores: vec![fresh(about(ScoreTarget::Trace { trace_id: trace_id(1) }))],
            ..RowBatch::new(subject.project)
        })
        .await;
}

pub(super) async fn nothing_of_it_is_counted_any_more(subject: &Subject) {
    let mut failed = of_user("ann", llm_span(1));
    failed.status = Status::Error;
    failed.error_type = Some("Boom".into());
    subject.spans(vec![failed, of_user("bob", llm_span(2))]).await;
    subject.erase(user("ann")).await;
    let dashboard = ok(subject.store.dashboard(subject.period(hour(), "")).await).current;
    assert_eq!((dashboard.total_requests, dashboard.failed_requests, dashboard.active_users), (1, 0, 1));
    assert_eq!(dashboard.total_tokens, Some(120));
    let series = TimeseriesQuery {
        project: subject.project,
        range: hour(),
        filter: Filter::All,
        interval: Interval { nanos: NANOS_PER_HOUR },
        group_by: None,
        max_series: 10,
    };
    let requests: u64 = ok(subject.store.timeseries(series).await).series[0].buckets.iter().map(|bucket| bucket.requests).sum();
    assert_eq!(requests, 1);
    let providers = ok(subject.store.providers(subject.period(hour(), "")).await);
    assert_eq!(providers.iter().map(|provider| provider.requests).collect::<Vec<_>>(), [1]);
    assert!(ok(subject.store.errors(subject.period(hour(), ""), 10).await).is_empty());
    let values = subject.store.field_values(subject.project, RowKind::Span, "user_id", hour(), Filter::All, 10);
    assert_eq!(ok(values.await), [("bob".to_owned(), 1)]);
}

pub(super) async fn no_text_of_it_is_found(subject: &Subject) {
    subject.spans(vec![of_user("ann", named(1, "a")), named(2, "b")]).await;
    assert_eq!(subject.names_of_spans("question").await.len(), 2);
    subject.erase(user("ann")).await;
    for text in ["question", "\"question number\"", "quest*", "/question.number/"] {
        assert_eq!(subject.names_of_spans(text).await, ["b"], "{text}");
    }
}

pub(super) async fn sql_does_not_show_it(subject: &Subject) {
    subject.spans(vec![of_user("ann", llm_span(1)), llm_span(2)]).await;
    subject.logs(vec![log_of(1, Some(trace_id(1))), log(2)]).await;
    subject.erase(user("ann")).await;
    for table in ["spans", "logs"] {
        match subject.store.sql(subject.sql(&format!("select count(*) from {table}"))).await {
            Ok(answer) => assert_eq!(answer.rows, [[serde_json::json!(1)]], "{table}"),
            Err(error) => assert!(error.to_string().contains("not supported"), "{error}"),
        }
    }
}

pub(super) async fn what_comes_later_is_visible(subject: &Subject) {
    subject.spans(vec![of_user("ann", named(1, "before"))]).await;
    subject.erase(user("ann")).await;
    subject.spans(vec![of_user("ann", named(2, "after")), within(1, named(3, "after, of the erased trace"))]).await;
    subject.logs(vec![LogRecord { user_id: Some("ann".into()), ..log(9) }]).await;
    assert_eq!(names(subject).await, ["after, of the erased trace", "after"]);
    assert_eq!(messages(subject).await.len(), 1);
    let trace = ok(subject.store.trace(subject.project, trace_id(1), None, 10).await).map(|trace| trace.summary.span_count);
    assert_eq!(trace, Some(1));
}

pub(super) async fn what_was_erased_can_be_sent_again(subject: &Subject) {
    let body = || RowBatch {
        spans: vec![digested(of_user("ann", named(1, "again")), 1)],
        logs: vec![digested(log_of(1, Some(trace_id(1))), 2)],
        ..RowBatch::new(subject.project)
    };
    subject.commit(body()).await;
    subject.erase(user("ann")).await;
    let receipt = subject.commit(body()).await;
    assert_eq!((receipt.stored, receipt.duplicates), (2, 0), "it is no resend of something that is there");
    assert_eq!((names(subject).await, messages(subject).await.len()), (vec!["again".to_owned()], 1));
}

pub(super) async fn a_later_report_of_an_erased_span_stands_alone(subject: &Subject) {
    subject.spans(vec![of_user("ann", named(1, "first report"))]).await;
    subject.erase(user("ann")).await;
    let mut later = named(1, "later report");
    later.payload.input = None;
    subject.spans(vec![later]).await;
    let span = ok(subject.store.span(subject.project, trace_id(1), span_id(1)).await);
    let seen = span.map(|span| (span.name, span.user_id, span.payload.input));
    assert_eq!(seen, Some(("later report".to_owned(), None, None)), "nothing of the erased report is in it");
    assert_eq!(names(subject).await, ["later report"]);
}

pub(super) async fn other_projects_are_untouched(subject: &Subject) {
    let other = ProjectId::generate();
    for project in [subject.project, other] {
        let (spans, logs) = (vec![fresh(of_user("ann", llm_span(1)))], vec![fresh(log_of(1, Some(trace_id(1))))]);
        subject.commit(RowBatch { spans, logs, ..RowBatch::new(project) }).await;
    }
    for target in [user("ann"), trace_target(1), filter("provider:openai"), EraseTarget::Project] {
        subject.erase(target).await;
    }
    assert!(names(subject).await.is_empty());
    let theirs = || ListQuery { project: other, ..subject.list() };
    assert_eq!(ok(subject.store.list_spans(theirs()).await).items.len(), 1);
    assert_eq!(ok(subject.store.list_logs(theirs()).await).items.len(), 1);
    assert!(ok(subject.store.erasures(other, 10).await).is_empty());
}

pub(super) async fn erasing_twice_is_fine(subject: &Subject) {
    subject.spans(vec![of_user("ann", llm_span(1)), llm_span(2)]).await;
    assert_eq!(subject.erase(user("ann")).await.hidden_spans, 1);
    assert_eq!(subject.erase(user("ann")).await.hidden_spans, 0, "hidden ones are not counted again");
    assert_eq!(subject.erase(trace_target(1)).await.hidden_spans, 0);
    assert_eq!(names(subject).await.len(), 1);
}

pub(super) async fn what_names_nothing_has_a_receipt_too(subject: &Subject) {
    let receipt = subject.erase(user("nobody")).await;
    assert_eq!(receipt.hidden_spans, 0);
    assert_eq!(ok(subject.store.erasure(subject.project, receipt.id).await).map(|found| found.target), Some(user("nobody")));
}

pub(super) async fn receipts_are_listed_newest_first(subject: &Subject) {
    let start = Timestamp::now();
    let first = subject.erase(user("ann")).await;
    let second = subject.erase(filter("status:error cost>1")).await;
    assert!(start <= first.requested_at && first.requested_at <= second.requested_at);
    let listed = ok(subject.store.erasures(subject.project, 10).await);
    assert_eq!(
        listed.iter().map(|receipt| (receipt.id, &receipt.target)).collect::<Vec<_>>(),
        [(second.id, &second.target), (first.id, &first.target)]
    );
    assert_eq!(ok(subject.store.erasures(subject.project, 1).await).len(), 1);
    assert_eq!(ok(subject.store.erasure(ProjectId::generate(), first.id).await), None);
    assert_eq!(ok(subject.store.erasure(subject.project, ErasureId::generate()).await), None);
}

pub(super) async fn the_version_moves(subject: &Subject) {
    subject.spans(vec![llm_span(1)]).await;
    let before = ok(subject.store.version().await);
    subject.erase(trace_target(1)).await;
    assert!(before < ok(subject.store.version().await), "cached answers go stale");
}
