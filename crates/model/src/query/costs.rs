//! What was used and paid, by whatever it is split by. Only requests count, as in the other sums.

use crate::{
    Money, ProjectId, TimeRange, Timestamp,
    filter::Filter,
    query::Interval,
    telemetry::{CostSource, Span, Status, TokenBuckets},
};
use serde::{Deserialize, Serialize};

/// The attribute that names the key which sent a span: its id, never the key.
pub const API_KEY_ATTRIBUTE: &str = "telltale.api_key_id";

/// What costs are split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostGroup {
    Provider,
    /// What answered, else what was asked for.
    Model,
    User,
    Session,
    Agent,
    /// A span counts with each of its tags: the groups' sums are more than the total.
    Tag,
    PromptName,
    PromptVersion,
    Environment,
    Service,
    Release,
    ApiKey,
    /// The row of the price book.
    PriceId,
}

impl CostGroup {
    pub const ALL: [CostGroup; 13] = [
        Self::Provider,
        Self::Model,
        Self::User,
        Self::Session,
        Self::Agent,
        Self::Tag,
        Self::PromptName,
        Self::PromptVersion,
        Self::Environment,
        Self::Service,
        Self::Release,
        Self::ApiKey,
        Self::PriceId,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Model => "model",
            Self::User => "user",
            Self::Session => "session",
            Self::Agent => "agent",
            Self::Tag => "tag",
            Self::PromptName => "prompt_name",
            Self::PromptVersion => "prompt_version",
            Self::Environment => "environment",
            Self::Service => "service",
            Self::Release => "release",
            Self::ApiKey => "api_key",
            Self::PriceId => "price_id",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct CostQuery {
    pub project: ProjectId,
    pub range: TimeRange,
    pub filter: Filter,
    /// None: one row for all. Each at most once; their order is that of [`CostRow::groups`].
    pub group_by: Vec<CostGroup>,
    /// Rows of each interval apart. `None`: of the whole range.
    pub interval: Option<Interval>,
    /// Most rows of the answer, up to [`MAX_COST_ROWS`].
    pub limit: usize,
}

/// Most rows of one answer.
pub const MAX_COST_ROWS: usize = 10_000;
/// Most things that costs are split by at once.
pub const MAX_COST_GROUPS: usize = 3;

/// The requests of one group, and of one interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostRow {
    /// One value for each thing that was asked to split by; `None` where the spans have none.
    pub groups: Vec<Option<String>>,
    /// Start of the interval; `None` without intervals.
    pub time: Option<Timestamp>,
    pub requests: u64,
    /// Requests with status `error`.
    pub failed_requests: u64,
    /// Requests whose cost is in the sums.
    pub priced_requests: u64,
    /// Those of them whose cost is the client's own figure.
    pub reported_requests: u64,
    /// Sums of what was reported; `None` when nothing was.
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub total_tokens: Option<u64>,
    pub buckets: TokenBuckets,
    /// Over the priced requests; `None` when none is.
    pub cost_usd: Option<Money>,
    pub input_usd: Option<Money>,
    pub output_usd: Option<Money>,
    /// What clients said, whether we computed a cost or not.
    pub reported_usd: Option<Money>,
}

impl CostRow {
    /// Adds a span, which must be a request.
    pub fn add(&mut self, span: &Span) {
        self.requests += 1;
        self.failed_requests += u64::from(span.status == Status::Error);
        self.priced_requests += u64::from(span.cost.total_usd.is_some());
        self.reported_requests += u64::from(span.cost.source == CostSource::Reported);
        add(&mut self.input_tokens, span.usage.input_tokens);
        add(&mut self.output_tokens, span.usage.output_tokens);
        add(&mut self.total_tokens, span.usage.total_tokens);
        let (sums, buckets) = (&mut self.buckets, &span.usage.buckets);
        for (sum, value) in sums.each_mut().into_iter().zip(buckets.each()) {
            add(sum, value);
        }
        add_money(&mut self.cost_usd, span.cost.total_usd);
        add_money(&mut self.input_usd, span.cost.input_usd);
        add_money(&mut self.output_usd, span.cost.output_usd);
        add_money(&mut self.reported_usd, span.cost.reported_usd);
    }
}

fn add(sum: &mut Option<u64>, value: Option<u64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or_default().saturating_add(value));
    }
}

fn add_money(sum: &mut Option<Money>, value: Option<Money>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or_default() + value);
    }
}

/// Earliest interval first; within it most expensive first, then most requests, then by the groups' names with the unknown last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostReport {
    pub rows: Vec<CostRow>,
    /// There are more rows than were asked for.
    pub more: bool,
}

impl CostReport {
    /// The rows in order, and no more than `limit` of them.
    pub fn of(mut rows: Vec<CostRow>, limit: usize) -> Self {
        rows.sort_by(|left, right| order(left).cmp(&order(right)));
        let limit = limit.clamp(1, MAX_COST_ROWS);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Self { rows, more }
    }
}

fn order(row: &CostRow) -> impl Ord + '_ {
    use std::cmp::Reverse;
    let names: Vec<_> = row.groups.iter().map(|name| (name.is_none(), name)).collect();
    (row.time, Reverse(row.cost_usd), Reverse(row.requests), names)
}
