//! Counts and sums over requests, all whole numbers: their order does not matter.

use std::ops::AddAssign;

/// A sum over the rows that know the value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) sum: i128,
    pub(crate) rows: u64,
}

impl Known {
    pub(crate) fn add(&mut self, value: Option<i64>) {
        if let Some(value) = value {
            self.sum += i128::from(value);
            self.rows += 1;
        }
    }

    /// `None` when nothing was known.
    pub(crate) fn total(self) -> Option<u64> {
        (self.rows > 0).then(|| u64::try_from(self.sum.max(0)).unwrap_or(u64::MAX))
    }
}

impl AddAssign for Known {
    fn add_assign(&mut self, other: Self) {
        self.sum = self.sum.saturating_add(other.sum);
        self.rows += other.rows;
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    /// Requests with a known cost.
    pub(crate) priced: u64,
    pub(crate) input_tokens: Known,
    pub(crate) output_tokens: Known,
    pub(crate) total_tokens: Known,
    pub(crate) cache_read: Known,
    /// In 10^-12 US dollars.
    pub(crate) cost: i128,
    pub(crate) duration_nanos: i128,
    pub(crate) first_token_nanos: i128,
    /// Output tokens and nanoseconds of the requests that have both, and took time.
    pub(crate) timed_tokens: i128,
    pub(crate) timed_nanos: i128,
}

impl Numbers {
    pub(super) const COLUMNS: usize = 16;

    /// As stored: what usually equals another number as its distance from it.
    pub(super) fn to_columns(self) -> [i128; Self::COLUMNS] {
        let missing = |rows: u64| i128::from(self.requests) - i128::from(rows);
        [
            i128::from(self.requests),
            i128::from(self.errors),
            missing(self.priced),
            missing(self.input_tokens.rows),
            missing(self.output_tokens.rows),
            missing(self.total_tokens.rows),
            missing(self.cache_read.rows),
            self.input_tokens.sum,
            self.output_tokens.sum,
            self.total_tokens.sum - self.input_tokens.sum - self.output_tokens.sum,
            self.cache_read.sum,
            self.cost,
            self.duration_nanos,
            self.first_token_nanos,
            self.timed_tokens - self.output_tokens.sum,
            self.timed_nanos - self.duration_nanos,
        ]
    }

    /// `None` when a count is none.
    pub(super) fn from_columns(columns: &[i128; Self::COLUMNS]) -> Option<Self> {
        let [requests, errors, unpriced, no_input, no_output, no_total, no_cached, input, output, total, cached, cost, ..] = *columns;
        let [.., duration_nanos, first_token_nanos, timed_tokens, timed_nanos] = *columns;
        let count = |number: i128| u64::try_from(number).ok();
        let known = |missing: i128, sum: i128| Some(Known { sum, rows: count(requests.checked_sub(missing)?)? });
        let input_tokens = known(no_input, input)?;
        let output_tokens = known(no_output, output)?;
        Some(Self {
            requests: count(requests)?,
            errors: count(errors)?,
            priced: count(requests.checked_sub(unpriced)?)?,
            input_tokens,
            output_tokens,
            total_tokens: known(no_total, total.checked_add(input)?.checked_add(output)?)?,
            cache_read: known(no_cached, cached)?,
            cost,
            duration_nanos,
            first_token_nanos,
            timed_tokens: timed_tokens.checked_add(output)?,
            timed_nanos: timed_nanos.checked_add(duration_nanos)?,
        })
    }
}

impl AddAssign<&Numbers> for Numbers {
    fn add_assign(&mut self, other: &Numbers) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.priced += other.priced;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.total_tokens += other.total_tokens;
        self.cache_read += other.cache_read;
        self.cost = self.cost.saturating_add(other.cost);
        self.duration_nanos = self.duration_nanos.saturating_add(other.duration_nanos);
        self.first_token_nanos = self.first_token_nanos.saturating_add(other.first_token_nanos);
        self.timed_tokens = self.timed_tokens.saturating_add(other.timed_tokens);
        self.timed_nanos = self.timed_nanos.saturating_add(other.timed_nanos);
    }
}
