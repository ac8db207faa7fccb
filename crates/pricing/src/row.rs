//! A row of the price table.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error as _};

/// US dollars per token (`web_search`: per search). `None`: the table has no such price; zero is a price.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Rates {
    #[serde(deserialize_with = "decimal")]
    pub input: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub cache_read: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub cache_write_5m: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub cache_write_1h: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub input_audio: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub input_image: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub output: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub output_reasoning: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub output_audio: Option<Decimal>,
    #[serde(deserialize_with = "decimal")]
    pub web_search: Option<Decimal>,
}

impl Rates {
    /// These rates where they exist, else those of `base`.
    fn over(&self, base: &Rates) -> Rates {
        Rates {
            input: self.input.or(base.input),
            cache_read: self.cache_read.or(base.cache_read),
            cache_write_5m: self.cache_write_5m.or(base.cache_write_5m),
            cache_write_1h: self.cache_write_1h.or(base.cache_write_1h),
            input_audio: self.input_audio.or(base.input_audio),
            input_image: self.input_image.or(base.input_image),
            output: self.output.or(base.output),
            output_reasoning: self.output_reasoning.or(base.output_reasoning),
            output_audio: self.output_audio.or(base.output_audio),
            web_search: self.web_search.or(base.web_search),
        }
    }
}

/// Rates for requests whose whole input is above a number of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tier {
    pub tokens: u64,
    #[serde(flatten)]
    pub rates: Rates,
}

/// The prices of one model at one provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PriceRow {
    #[serde(flatten)]
    pub base: Rates,
    /// By rising threshold.
    #[serde(default)]
    pub above: Vec<Tier>,
    /// The older table this row is from, when the model was withdrawn since.
    #[serde(default)]
    pub as_of: Option<String>,
    /// A request of exactly the threshold is already in the tier. A trait of the provider, set when the table is read.
    #[serde(skip)]
    pub threshold_included: bool,
}

impl PriceRow {
    pub(crate) fn costs_the_same(&self, other: &PriceRow) -> bool {
        self.base == other.base && self.above == other.above
    }

    /// The rates for a request with this much input, cached parts included. A tier reprices the whole request.
    pub fn rates(&self, input_tokens: u64) -> Rates {
        self.above
            .iter()
            .filter(|tier| input_tokens > tier.tokens || (self.threshold_included && input_tokens == tier.tokens))
            .fold(self.base.clone(), |base, tier| tier.rates.over(&base))
    }
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    Decimal::from_str_exact(text).map(Some).map_err(|_| D::Error::custom(format_args!("expected a price as decimal text, got {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &'static str) -> PriceRow {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_tier_replaces_the_prices_it_names_and_keeps_the_rest() {
        let row = row(
            r#"{"input":"0.1","output":"0.2","web_search":"0.01","above":[{"tokens":100,"input":"0.3"},{"tokens":200,"output":"0.5"}]}"#,
        );
        let text = |price: Option<Decimal>| price.map(|price| price.to_string());
        let at = |tokens| (text(row.rates(tokens).input), text(row.rates(tokens).output), text(row.rates(tokens).web_search));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(at(100), (some("0.1"), some("0.2"), some("0.01")));
        assert_eq!(at(101), (some("0.3"), some("0.2"), some("0.01")));
        assert_eq!(at(201), (some("0.3"), some("0.5"), some("0.01")));
    }

    #[test]
    fn some_providers_count_the_threshold_itself() {
        let mut row = row(r#"{"input":"0.1","above":[{"tokens":100,"input":"0.3"}]}"#);
        row.threshold_included = true;
        assert_eq!(row.rates(100).input, Some(Decimal::new(3, 1)));
        assert_eq!(row.rates(99).input, Some(Decimal::new(1, 1)));
    }

    #[test]
    fn numbers_are_refused_because_they_pass_through_floats() {
        assert!(serde_json::from_str::<PriceRow>(r#"{"input":0.1}"#).is_err());
    }
}
