//! Token counts in attributes.

use super::Draft;
use crate::numbers::token_count;
use model::telemetry::TokenUsage;

/// The first name that holds a count. One that holds nonsense is noted and stays an attribute.
pub(super) fn count(draft: &mut Draft, names: &[&str]) -> Option<u64> {
    let mut found = None;
    for name in names {
        let known = found;
        match draft.attributes.take_checked(name, |value| token_count(value).filter(|count| known.is_none_or(|known| known == *count))) {
            Ok(Some(count)) => found = Some(count),
            Ok(None) => {}
            // An older name beside the newer one may differ: it stays an attribute.
            Err(()) if found.is_some() => {}
            Err(()) => draft.span.note("invalid_token_count"),
        }
    }
    found
}

/// Names of counts, each with what is known of it.
pub(super) type Known<'a> = (&'a [&'a str], Option<u64>);

/// Takes counts that repeat what is known from a better source. Others stay attributes.
pub(super) fn drop_repeated(draft: &mut Draft, counts: &[Known<'_>]) {
    for (names, known) in counts {
        let Some(known) = known else { continue };
        for name in *names {
            // Not taken when it says something else: then it is for a reader to see.
            let _ = draft.attributes.take_checked(name, |value| token_count(value).filter(|count| count == known));
        }
    }
}

/// Everything that was written to caches.
pub(super) fn written(usage: &TokenUsage) -> Option<u64> {
    let buckets = usage.buckets;
    [buckets.cache_write_5m, buckets.cache_write_1h, buckets.cache_write_unknown].into_iter().flatten().reduce(u64::saturating_add)
}
