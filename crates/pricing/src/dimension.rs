//! What prices are for: the kinds of units a provider bills.

use rust_decimal::Decimal;

/// A kind of billed unit. Token prices are in US dollars per million tokens in the data file and per token in memory; all others per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    Input,
    CacheRead,
    CacheReadAudio,
    CacheReadImage,
    CacheWrite5m,
    CacheWrite1h,
    CacheWrite12h,
    CacheWriteAudio,
    InputAudio,
    InputImage,
    InputVideo,
    Output,
    OutputReasoning,
    OutputAudio,
    OutputImage,
    OutputVideo,
    /// One search by the provider's tool, with a medium context.
    WebSearch,
    /// One request that searched at all, however often.
    WebSearchPrompt,
    WebSearchLow,
    WebSearchHigh,
    MapsSearch,
    /// One query of a reranker or a search service.
    Query,
    /// One call.
    Request,
    InputSecond,
    OutputSecond,
}

/// `(dimension, name in our data, name in LiteLLM's table)`.
const NAMES: &[(Dimension, &str, &str)] = &[
    (Dimension::Input, "input", "input_cost_per_token"),
    (Dimension::CacheRead, "cache_read", "cache_read_input_token_cost"),
    (Dimension::CacheReadAudio, "cache_read_audio", "cache_read_input_audio_token_cost"),
    (Dimension::CacheReadImage, "cache_read_image", "cache_read_input_image_token_cost"),
    (Dimension::CacheWrite5m, "cache_write_5m", "cache_creation_input_token_cost"),
    (Dimension::CacheWrite1h, "cache_write_1h", "cache_creation_input_token_cost_above_1hr"),
    (Dimension::CacheWrite12h, "cache_write_12h", "cache_creation_input_token_cost_above_12hr"),
    (Dimension::CacheWriteAudio, "cache_write_audio", "cache_creation_input_audio_token_cost"),
    (Dimension::InputAudio, "input_audio", "input_cost_per_audio_token"),
    (Dimension::InputImage, "input_image", "input_cost_per_image_token"),
    (Dimension::InputVideo, "input_video", "input_cost_per_video_token"),
    (Dimension::Output, "output", "output_cost_per_token"),
    (Dimension::OutputReasoning, "output_reasoning", "output_cost_per_reasoning_token"),
    (Dimension::OutputAudio, "output_audio", "output_cost_per_audio_token"),
    (Dimension::OutputImage, "output_image", "output_cost_per_image_token"),
    (Dimension::OutputVideo, "output_video", "output_cost_per_video_token"),
    (Dimension::WebSearch, "web_search", ""),
    (Dimension::WebSearchPrompt, "web_search_prompt", ""),
    (Dimension::WebSearchLow, "web_search_low", ""),
    (Dimension::WebSearchHigh, "web_search_high", ""),
    (Dimension::MapsSearch, "maps_search", "google_maps_grounding_cost_per_query"),
    (Dimension::Query, "query", "input_cost_per_query"),
    (Dimension::Request, "request", "input_cost_per_request"),
    (Dimension::InputSecond, "input_second", "input_cost_per_second"),
    (Dimension::OutputSecond, "output_second", "output_cost_per_second"),
];

impl Dimension {
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(dimension, ..)| *dimension == self).map_or("", |(_, name, _)| name)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known, _)| *known == name).map(|(dimension, ..)| *dimension)
    }

    pub(crate) fn from_litellm(name: &str) -> Option<Self> {
        NAMES.iter().find(|(.., known)| *known == name && !known.is_empty()).map(|(dimension, ..)| *dimension)
    }

    pub fn is_token(self) -> bool {
        self <= Self::OutputVideo
    }

    /// How many units the data file's price is for.
    pub(crate) fn units_per_price(self) -> Decimal {
        if self.is_token() { Decimal::from(1_000_000) } else { Decimal::ONE }
    }

    /// Whose price stands in where a row has none. The last word is the table makers' own: they apply the same to it.
    pub(crate) fn fallback(self) -> Option<Self> {
        match self {
            Self::CacheWrite1h | Self::CacheWrite12h => Some(Self::CacheWrite5m),
            Self::CacheReadAudio | Self::CacheReadImage => Some(Self::CacheRead),
            Self::CacheWriteAudio => Some(Self::CacheWrite5m),
            Self::CacheRead | Self::CacheWrite5m | Self::InputAudio | Self::InputImage | Self::InputVideo => Some(Self::Input),
            Self::OutputReasoning | Self::OutputAudio | Self::OutputImage | Self::OutputVideo => Some(Self::Output),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_fallbacks_end() {
        for (dimension, name, litellm) in NAMES {
            assert_eq!((dimension.as_str(), Dimension::from_name(name)), (*name, Some(*dimension)));
            assert!(litellm.is_empty() || Dimension::from_litellm(litellm) == Some(*dimension));
            let chain = std::iter::successors(Some(*dimension), |dimension| dimension.fallback());
            assert!(chain.take(5).count() < 4, "{name}");
        }
        assert_eq!(Dimension::from_litellm(""), None);
    }
}
