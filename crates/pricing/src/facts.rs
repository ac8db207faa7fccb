//! What a span says about a call that changes its price, besides tokens: at which service tier, where and how fast it was served, and
//! what was counted in other units. `docs/cost.md` lists the places.

use crate::{row::PriceRow, tier::ServiceTier};
use model::{Timestamp, telemetry::Span};
use rust_decimal::Decimal;
use serde_json::Value;

/// Where the tier that was *used* stands, then where the tier that was asked for does.
const TIER_ATTRIBUTES: &[&str] = &[
    "service_tier",
    "gen_ai.response.service_tier",
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "anthropic.response.service_tier",
];
const TIER_REQUESTED: &[&str] = &["gen_ai.openai.request.service_tier", "openai.request.service_tier"];

const GEO: &[&str] = &["usage.inference_geo", "inference_geo"];
const SPEED: &[&str] = &["usage.speed", "speed"];
const HOST: &str = "server.address";
const SECONDS: &str = "usage.seconds";
const SEARCH_UNITS: &[&str] = &["usage.billed_units.search_units", "usage.search_units"];
const OUTPUT_IMAGE: &str = "usage.output_image_tokens";

/// Longest word looked at: longer ones are no tier's or place's.
const MAX_WORD_BYTES: usize = 64;

/// The traits of one call.
#[derive(Debug, Clone, Copy)]
pub struct CallFacts<'a> {
    pub start: Timestamp,
    /// As the provider or client wrote it.
    pub service_tier: Option<&'a str>,
    pub geo: Option<&'a str>,
    pub speed: Option<&'a str>,
    pub host: Option<&'a str>,
    pub seconds: Option<Decimal>,
    pub search_units: Option<u64>,
    /// Part of the answer's text tokens that are really an image's.
    pub output_image: Option<u64>,
}

impl<'a> CallFacts<'a> {
    /// A call of which only the time is known.
    pub fn at(start: Timestamp) -> Self {
        Self { start, service_tier: None, geo: None, speed: None, host: None, seconds: None, search_units: None, output_image: None }
    }

    pub fn of(span: &'a Span) -> Self {
        let attributes = &span.payload.attributes;
        if attributes.is_empty() && span.payload.model_parameters.is_empty() {
            return Self::at(span.start_time);
        }
        let word = |name: &str| attributes.get(name).and_then(text);
        let words = |names: &[&str]| names.iter().find_map(|name| word(name));
        let count = |name: &str| attributes.get(name).and_then(Value::as_u64);
        let requested = || span.payload.model_parameters.get("service_tier").and_then(text).or_else(|| words(TIER_REQUESTED));
        Self {
            start: span.start_time,
            service_tier: words(TIER_ATTRIBUTES).or_else(requested),
            geo: words(GEO),
            speed: words(SPEED),
            host: word(HOST),
            seconds: attributes.get(SECONDS).and_then(decimal),
            search_units: SEARCH_UNITS.iter().find_map(|name| count(name)),
            output_image: count(OUTPUT_IMAGE),
        }
    }

    /// `None`: a word that is no tier we know.
    pub(crate) fn tier(&self) -> Option<ServiceTier> {
        self.service_tier.map_or(Some(ServiceTier::Standard), ServiceTier::reported)
    }

    /// The row's factors that apply, by name.
    pub(crate) fn factors<'r>(&self, row: &'r PriceRow) -> impl Iterator<Item = &'r crate::row::Multiplier> {
        let is = |word: Option<&str>, expected: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(expected));
        let (geo, speed, host) = (self.geo, self.speed, self.host);
        row.multipliers.iter().filter(move |multiplier| match multiplier.when.split_once(':') {
            Some(("geo", place)) => is(geo, place),
            Some(("speed", name)) => is(speed, name),
            // `eu.api.openai.com`
            Some(("host", place)) => {
                host.and_then(|host| host.strip_suffix(".api.openai.com")).is_some_and(|at| at.eq_ignore_ascii_case(place))
            }
            // `us-east5-aiplatform.googleapis.com`; the global endpoint has no place before it.
            Some(("location", "regional")) => host.is_some_and(|host| host.ends_with("-aiplatform.googleapis.com")),
            _ => false,
        })
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|word| !word.is_empty() && word.len() <= MAX_WORD_BYTES)
}

/// A count that may have a fraction, such as seconds.
fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let limit = Decimal::from(1_000_000_000);
    Decimal::from_str_exact(&text).ok().filter(|number| (Decimal::ZERO..=limit).contains(number) && number.scale() <= 6)
}
