//! Reported token counts → disjoint buckets. The one place where a client's convention (cached input inside or beside the input
//! count, reasoning inside or beside the output count) is undone.

use model::telemetry::{TokenBuckets, TokenUsage, UsageSplit};

/// Counts as a client reported them, whatever they include. `None`: not reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ReportedUsage {
    pub input: Option<u64>,
    pub output: Option<u64>,
    pub total: Option<u64>,
    pub cache_read: Option<u64>,
    /// All cache writes, of any lifetime.
    pub cache_write: Option<u64>,
    pub cache_write_5m: Option<u64>,
    pub cache_write_1h: Option<u64>,
    pub input_audio: Option<u64>,
    pub input_image: Option<u64>,
    pub reasoning: Option<u64>,
    pub output_audio: Option<u64>,
    pub web_searches: Option<u64>,
}

/// Buckets, and notes about what did not fit together.
#[derive(Debug, PartialEq)]
pub(crate) struct SplitUsage {
    pub usage: TokenUsage,
    pub notes: Vec<&'static str>,
}

impl SplitUsage {
    fn is_contradictory(&self) -> bool {
        self.notes.iter().any(|note| matches!(*note, CACHE_EXCEEDS_INPUT | REASONING_EXCEEDS_OUTPUT))
    }
}

/// Where the tokens of a detail are counted: in the total it belongs to, or beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Inside,
    Beside,
}

/// Unknown details add nothing; an unknown count stays unknown.
fn plus(count: Option<u64>, details: &[Option<u64>]) -> Option<u64> {
    count.map(|count| details.iter().flatten().fold(count, |sum, detail| sum.saturating_add(*detail)))
}

impl ReportedUsage {
    /// The rules of OpenTelemetry and OpenAI: the input count includes what was read from and written to caches, the output count
    /// includes reasoning. Arithmetic overrules the default: a detail larger than its total, or a sum that only adds up when the
    /// detail stands beside, means that this client counts exclusively.
    pub(crate) fn split(self) -> SplitUsage {
        self.split_by(self.total)
    }

    /// For clients that are known to count inclusively: no sum changes that.
    pub(crate) fn split_inclusive(self) -> SplitUsage {
        self.split_by(None)
    }

    /// For counts whose rules are known, as those of providers are: no sum changes them, and the split is exact unless a detail
    /// is larger than what it is said to be in.
    pub(crate) fn split_known(self, cache: Stands, reasoning: Stands) -> SplitUsage {
        let cached = [self.cache_read, self.cache_write.or(self.writes_by_lifetime())];
        let inclusive = Self {
            input: if cache == Stands::Beside { plus(self.input, &cached) } else { self.input },
            output: if reasoning == Stands::Beside { plus(self.output, &[self.reasoning]) } else { self.output },
            ..self
        };
        let mut split = inclusive.split_by(None);
        if !split.is_contradictory() {
            split.usage.split = UsageSplit::Exact;
        }
        split
    }

    fn writes_by_lifetime(self) -> Option<u64> {
        [self.cache_write_5m, self.cache_write_1h].into_iter().flatten().reduce(u64::saturating_add)
    }

    /// `telling_total` may tell inclusive from exclusive counts.
    fn split_by(self, telling_total: Option<u64>) -> SplitUsage {
        let mut notes = Vec::new();
        let mut buckets = TokenBuckets { cache_read: self.cache_read, web_searches: self.web_searches, ..Default::default() };
        let written = self.split_cache_writes(&mut buckets, &mut notes);
        let cached = self.cache_read.unwrap_or(0).saturating_add(written);
        let telling = Self { total: telling_total, ..self };
        let inclusive_input = telling.split_input(cached, &mut buckets, &mut notes);
        telling.split_output(inclusive_input, &mut buckets, &mut notes);

        let cache_reported = self.cache_read.is_some() || self.cache_write.is_some() || written > 0;
        let usage = TokenUsage::from_buckets(buckets, UsageSplit::Assumed, self.total);
        if let (Some(reported), Some(known)) = (self.total, usage.total_tokens)
            && reported != known
        {
            notes.push("total_tokens_mismatch");
        }
        let mut split = SplitUsage { usage, notes };
        if cache_reported && !split.is_contradictory() {
            split.usage.split = UsageSplit::Exact;
        }
        split
    }

    /// Fills the write buckets and returns their sum.
    fn split_cache_writes(self, buckets: &mut TokenBuckets, notes: &mut Vec<&'static str>) -> u64 {
        // There are two lifetimes: who tells how much is kept for an hour tells how much is not.
        let rest = || Some(self.cache_write?.saturating_sub(self.cache_write_1h?));
        let cache_write_5m = self.cache_write_5m.or_else(rest);
        buckets.cache_write_5m = cache_write_5m;
        buckets.cache_write_1h = self.cache_write_1h;
        let by_lifetime = cache_write_5m.unwrap_or(0).saturating_add(self.cache_write_1h.unwrap_or(0));
        match self.cache_write {
            Some(all) if by_lifetime > all => {
                notes.push("cache_write_exceeds_its_total");
                by_lifetime
            }
            Some(all) => {
                let unknown = all - by_lifetime;
                let lifetimes_known = cache_write_5m.is_some() || self.cache_write_1h.is_some();
                if unknown > 0 {
                    notes.push("cache_write_lifetime_unknown");
                }
                buckets.cache_write_unknown = (unknown > 0 || !lifetimes_known).then_some(unknown);
                all
            }
            None => by_lifetime,
        }
    }

    /// Returns the input count with everything in it.
    fn split_input(self, cached: u64, buckets: &mut TokenBuckets, notes: &mut Vec<&'static str>) -> Option<u64> {
        let input = self.input?;
        let output = self.output.unwrap_or(0);
        let beside = input.saturating_add(cached);
        let sums_up_beside = cached > 0 && self.total == Some(beside.saturating_add(output));
        if cached > input && !sums_up_beside {
            notes.push(CACHE_EXCEEDS_INPUT);
        }
        let exclusive = cached > input || sums_up_beside;
        let mut uncached = if exclusive { input } else { input - cached };
        for (reported, bucket) in [(self.input_audio, &mut buckets.input_audio), (self.input_image, &mut buckets.input_image)] {
            match reported {
                Some(count) if count <= uncached => {
                    uncached -= count;
                    *bucket = Some(count);
                }
                Some(_) => notes.push("input_modality_exceeds_input"),
                None => {}
            }
        }
        buckets.input_uncached = Some(uncached);
        Some(if exclusive { beside } else { input })
    }

    fn split_output(self, inclusive_input: Option<u64>, buckets: &mut TokenBuckets, notes: &mut Vec<&'static str>) {
        let reasoning = self.reasoning.unwrap_or(0);
        buckets.output_reasoning = self.reasoning;
        let Some(output) = self.output else { return };
        let beside = output.saturating_add(reasoning);
        let input = inclusive_input.unwrap_or(0);
        let sums_up_beside = reasoning > 0 && self.total == Some(input.saturating_add(beside));
        if reasoning > output && !sums_up_beside {
            notes.push(REASONING_EXCEEDS_OUTPUT);
        }
        let mut text = if reasoning > output || sums_up_beside { output } else { output - reasoning };
        match self.output_audio {
            Some(audio) if audio <= text => {
                text -= audio;
                buckets.output_audio = Some(audio);
            }
            Some(_) => notes.push("output_audio_exceeds_output"),
            None => {}
        }
        buckets.output_text = Some(text);
    }
}

const CACHE_EXCEEDS_INPUT: &str = "cache_exceeds_input";
const REASONING_EXCEEDS_OUTPUT: &str = "reasoning_exceeds_output";

#[cfg(test)]
mod tests {
    use super::*;

    fn split(reported: ReportedUsage) -> (TokenBuckets, UsageSplit, Vec<&'static str>) {
        let SplitUsage { usage, notes } = reported.split();
        (usage.buckets, usage.split, notes)
    }

    #[test]
    fn inclusive_counts_become_disjoint_once() {
        let reported = ReportedUsage {
            input: Some(100),
            output: Some(20),
            total: Some(120),
            cache_read: Some(64),
            reasoning: Some(8),
            ..Default::default()
        };
        let (buckets, exactness, notes) = split(reported);
        assert_eq!((buckets.input_uncached, buckets.cache_read), (Some(36), Some(64)));
        assert_eq!((buckets.output_text, buckets.output_reasoning), (Some(12), Some(8)));
        assert_eq!((exactness, notes), (UsageSplit::Exact, vec![]));
    }

    #[test]
    fn cache_writes_are_split_by_lifetime() {
        let reported = ReportedUsage {
            input: Some(1080),
            output: Some(25),
            cache_read: Some(1000),
            cache_write: Some(50),
            cache_write_5m: Some(40),
            cache_write_1h: Some(10),
            ..Default::default()
        };
        let (buckets, ..) = split(reported);
        assert_eq!((buckets.input_uncached, buckets.cache_write_5m, buckets.cache_write_1h), (Some(30), Some(40), Some(10)));
        assert_eq!(buckets.cache_write_unknown, None);
        assert_eq!(reported.split().usage.input_tokens, Some(1080));
    }

    #[test]
    fn sums_tell_exclusive_counts() {
        let reported = ReportedUsage { input: Some(100), output: Some(12), total: Some(120), reasoning: Some(8), ..Default::default() };
        let (buckets, _, notes) = split(reported);
        assert_eq!((buckets.output_text, buckets.output_reasoning, notes), (Some(12), Some(8), vec![]));
        let beside = ReportedUsage { input: Some(1500), output: Some(25), total: Some(2525), cache_read: Some(1000), ..Default::default() };
        assert_eq!(split(beside).0.input_uncached, Some(1500));
    }

    #[test]
    fn a_cache_larger_than_the_input_is_counted_beside_it_and_flagged() {
        let reported = ReportedUsage { input: Some(30), cache_read: Some(1000), cache_write: Some(50), ..Default::default() };
        let SplitUsage { usage, notes } = reported.split();
        assert_eq!((usage.buckets.input_uncached, usage.input_tokens), (Some(30), Some(1080)));
        assert_eq!(usage.split, UsageSplit::Assumed);
        assert!(notes.contains(&CACHE_EXCEEDS_INPUT));
    }

    #[test]
    fn known_rules_are_not_second_guessed() {
        let reported = ReportedUsage {
            input: Some(30),
            output: Some(25),
            cache_read: Some(1000),
            cache_write: Some(50),
            cache_write_5m: Some(40),
            cache_write_1h: Some(10),
            reasoning: Some(8),
            ..Default::default()
        };
        let SplitUsage { usage, notes } = reported.split_known(Stands::Beside, Stands::Inside);
        assert_eq!((usage.input_tokens, usage.buckets.input_uncached, usage.buckets.output_text), (Some(1080), Some(30), Some(17)));
        assert_eq!((usage.split, notes), (UsageSplit::Exact, vec![]));
        let no_cache = ReportedUsage { input: Some(7), output: Some(1), ..Default::default() };
        assert_eq!(no_cache.split_known(Stands::Beside, Stands::Beside).usage.split, UsageSplit::Exact);
        let inside = ReportedUsage { input: Some(7), cache_read: Some(9), ..Default::default() };
        assert_eq!(inside.split_known(Stands::Inside, Stands::Inside).usage.split, UsageSplit::Assumed);
    }

    #[test]
    fn missing_is_not_zero() {
        let SplitUsage { usage, notes } = ReportedUsage::default().split();
        assert!(usage.is_unknown() && notes.is_empty());
        let only_input = ReportedUsage { input: Some(5), ..Default::default() }.split().usage;
        assert_eq!((only_input.output_tokens, only_input.total_tokens, only_input.split), (None, None, UsageSplit::Assumed));
    }
}
