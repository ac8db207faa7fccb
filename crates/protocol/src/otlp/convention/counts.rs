//! Token counts in attributes.

use super::Draft;
use crate::numbers::token_count;

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
