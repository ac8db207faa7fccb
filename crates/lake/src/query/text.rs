//! Text patterns of filters, as crate `textindex` understands them.

use model::{StoreError, StoreResult, filter::TextPattern};

pub(crate) use textindex::TextMatcher;

/// `Invalid` for a pattern that does not compile or is too large.
pub(crate) fn text_matcher(pattern: &TextPattern) -> StoreResult<TextMatcher> {
    TextMatcher::new(pattern).map_err(|error| StoreError::invalid("filter", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oversized_and_broken_patterns_are_refused() {
        for source in ["(", "(a{1000}){1000}"] {
            assert!(matches!(text_matcher(&TextPattern::Regex(source.into())), Err(StoreError::Invalid { .. })), "{source}");
        }
    }
}
