//! Service tiers: the same model at another price, for an answer that may wait or must not.

use serde::Serialize;

/// What a call was served at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceTier {
    #[default]
    Standard,
    Batch,
    Flex,
    Priority,
    Balanced,
    Ultrafast,
    Decisions,
}

/// `(tier, name in our data, end of the name in LiteLLM's table)`.
const NAMES: &[(ServiceTier, &str, &str)] = &[
    (ServiceTier::Batch, "batch", "_batches"),
    (ServiceTier::Flex, "flex", "_flex"),
    (ServiceTier::Priority, "priority", "_priority"),
    (ServiceTier::Balanced, "balanced", "_balanced"),
    (ServiceTier::Ultrafast, "ultrafast", "_ultrafast"),
    (ServiceTier::Decisions, "decisions", "_decisions"),
];

/// What providers call the standard tier. `auto` is what a request asks for: no answer says it.
const STANDARD: &[&str] = &["standard", "default", "auto", "on_demand", "standard_only", "unspecified", "normal"];

impl ServiceTier {
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(tier, ..)| *tier == self).map_or("standard", |(_, name, _)| name)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known, _)| *known == name).map(|(tier, ..)| *tier)
    }

    /// `input_cost_per_token_flex` → `input_cost_per_token` and flex.
    pub(crate) fn split_litellm(name: &str) -> (&str, Self) {
        let found = NAMES.iter().find_map(|(tier, _, suffix)| Some((name.strip_suffix(suffix)?, *tier)));
        found.unwrap_or((name, Self::Standard))
    }

    /// As a provider reports it, e.g. `default`, `flex`, `ON_DEMAND_PRIORITY`. `None`: no tier that we know.
    pub fn reported(text: &str) -> Option<Self> {
        let folded = text.trim().to_ascii_lowercase().replace('-', "_");
        let name = folded.strip_prefix("service_tier_").unwrap_or(&folded);
        if name.is_empty() || STANDARD.contains(&name) {
            return Some(Self::Standard);
        }
        match name.strip_prefix("on_demand_").unwrap_or(name) {
            "batches" => Some(Self::Batch),
            "fast" => Some(Self::Priority),
            name => Self::from_name(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_providers_are_known() {
        for (text, tier) in [
            ("default", Some(ServiceTier::Standard)),
            ("ON_DEMAND", Some(ServiceTier::Standard)),
            ("ON_DEMAND_PRIORITY", Some(ServiceTier::Priority)),
            ("SERVICE_TIER_FLEX", Some(ServiceTier::Flex)),
            ("Flex", Some(ServiceTier::Flex)),
            ("batch", Some(ServiceTier::Batch)),
            ("fast", Some(ServiceTier::Priority)),
            ("warp", None),
        ] {
            assert_eq!(ServiceTier::reported(text), tier, "{text}");
        }
    }
}
