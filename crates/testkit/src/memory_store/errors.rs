//! Failed spans, grouped by what failed where.

use super::{filter::Matcher, table::Rows};
use model::{
    StoreResult,
    query::{DashboardQuery, ErrorExample, ErrorGroup},
    telemetry::{Span, Status},
};
use std::{
    cmp::Reverse,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Type, provider and model.
type Fingerprint<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

pub(super) fn groups(rows: &Rows, query: &DashboardQuery, limit: usize) -> StoreResult<Vec<ErrorGroup>> {
    let matcher = Matcher::new(&query.filter)?;
    let mut groups: BTreeMap<Fingerprint<'_>, Vec<&Span>> = BTreeMap::new();
    for span in rows.spans_in(query.range).filter(|span| span.status == Status::Error && matcher.matches(*span)) {
        groups.entry((span.error_type.as_deref(), span.provider.as_deref(), span.model())).or_default().push(span);
    }
    let mut groups: Vec<ErrorGroup> = groups.into_iter().filter_map(|(fingerprint, spans)| group(fingerprint, spans)).collect();
    groups.sort_by_key(|group| (Reverse(group.count), Reverse(group.last_seen)));
    groups.truncate(limit);
    Ok(groups)
}

fn group(fingerprint: Fingerprint<'_>, mut spans: Vec<&Span>) -> Option<ErrorGroup> {
    spans.sort_by_key(|span| (span.start_time, span.trace_id, span.span_id));
    let (first, newest) = (spans.first()?, spans.last()?);
    let mut hasher = DefaultHasher::new();
    fingerprint.hash(&mut hasher);
    let (error_type, provider, model) = fingerprint;
    Some(ErrorGroup {
        fingerprint: format!("{:016x}", hasher.finish()),
        error_type: error_type.map(str::to_owned),
        provider: provider.map(str::to_owned),
        model: model.map(str::to_owned),
        count: spans.len() as u64,
        first_seen: first.start_time,
        last_seen: newest.start_time,
        example: ErrorExample {
            trace_id: newest.trace_id,
            span_id: newest.span_id,
            name: newest.name.clone(),
            error_message: newest.error_message.clone(),
        },
    })
}
