//! What a call may be read as: an answer of the scripted provider, and how much of it a client hands on. OpenAI's answer counts 100 in,
//! of which 64 came from the cache, and 20 out, of which 8 are reasoning; Anthropic's 30 + 1,000 read from the cache + 40 written to it
//! for five minutes and 10 for an hour in, 25 out, and one web search; Gemini's the same as OpenAI's.

use model::telemetry::{Span, Status, TokenUsage};

/// Input: uncached, read from the cache, written to it for 5 min, for 1 h, for an unknown time. Output: text, reasoning.
type Tokens = [u64; 7];

/// What must be read of a call, and what it must cost.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) case: &'static str,
    /// What answered, without the date of its release. `None`: nobody tells.
    model: Option<&'static str>,
    /// `None`: nobody tells, which is not zero.
    tokens: Option<Tokens>,
    web_searches: u64,
    split: &'static str,
    /// US dollars. `None`: unknown, which is not zero.
    cost: Option<&'static str>,
}

impl Reading {
    pub(super) fn is_of(&self, span: &Span) -> bool {
        if self.case == FAILED.case || span.status == Status::Error {
            return self.case == FAILED.case && span.status == Status::Error && span.usage.is_unknown() && span.cost.total_usd.is_none();
        }
        let cost = span.cost.total_usd.map(|cost| cost.to_string());
        is_model(self.model, span.model())
            && tokens(&span.usage) == self.tokens
            && span.usage.buckets.web_searches.unwrap_or(0) == self.web_searches
            && (self.tokens.is_none() || span.usage.split.as_str() == self.split)
            && cost.as_deref() == self.cost
    }
}

/// `gpt-4o-mini` is also `gpt-4o-mini-2024-07-18`, and no `gpt-4o`.
fn is_model(expected: Option<&str>, found: Option<&str>) -> bool {
    let (Some(expected), Some(found)) = (expected, found) else { return expected == found };
    let release = found.strip_prefix(expected);
    release.is_some_and(|release| release.is_empty() || release.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()))
}

/// A zero beside known counts says no more than nothing; without any count there are none.
fn tokens(usage: &TokenUsage) -> Option<Tokens> {
    let buckets = &usage.buckets;
    let told = [
        buckets.input_uncached,
        buckets.cache_read,
        buckets.cache_write_5m,
        buckets.cache_write_1h,
        buckets.cache_write_unknown,
        buckets.output_text,
        buckets.output_reasoning,
    ];
    (!usage.is_unknown()).then(|| told.map(Option::unwrap_or_default))
}

/// A call that is none of these.
pub(super) fn shown(span: &Span) -> String {
    let usage = &span.usage;
    let cost = span.cost.total_usd.map(|cost| cost.to_string());
    let model = span.model().unwrap_or("no model");
    let searches = usage.buckets.web_searches;
    format!("{} of {model}: {:?} {} searches {searches:?} cost {cost:?}", span.name, tokens(usage), usage.split.as_str())
}

macro_rules! readings {
    ($($(#[$doc:meta])* $name:ident: $model:expr, $tokens:expr, $web_searches:expr, $split:literal, $cost:expr;)+) => {
        $($(#[$doc])* pub(super) const $name: Reading = Reading {
            case: stringify!($name), model: $model, tokens: $tokens, web_searches: $web_searches, split: $split, cost: $cost,
        };)+
        pub(super) const ALL: &[Reading] = &[$($name),+];
    };
}

const GPT_4O_MINI: Option<&str> = Some("gpt-4o-mini");
const SONNET: Option<&str> = Some("claude-sonnet-4-5");

readings! {
    /// 36 × 0.15 + 64 × 0.075 + 20 × 0.6 millionths.
    GPT: GPT_4O_MINI, Some([36, 64, 0, 0, 0, 12, 8]), 0, "exact", Some("0.0000222");
    /// The same price: reasoning costs what text costs.
    GPT_REASONING_UNTOLD: GPT_4O_MINI, Some([36, 64, 0, 0, 0, 20, 0]), 0, "exact", Some("0.0000222");
    /// Too dear, and said to be assumed: the client drops what was cached.
    GPT_CACHE_UNTOLD: GPT_4O_MINI, Some([100, 0, 0, 0, 0, 20, 0]), 0, "assumed", Some("0.000027");
    /// Streams without `include_usage`, and clients that drop it.
    GPT_UNTOLD: GPT_4O_MINI, None, 0, "assumed", None;
    GPT_4O_CACHE_UNTOLD: Some("gpt-4o"), Some([100, 0, 0, 0, 0, 20, 0]), 0, "assumed", Some("0.00045");
    /// Counts that an application gave by hand.
    GPT_4O_BY_HAND: Some("gpt-4o"), Some([10, 3, 0, 0, 0, 5, 0]), 0, "exact", Some("0.00007875");
    /// Counts without a model have no price.
    MODEL_UNTOLD: None, Some([36, 64, 0, 0, 0, 12, 8]), 0, "exact", None;
    NOTHING_TOLD: None, None, 0, "assumed", None;

    /// 30 × 3 + 1,000 × 0.3 + 40 × 3.75 + 10 × 6 + 25 × 15 millionths, and a cent for the search.
    CLAUDE: SONNET, Some([30, 1000, 40, 10, 0, 25, 0]), 1, "exact", Some("0.010975");
    /// The client drops the web search.
    CLAUDE_SEARCH_UNTOLD: SONNET, Some([30, 1000, 40, 10, 0, 25, 0]), 0, "exact", Some("0.000975");
    /// The client also drops for how long was written to the cache: priced as five minutes, and flagged.
    CLAUDE_LIFETIMES_UNTOLD: SONNET, Some([30, 1000, 0, 0, 50, 25, 0]), 0, "exact", Some("0.0009525");
    /// The client adds the first count of a stream to the last one, and nothing in its span tells the right one: flagged.
    CLAUDE_STREAM_OVERCOUNTED: SONNET, Some([30, 1000, 0, 0, 50, 26, 0]), 0, "exact", Some("0.0009675");
    CLAUDE_BY_HAND: SONNET, Some([10, 0, 0, 0, 0, 5, 0]), 0, "assumed", Some("0.000105");
    CLAUDE_UNTOLD: SONNET, None, 0, "assumed", None;

    /// 36 × 1.25 + 64 × 0.125 + 20 × 10 millionths.
    GPT_5: Some("gpt-5"), Some([36, 64, 0, 0, 0, 12, 8]), 0, "exact", Some("0.000253");
    /// From a provider of the user's own, whose prices nobody knows.
    GPT_5_ELSEWHERE: Some("gpt-5"), Some([36, 64, 0, 0, 0, 12, 8]), 0, "exact", None;
    /// Codex opens its connection with a request that generates nothing, and is told that it used nothing.
    GPT_5_WARM_UP: Some("gpt-5"), Some([0, 0, 0, 0, 0, 0, 0]), 0, "exact", Some("0");
    /// The same prices as GPT-5's. The client counts thoughts beside the output.
    GEMINI: Some("gemini-2.5-pro"), Some([36, 64, 0, 0, 0, 12, 8]), 0, "exact", Some("0.000253");

    /// 16 × 0.02 millionths.
    EMBEDDING: Some("text-embedding-3-small"), Some([16, 0, 0, 0, 0, 0, 0]), 0, "exact", Some("0.00000032");
    EMBEDDING_UNTOLD: Some("text-embedding-3-small"), None, 0, "assumed", None;
    /// A model that is in no price list, with the price that the application gave.
    HOUSE_MODEL: Some("house-model"), Some([9, 0, 0, 0, 0, 3, 0]), 0, "assumed", Some("0.000015");
    VISION_MODEL: Some("vision-1"), Some([5, 0, 0, 0, 0, 2, 0]), 0, "assumed", None;
    /// A refused call of any model used nothing that anybody told of.
    FAILED: None, None, 0, "assumed", None;
}
