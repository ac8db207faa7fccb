//! Sessions and users: the matching spans, grouped by who caused them.

use super::{calls::Calls, filter::Matcher, page, table::Rows};
use model::{
    StoreResult,
    query::{ListQuery, SessionPage, SessionSummary, UserPage, UserSummary},
    telemetry::Span,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn sessions(rows: &Rows, query: ListQuery) -> StoreResult<SessionPage> {
    let groups = grouped(rows, &query, |span| span.session_id.as_deref())?;
    let summaries = groups.into_iter().filter_map(|(session, spans)| {
        let (first, last) = (spans.first()?, spans.last()?);
        let calls = Calls::of(spans.iter().copied());
        Some(SessionSummary {
            session_id: session.to_owned(),
            user_id: spans.iter().rev().find_map(|span| span.user_id.clone()),
            first_seen: first.start_time,
            last_seen: last.start_time,
            traces: spans.iter().map(|span| span.trace_id).collect::<BTreeSet<_>>().len() as u64,
            requests: calls.requests,
            errors: calls.errors,
            total_tokens: calls.total_tokens,
            total_cost_usd: calls.cost_usd,
            unpriced_requests: calls.unpriced,
            scores: Vec::new(),
            bookmarked: false,
        })
    });
    let keyed = summaries.map(|summary| (page::key(summary.last_seen, summary.session_id.clone()), summary));
    let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
    Ok(SessionPage { items, next_cursor })
}

pub(super) fn users(rows: &Rows, query: ListQuery) -> StoreResult<UserPage> {
    let groups = grouped(rows, &query, |span| span.user_id.as_deref())?;
    let summaries = groups.into_iter().filter_map(|(user, spans)| {
        let (first, last) = (spans.first()?, spans.last()?);
        let calls = Calls::of(spans.iter().copied());
        Some(UserSummary {
            user_id: user.to_owned(),
            first_seen: first.start_time,
            last_seen: last.start_time,
            sessions: spans.iter().filter_map(|span| span.session_id.as_ref()).collect::<BTreeSet<_>>().len() as u64,
            requests: calls.requests,
            errors: calls.errors,
            total_tokens: calls.total_tokens,
            total_cost_usd: calls.cost_usd,
            unpriced_requests: calls.unpriced,
        })
    });
    let keyed = summaries.map(|summary| (page::key(summary.last_seen, summary.user_id.clone()), summary));
    let (items, next_cursor) = page::newest_first(keyed, query.cursor, query.limit);
    Ok(UserPage { items, next_cursor })
}

/// The matching spans by the value of `key`, each group by start.
fn grouped<'a>(rows: &'a Rows, query: &ListQuery, key: impl Fn(&Span) -> Option<&str>) -> StoreResult<BTreeMap<&'a str, Vec<&'a Span>>> {
    let matcher = Matcher::new(&query.filter)?;
    let mut groups: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    for span in rows.spans_in(query.range).filter(|span| matcher.matches(*span)) {
        if let Some(name) = key(span) {
            groups.entry(name).or_default().push(span);
        }
    }
    groups.values_mut().for_each(|spans| spans.sort_by_key(|span| (span.start_time, span.trace_id, span.span_id)));
    Ok(groups)
}
