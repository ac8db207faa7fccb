//! What a commit promises.

use super::subject::{Subject, ok};
use crate::fixtures::{digested, fresh, gauge, llm_span, log, usage};
use model::{ProjectId, query::ListQuery, telemetry::RowBatch};

pub(super) async fn is_visible_at_once(subject: &Subject) {
    let receipt = subject
        .commit(RowBatch {
            spans: vec![fresh(llm_span(1))],
            logs: vec![fresh(log(1)), fresh(log(2))],
            metrics: vec![fresh(gauge("queue", 1, 3.0))],
            ..RowBatch::new(subject.project)
        })
        .await;
    assert_eq!((receipt.stored, receipt.duplicates), (4, 0));
    assert_eq!(ok(subject.store.list_spans(subject.list()).await).items.len(), 1, "spans");
    assert_eq!(ok(subject.store.list_logs(subject.list()).await).items.len(), 2, "logs");
    assert_eq!(ok(subject.store.list_metrics(subject.list()).await).items.len(), 1, "metric points");
    let stats = ok(subject.store.stats().await);
    assert_eq!((stats.spans, stats.logs, stats.metrics), (1, 2, 1));
}

pub(super) async fn an_empty_batch_is_fine(subject: &Subject) {
    let receipt = subject.commit(RowBatch::new(subject.project)).await;
    assert_eq!((receipt.stored, receipt.duplicates), (0, 0));
}

pub(super) async fn resends_are_stored_once(subject: &Subject) {
    let body = || RowBatch {
        spans: vec![digested(llm_span(1), 1)],
        logs: vec![digested(log(1), 2)],
        metrics: vec![digested(gauge("queue", 1, 3.0), 3)],
        ..RowBatch::new(subject.project)
    };
    let first = subject.commit(body()).await;
    assert_eq!((first.stored, first.duplicates), (3, 0));
    for _ in 0..2 {
        let again = subject.commit(body()).await;
        assert_eq!((again.stored, again.duplicates), (0, 3));
    }
    assert_eq!(ok(subject.store.list_spans(subject.list()).await).items.len(), 1);
    assert_eq!(ok(subject.store.list_logs(subject.list()).await).items.len(), 1);
    assert_eq!(ok(subject.store.list_metrics(subject.list()).await).items.len(), 1);
}

pub(super) async fn a_resend_may_come_with_new_rows(subject: &Subject) {
    subject.incoming_spans(vec![digested(llm_span(1), 1)]).await;
    let receipt = subject.incoming_spans(vec![digested(llm_span(1), 1), digested(llm_span(2), 2), digested(llm_span(2), 2)]).await;
    assert_eq!((receipt.stored, receipt.duplicates), (1, 2), "a repetition inside one batch is a resend too");
    assert_eq!(ok(subject.store.list_spans(subject.list()).await).items.len(), 2);
}

pub(super) async fn the_same_digest_in_another_project_is_new(subject: &Subject) {
    subject.incoming_spans(vec![digested(llm_span(1), 1)]).await;
    let other = ProjectId::generate();
    let receipt = subject.commit(RowBatch { spans: vec![digested(llm_span(1), 1)], ..RowBatch::new(other) }).await;
    assert_eq!((receipt.stored, receipt.duplicates), (1, 0));
    let page = ok(subject.store.list_spans(ListQuery { project: other, ..subject.list() }).await);
    assert_eq!(page.items.len(), 1);
}

pub(super) async fn a_second_report_of_a_span_shows_it_once(subject: &Subject) {
    subject.incoming_spans(vec![digested(llm_span(1), 1)]).await;
    let mut later = llm_span(1);
    later.usage = usage(7, 3);
    later.user_id = Some("ann".into());
    subject.incoming_spans(vec![digested(later, 2)]).await;
    let spans = ok(subject.store.list_spans(subject.list()).await).items;
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].user_id.as_deref(), Some("ann"), "the later report wins");
    let trace = ok(subject.store.trace(subject.project, spans[0].trace_id, None, 10).await).map(|trace| trace.summary);
    assert_eq!(trace.map(|trace| (trace.span_count, trace.total_tokens)), Some((1, Some(10))));
    let dashboard = ok(subject.store.dashboard(subject.period(crate::fixtures::hour(), "")).await);
    assert_eq!((dashboard.current.total_requests, dashboard.current.total_tokens), (1, Some(10)), "no sum counts a call twice");
}

pub(super) async fn the_version_moves(subject: &Subject) {
    let before = ok(subject.store.version().await);
    let receipt = subject.spans(vec![llm_span(1)]).await;
    let after = ok(subject.store.version().await);
    assert!(before < receipt.commit_seq && receipt.commit_seq <= after, "{before} < {} <= {after}", receipt.commit_seq);
}
