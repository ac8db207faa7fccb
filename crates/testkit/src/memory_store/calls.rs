//! Sums over requests: what every chart and tile is made of.

use model::{
    Money,
    query::LatencyStats,
    sketch::{DdSketch, Hll},
    telemetry::{Span, Status},
    time::{NANOS_PER_SECOND, nanos_of_millis},
};

/// Durations, summed and sketched.
#[derive(Default)]
pub(super) struct Latency {
    nanos: i128,
    sketch: DdSketch,
}

impl Latency {
    fn add(&mut self, millis: Option<f64>) {
        if let Some(millis) = millis {
            self.nanos += i128::from(nanos_of_millis(millis).unwrap_or_default());
            self.sketch.add(millis);
        }
    }

    pub(super) fn stats(&self) -> LatencyStats {
        LatencyStats::of(self.nanos, &self.sketch)
    }
}

/// Sums over the requests among the spans that were added. `None` stays `None` until a value is known.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) requests: u64,
    pub(super) errors: u64,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) total_tokens: Option<u64>,
    pub(super) cached_input_tokens: Option<u64>,
    pub(super) cost_usd: Option<Money>,
    pub(super) unpriced: u64,
    pub(super) latency: Latency,
    pub(super) first_token: Latency,
    pub(super) users: Hll,
    pub(super) sessions: Hll,
    /// Output tokens and nanoseconds of the calls that have both.
    timed_output: (i128, i128),
}

impl Calls {
    pub(super) fn of<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Self {
        let mut calls = Self::default();
        spans.into_iter().for_each(|span| calls.add(span));
        calls
    }

    /// Counts the span if it is a request.
    pub(super) fn add(&mut self, span: &Span) {
        if !span.is_request() {
            return;
        }
        self.requests += 1;
        self.errors += u64::from(span.status == Status::Error);
        add_known(&mut self.input_tokens, span.usage.input_tokens);
        add_known(&mut self.output_tokens, span.usage.output_tokens);
        add_known(&mut self.total_tokens, span.usage.total_tokens);
        add_known(&mut self.cached_input_tokens, span.usage.buckets.cache_read);
        match span.cost.total_usd {
            Some(cost) => self.cost_usd = Some(self.cost_usd.unwrap_or_default() + cost),
            None => self.unpriced += 1,
        }
        self.latency.add(span.duration_ms);
        self.first_token.add(span.time_to_first_token_ms);
        span.user_id.iter().for_each(|user| self.users.add(user));
        span.session_id.iter().for_each(|session| self.sessions.add(session));
        let nanos = span.duration_ms.and_then(nanos_of_millis).filter(|nanos| *nanos > 0);
        if let (Some(tokens), Some(nanos)) = (span.usage.output_tokens, nanos) {
            self.timed_output.0 += i128::from(tokens);
            self.timed_output.1 += i128::from(nanos);
        }
    }

    /// 0 to 1.
    pub(super) fn success_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| (self.requests - self.errors) as f64 / self.requests as f64)
    }

    pub(super) fn output_tokens_per_second(&self) -> Option<f64> {
        let (tokens, nanos) = self.timed_output;
        (nanos > 0).then(|| tokens as f64 / (nanos as f64 / NANOS_PER_SECOND as f64))
    }
}

fn add_known(sum: &mut Option<u64>, value: Option<u64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0).saturating_add(value));
    }
}
