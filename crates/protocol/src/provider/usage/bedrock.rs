//! Bedrock Converse. What was read from and written to the cache stands beside the input.

use super::{ProviderUsage, fields::Fields};
use crate::{
    numbers::token_count,
    usage::{ReportedUsage, Stands},
};

pub(super) fn read(mut fields: Fields) -> ProviderUsage {
    let (five_minutes, one_hour) = by_lifetime(&mut fields);
    let reported = ReportedUsage {
        input: fields.count(&["inputTokens"]),
        output: fields.count(&["outputTokens"]),
        total: fields.count(&["totalTokens"]),
        // Some SDKs write each count by two names.
        cache_read: fields.first_count(&[&["cacheReadInputTokens"], &["cacheReadInputTokenCount"]]),
        cache_write: fields.first_count(&[&["cacheWriteInputTokens"], &["cacheWriteInputTokenCount"]]),
        cache_write_5m: five_minutes,
        cache_write_1h: one_hour,
        ..ReportedUsage::default()
    };
    ProviderUsage::of(reported.split_known(Stands::Beside, Stands::Inside), fields)
}

/// `cacheDetails`: what was written, by time to live.
fn by_lifetime(fields: &mut Fields) -> (Option<u64>, Option<u64>) {
    let Some(details) = fields.take(&["cacheDetails"]) else { return (None, None) };
    let of = |ttl: &str| {
        let counts = details.as_array().into_iter().flatten().filter(|detail| detail["ttl"] == ttl);
        counts.filter_map(|detail| token_count(&detail["inputTokens"])).reduce(u64::saturating_add)
    };
    let known = (of("5m"), of("1h"));
    let is_understood = details.as_array().is_some_and(|items| items.iter().all(|item| matches!(item["ttl"].as_str(), Some("5m" | "1h"))));
    if !is_understood {
        fields.put_back("cacheDetails", details.clone());
    }
    known
}
