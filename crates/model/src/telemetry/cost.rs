//! What a call cost, and how we know.

use crate::Money;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// Buckets times a row of the price book.
    Computed,
    /// The client's own figure, because we could not compute one.
    Reported,
    /// No price or no usage: the amounts are null.
    #[default]
    Unknown,
}

impl CostSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Reported => "reported",
            Self::Unknown => "unknown",
        }
    }
}

/// Amounts are `None` when unknown; zero means free.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Cost {
    pub total_usd: Option<Money>,
    pub input_usd: Option<Money>,
    pub output_usd: Option<Money>,
    pub source: CostSource,
    /// What the client said, kept beside ours.
    pub reported_usd: Option<Money>,
    /// The row of the price book that was used, e.g. `openai/gpt-4o`.
    pub price_id: Option<String>,
    /// The version of the price book.
    pub price_version: Option<String>,
}
