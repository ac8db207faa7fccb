//! The most exact usage of several reports of one call.

use model::telemetry::{TokenBuckets, TokenUsage, UsageSplit};
use std::cmp::Reverse;

/// The best input side and the best output side of reports of one call, which are in order of preference. Sides are taken whole, so that
/// buckets stay disjoint.
pub(super) fn best_usage(reports: &[TokenUsage]) -> TokenUsage {
    let Some(own) = reports.first() else { return TokenUsage::default() };
    let best = |rank: &dyn Fn(&TokenUsage) -> (bool, bool, bool, usize)| {
        // Of equals the first: `max_by_key` would take the last.
        reports.iter().enumerate().max_by_key(|(place, usage)| (rank(usage), Reverse(*place))).map_or(own, |(_, usage)| usage)
    };
    let input = best(&input_rank);
    let output = best(&output_rank);
    // Of two output counts that are told apart by nothing else, the one that came with the better input.
    let output = if output_rank(output) == output_rank(input) { input } else { output };
    let buckets = TokenBuckets {
        output_text: output.buckets.output_text,
        output_reasoning: output.buckets.output_reasoning,
        output_audio: output.buckets.output_audio,
        web_searches: reports.iter().find_map(|usage| usage.buckets.web_searches),
        ..input.buckets
    };
    if buckets == own.buckets && input.split == own.split {
        return *own;
    }
    let total = reports.iter().find_map(|usage| usage.total_tokens);
    TokenUsage::from_buckets(buckets, input.split, total)
}

/// Known, split as reported, cache writes with their lifetimes, in detail.
fn input_rank(usage: &TokenUsage) -> (bool, bool, bool, usize) {
    let buckets = &usage.buckets;
    let details = [
        buckets.input_uncached,
        buckets.cache_read,
        buckets.cache_write_5m,
        buckets.cache_write_1h,
        buckets.input_audio,
        buckets.input_image,
    ];
    let lifetimes_known = buckets.cache_write_unknown.is_none_or(|tokens| tokens == 0);
    (usage.input_tokens.is_some(), usage.split == UsageSplit::Exact, lifetimes_known, told(&details))
}

fn output_rank(usage: &TokenUsage) -> (bool, bool, bool, usize) {
    let buckets = &usage.buckets;
    let details = [buckets.output_text, buckets.output_reasoning, buckets.output_audio];
    (usage.output_tokens.is_some(), buckets.output_reasoning.is_some(), usage.split == UsageSplit::Exact, told(&details))
}

/// Whether a later report of the same span counts less exactly than what is known: a span that leaves out what the record of its call
/// tells must not overrule it. Of equally exact counts the later ones hold.
pub(super) fn is_less_exact(later: &TokenUsage, known: &TokenUsage) -> bool {
    let exactness = |usage: &TokenUsage| {
        let lifetimes_known = usage.buckets.cache_write_unknown.is_none_or(|tokens| tokens == 0);
        let (reasoning, searches) = (usage.buckets.output_reasoning.is_some(), usage.buckets.web_searches.is_some());
        (usage.split == UsageSplit::Exact, lifetimes_known, reasoning, searches)
    };
    !known.is_unknown() && exactness(later) < exactness(known)
}

/// How many buckets hold something. A zero more is no reason to prefer a report.
fn told(buckets: &[Option<u64>]) -> usize {
    buckets.iter().flatten().filter(|tokens| **tokens > 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(split: UsageSplit, buckets: TokenBuckets) -> TokenUsage {
        TokenUsage::from_buckets(buckets, split, None)
    }

    #[test]
    fn each_side_comes_from_whoever_knows_it_best() {
        let wrapper = usage(
            UsageSplit::Exact,
            TokenBuckets {
                input_uncached: Some(30),
                cache_read: Some(1000),
                cache_write_unknown: Some(50),
                output_text: Some(26),
                web_searches: Some(1),
                ..Default::default()
            },
        );
        let sdk = usage(
            UsageSplit::Exact,
            TokenBuckets {
                input_uncached: Some(30),
                cache_read: Some(1000),
                cache_write_5m: Some(40),
                cache_write_1h: Some(10),
                output_text: Some(25),
                ..Default::default()
            },
        );
        let best = best_usage(&[wrapper, sdk]);
        assert_eq!(
            (best.buckets.cache_write_5m, best.buckets.cache_write_1h, best.buckets.cache_write_unknown),
            (Some(40), Some(10), None)
        );
        assert_eq!((best.input_tokens, best.output_tokens, best.buckets.web_searches), (Some(1080), Some(25), Some(1)));
        assert_eq!(best_usage(&[sdk, wrapper]).buckets, best.buckets);
    }

    #[test]
    fn equal_reports_leave_the_own_one_as_it_is() {
        let own = usage(UsageSplit::Assumed, TokenBuckets { input_uncached: Some(100), output_text: Some(20), ..Default::default() });
        assert_eq!(best_usage(&[own, own, TokenUsage::default()]), own);
        assert_eq!(best_usage(&[TokenUsage::default(), own]), own);
        assert!(best_usage(&[]).is_unknown());
    }
}
