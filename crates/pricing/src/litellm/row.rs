//! An entry of the table → a row. Prices become exact decimals at their shortest digits, and what floats added beyond twelve is dropped.

use crate::{
    book::date,
    dimension::Dimension,
    off_peak::{EVERY_DAY, OffPeak, Window},
    row::{Multiplier, OtherPrice, Price, PriceRow},
    tier::ServiceTier,
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value};

/// Digits of a price that mean something: further ones are noise of whoever computed the table with floats.
const DIGITS: u32 = 12;

/// Fireworks bills cached input at half the price of other input where its list says nothing else.
const FIREWORKS_CACHE_READ: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// Fraction digits of a discount: lists round prices, so 1.88 of 3.75 is a half.
const PART_DIGITS: u32 = 2;

/// Fields that hold "cost", "pricing" or "multiplier" in their names but are no plain price.
const OFF_PEAK: &str = "off_peak_pricing";
const RANGES: &str = "tiered_pricing";
const SEARCHES: &str = "search_context_cost_per_query";
const PROVIDER_FACTORS: &str = "provider_specific_entry";

/// `Err` names the field.
pub(super) fn convert(table_provider: &str, provider: &str, entry: &Value) -> Result<PriceRow, String> {
    let Value::Object(fields) = entry else { return Err("expected an object".to_owned()) };
    let mut row = Draft::default();
    for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match field.as_str() {
            OFF_PEAK | RANGES => {}
            SEARCHES => row.searches(table_provider, provider, fields, value)?,
            PROVIDER_FACTORS => row.factors(value)?,
            _ if field.contains("multiplier") => row.multiplier(field, value)?,
            _ if field.contains("cost") => row.cost(field, value)?,
            _ => {}
        }
    }
    if let Some(ranges) = fields.get(RANGES) {
        row.ranges(ranges)?;
    }
    row.settle(provider);
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    Ok(PriceRow {
        prices: row.prices.into(),
        multipliers: row.multipliers.into(),
        others: row.others.into(),
        off_peak: fields.get(OFF_PEAK).map(off_peak).transpose()?.map(Box::new),
        mode: text("mode").filter(|mode| *mode != "chat").map(Into::into),
        until: text("deprecation_date").and_then(date::timestamp),
        ..PriceRow::default()
    })
}

#[derive(Default)]
struct Draft {
    prices: Vec<Price>,
    multipliers: Vec<Multiplier>,
    others: Vec<OtherPrice>,
}

impl Draft {
    fn put(&mut self, price: Price) {
        let same = |known: &Price| (known.dimension, known.tier, known.above) == (price.dimension, price.tier, price.above);
        self.prices.retain(|known| !same(known));
        self.prices.push(price);
    }

    fn standard(&self, dimension: Dimension) -> Option<Price> {
        self.prices.iter().find(|price| price.dimension == dimension && price.tier == ServiceTier::Standard && price.above == 0).copied()
    }

    /// `input_cost_per_token_above_200k_tokens_priority` and its like; anything else by its own name.
    fn cost(&mut self, field: &str, value: &Value) -> Result<(), String> {
        if let Value::Object(parts) = value {
            return parts.iter().try_for_each(|(part, value)| self.other(&format!("{field}.{part}"), number(field, value)?));
        }
        let usd = number(field, value)?;
        let (name, tier) = ServiceTier::split_litellm(field);
        let (name, above) = match name.rsplit_once("_above_").and_then(|(head, tail)| Some((head, threshold(tail)?))) {
            Some((head, above)) => (head, above),
            None => (name, 0),
        };
        match Dimension::from_litellm(name) {
            Some(dimension) => self.put(Price { dimension, tier, above, usd }),
            None => self.other(field, usd)?,
        }
        Ok(())
    }

    fn other(&mut self, name: &str, usd: Decimal) -> Result<(), String> {
        self.others.push(OtherPrice { name: name.to_owned(), usd });
        Ok(())
    }

    /// Google's older models bill a request that searched, however often; everybody else bills each search.
    fn searches(&mut self, table_provider: &str, provider: &str, fields: &Map<String, Value>, value: &Value) -> Result<(), String> {
        let size = |size: &str| match value.get(format!("search_context_size_{size}")) {
            Some(value) if !value.is_null() => number(SEARCHES, value).map(Some),
            _ => Ok(None),
        };
        let (low, medium, high) = (size("low")?, size("medium")?, size("high")?);
        let is_google = matches!(provider, "gemini" | "vertex_ai") && table_provider != "vertex_ai-anthropic_models";
        let by_prompt = is_google && fields.get("web_search_billing_unit").and_then(Value::as_str) != Some("per_query");
        let dimension = if by_prompt { Dimension::WebSearchPrompt } else { Dimension::WebSearch };
        // Where nobody asks for a size, Perplexity uses a small context and the others a medium one.
        let usual = if provider == "perplexity" { low.or(medium) } else { medium.or(low) };
        let mut put = |dimension, usd: Option<Decimal>| {
            if let Some(usd) = usd {
                self.put(Price { dimension, tier: ServiceTier::Standard, above: 0, usd });
            }
        };
        put(dimension, usual.or(high));
        put(Dimension::WebSearchLow, low.filter(|usd| Some(*usd) != usual));
        put(Dimension::WebSearchHigh, high.filter(|usd| Some(*usd) != usual));
        Ok(())
    }

    /// `{"us": 1.1, "fast": 2.0}`: factors by place and speed. Other things stand there too.
    fn factors(&mut self, value: &Value) -> Result<(), String> {
        let Value::Object(parts) = value else { return Ok(()) };
        for (name, value) in parts.iter().filter(|(_, value)| value.is_number()) {
            match name.as_str() {
                "fast" => self.times("speed:fast".to_owned(), PROVIDER_FACTORS, value)?,
                place if place.len() <= 6 => self.times(format!("geo:{place}"), PROVIDER_FACTORS, value)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn multiplier(&mut self, field: &str, value: &Value) -> Result<(), String> {
        let when = match field.rsplit_once("_multiplier") {
            Some(("regional_processing_uplift", place)) => format!("host:{}", place.trim_start_matches('_')),
            Some(("regional_endpoint_uplift", "")) => "location:regional".to_owned(),
            _ => return Err(format!("field `{field}`: expected a factor that is known")),
        };
        self.times(when, field, value)
    }

    fn times(&mut self, when: String, field: &str, value: &Value) -> Result<(), String> {
        self.multipliers.push(Multiplier { when, factor: number(field, value)? });
        Ok(())
    }

    /// `[{"range": [32000, 128000], "input_cost_per_token": …}, …]`: one range's prices are for the whole request, and what it does not
    /// name costs what its input costs.
    fn ranges(&mut self, value: &Value) -> Result<(), String> {
        let wrong = || format!("field `{RANGES}`: expected a list of prices with `range`");
        let Value::Array(ranges) = value else { return Err(wrong()) };
        let mut ranges: Vec<_> = ranges
            .iter()
            .map(|range| {
                let bounds = range.get("range").or_else(|| range.get("max_results_range"));
                let start = bounds.and_then(|bounds| bounds.get(0)).and_then(Value::as_f64).filter(|start| *start >= 0.0);
                Some((start? as u64, range.as_object()?))
            })
            .collect::<Option<_>>()
            .ok_or_else(wrong)?;
        ranges.sort_by_key(|(start, _)| *start);
        // The first range holds whatever is below the second.
        let mut is_first = true;
        for (start, range) in ranges {
            let above = if is_first { 0 } else { start };
            is_first = false;
            let mut input = None;
            let mut named = Vec::new();
            for (field, value) in range.iter().filter(|(field, _)| field.contains("cost")) {
                let Some(dimension) = Dimension::from_litellm(field) else {
                    return Err(format!("field `{RANGES}.{field}`: expected a price that is known"));
                };
                let usd = number(field, value)?;
                input = input.or((dimension == Dimension::Input).then_some(usd));
                named.push(dimension);
                self.put(Price { dimension, tier: ServiceTier::Standard, above, usd });
            }
            if let Some(usd) = input {
                for dimension in [Dimension::CacheRead, Dimension::CacheWrite5m] {
                    if !named.contains(&dimension) && self.prices.iter().any(|price| price.dimension == dimension) {
                        self.put(Price { dimension, tier: ServiceTier::Standard, above, usd });
                    }
                }
            }
        }
        Ok(())
    }

    /// A tier that is a discount is one on long contexts too, on answers as on input, on long-lived cache writes as on short-lived ones:
    /// what the table leaves out of it gets the part that it names. (`priority` is no discount: providers sell long contexts without it.)
    fn complete_discount(&mut self, tier: ServiceTier) {
        let of = [
            (Dimension::Input, Dimension::Input),
            (Dimension::Output, Dimension::Input),
            (Dimension::CacheRead, Dimension::CacheRead),
            (Dimension::CacheWrite5m, Dimension::CacheWrite5m),
            (Dimension::CacheWrite1h, Dimension::CacheWrite5m),
        ];
        for (dimension, example) in of {
            let Some(part) = self.part(dimension, tier).or_else(|| self.part(example, tier)) else { continue };
            let standard = self.prices.iter().filter(|price| price.dimension == dimension && price.tier == ServiceTier::Standard);
            for price in standard.copied().collect::<Vec<_>>() {
                if !self.prices.iter().any(|known| known.dimension == dimension && known.tier == tier && known.above == price.above) {
                    self.put(Price { tier, usd: (price.usd * part).normalize(), ..price });
                }
            }
        }
    }

    /// What the tier leaves of the standard price, where that is less than all.
    fn part(&self, dimension: Dimension, tier: ServiceTier) -> Option<Decimal> {
        let standard = self.standard(dimension)?.usd;
        let tiered = self.prices.iter().find(|price| price.dimension == dimension && price.tier == tier && price.above == 0)?.usd;
        let part = tiered.checked_div(standard)?.round_dp(PART_DIGITS);
        (part < Decimal::ONE).then_some(part)
    }

    fn settle(&mut self, provider: &str) {
        // A price of reasoning that only repeats the one of answers would stay behind where that one rises with the context.
        let reasoning = self.standard(Dimension::OutputReasoning).map(|price| price.usd);
        if reasoning.is_some() && reasoning == self.standard(Dimension::Output).map(|price| price.usd) {
            self.prices
                .retain(|price| price.dimension != Dimension::OutputReasoning || price.tier != ServiceTier::Standard || price.above > 0);
        }
        if provider == "fireworks_ai"
            && self.standard(Dimension::CacheRead).is_none()
            && let Some(input) = self.standard(Dimension::Input)
        {
            self.put(Price { dimension: Dimension::CacheRead, usd: input.usd * FIREWORKS_CACHE_READ, ..input });
        }
        [ServiceTier::Batch, ServiceTier::Flex].into_iter().for_each(|tier| self.complete_discount(tier));
        self.prices.sort_by_key(|price| (price.dimension, price.tier, price.above));
        self.multipliers.sort_by(|one, other| one.when.cmp(&other.when));
        self.others.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

/// `200k_tokens` → 200000.
fn threshold(text: &str) -> Option<u64> {
    let digits = text.strip_suffix("_tokens")?;
    match digits.strip_suffix('k') {
        Some(thousands) => thousands.parse::<u64>().ok()?.checked_mul(1000),
        None => digits.parse().ok(),
    }
}

fn number(field: &str, value: &Value) -> Result<Decimal, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let exact = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok().filter(|number| *number >= Decimal::ZERO);
    exact
        .and_then(|number| number.round_sf_with_strategy(DIGITS, RoundingStrategy::MidpointNearestEven))
        .map(|number| number.normalize())
        .ok_or_else(|| format!("field `{field}`: expected a number from zero, got {value}"))
}

fn off_peak(value: &Value) -> Result<OffPeak, String> {
    let wrong = |what: &str| format!("field `{OFF_PEAK}`: expected {what}");
    let Value::Object(fields) = value else { return Err(wrong("an object")) };
    let mut prices = Vec::new();
    let mut windows = Vec::new();
    let mut offset_minutes = 0;
    for (field, value) in fields {
        match field.as_str() {
            "hours_utc" => read_hours(value, EVERY_DAY, &mut windows)?,
            "windows" => {
                for window in value.as_array().ok_or_else(|| wrong("`windows` as a list"))? {
                    let days = window.get("weekdays").and_then(Value::as_array);
                    let weekdays = days.map_or(Some(EVERY_DAY), |days| days.iter().try_fold(0, |bits, day| Some(bits | weekday(day)?)));
                    let hours = window.get("hours_utc").ok_or_else(|| wrong("`hours_utc` in each window"))?;
                    read_hours(hours, weekdays.ok_or_else(|| wrong("weekdays from 1 to 7"))?, &mut windows)?;
                }
            }
            "weekday_timezone" => {
                // Places without summer time: their offset is all there is to know.
                offset_minutes = match value.as_str() {
                    Some("UTC") => 0,
                    Some("Asia/Shanghai" | "Asia/Singapore" | "Asia/Hong_Kong") => 480,
                    Some("Asia/Tokyo" | "Asia/Seoul") => 540,
                    _ => return Err(wrong("a time zone without summer time")),
                };
            }
            _ => {
                let dimension = Dimension::from_litellm(field).ok_or_else(|| wrong(&format!("a price that is known, not `{field}`")))?;
                prices.push(Price { dimension, tier: ServiceTier::Standard, above: 0, usd: number(field, value)? });
            }
        }
    }
    prices.sort_by_key(|price| price.dimension);
    Ok(OffPeak { prices: prices.into(), windows: windows.into(), offset_minutes })
}

fn weekday(day: &Value) -> Option<u8> {
    day.as_u64().filter(|day| (1..=7).contains(day)).map(|day| 1 << (day - 1))
}

fn read_hours(value: &Value, weekdays: u8, windows: &mut Vec<Window>) -> Result<(), String> {
    let texts: Vec<_> = match value {
        Value::Array(texts) => texts.iter().collect(),
        text => vec![text],
    };
    for text in texts {
        let hours = text.as_str().and_then(Window::hours_from_text);
        let (start_minute, end_minute) = hours.ok_or_else(|| format!("field `{OFF_PEAK}.hours_utc`: expected 16:30-00:30, got {text}"))?;
        windows.push(Window { start_minute, end_minute, weekdays });
    }
    Ok(())
}
