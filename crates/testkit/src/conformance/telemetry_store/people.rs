//! Sessions and users.

use super::subject::{Subject, ok};
use crate::fixtures::{at, cost, llm_span, trace_id};
use model::{
    query::{ListQuery, SessionSummary, UserSummary},
    telemetry::{Span, SpanKind, Status},
};

fn said(number: u32, session: &str, user: &str) -> Span {
    let mut span = llm_span(number);
    span.session_id = Some(session.into());
    span.user_id = Some(user.into());
    span
}

async fn conversations(subject: &Subject) {
    let mut failed = said(5, "s1", "ann");
    failed.status = Status::Error;
    failed.usage = Default::default();
    failed.cost = Default::default();
    let mut tool = said(3, "s1", "ann");
    tool.trace_id = trace_id(1);
    tool.kind = SpanKind::Tool;
    subject.spans(vec![said(1, "s1", "ann"), tool, failed]).await;
    subject.spans(vec![said(4, "s2", "ann"), said(2, "s3", "bob"), llm_span(6)]).await;
}

pub(super) async fn sessions_are_summed(subject: &Subject) {
    conversations(subject).await;
    let sessions = ok(subject.store.list_sessions(subject.list()).await).items;
    assert_eq!(sessions.iter().map(|session| session.session_id.as_str()).collect::<Vec<_>>(), ["s1", "s2", "s3"], "last seen first");
    let expected = SessionSummary {
        session_id: "s1".into(),
        user_id: Some("ann".into()),
        first_seen: at(1),
        last_seen: at(5),
        traces: 2,
        requests: 2,
        errors: 1,
        total_tokens: Some(120),
        total_cost_usd: cost(450).total_usd,
        unpriced_requests: 1,
        scores: Vec::new(),
        bookmarked: false,
    };
    assert_eq!(sessions[0], expected);
}

pub(super) async fn users_are_summed(subject: &Subject) {
    conversations(subject).await;
    let users = ok(subject.store.list_users(subject.list()).await).items;
    assert_eq!(users.iter().map(|user| user.user_id.as_str()).collect::<Vec<_>>(), ["ann", "bob"], "last seen first");
    let expected = UserSummary {
        user_id: "ann".into(),
        first_seen: at(1),
        last_seen: at(5),
        sessions: 2,
        requests: 3,
        errors: 1,
        total_tokens: Some(240),
        total_cost_usd: cost(900).total_usd,
        unpriced_requests: 1,
    };
    assert_eq!(users[0], expected);
}

pub(super) async fn sessions_page(subject: &Subject) {
    conversations(subject).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..3 {
        let page = ok(subject.store.list_sessions(ListQuery { limit: 1, cursor, ..subject.list() }).await);
        seen.extend(page.items.into_iter().map(|session| session.session_id));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None);
    assert_eq!(seen, ["s1", "s2", "s3"]);
}
