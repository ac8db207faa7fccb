//! Stored names of the small enumerations that the model does not read back itself.

use model::telemetry::{CostSource, Temporality, UsageSplit};

pub(super) fn usage_split_from(name: &str) -> Option<UsageSplit> {
    [UsageSplit::Exact, UsageSplit::Assumed].into_iter().find(|split| split.as_str() == name)
}

pub(super) fn cost_source_from(name: &str) -> Option<CostSource> {
    [CostSource::Computed, CostSource::Reported, CostSource::Unknown].into_iter().find(|source| source.as_str() == name)
}

pub(super) fn temporality_from(name: &str) -> Option<Temporality> {
    [Temporality::Delta, Temporality::Cumulative].into_iter().find(|temporality| temporality.as_str() == name)
}
