//! A row's JSON → a row. Every error names the field and what was expected there.

use super::date;
use crate::{
    dimension::Dimension,
    off_peak::{EVERY_DAY, OffPeak, Window},
    row::{Multiplier, OtherPrice, Price, PriceRow},
    tier::ServiceTier,
};
use rust_decimal::Decimal;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// Beyond this a price or factor is garbage, and products with it could leave a decimal's 96 bits.
const MAX_NUMBER: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// A price as decimal text: numbers are refused, because they pass through floats.
pub(super) fn decimal(field: &str, text: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(text)
        .ok()
        .filter(|number| (Decimal::ZERO..=MAX_NUMBER).contains(number) && number.scale() <= 22)
        .ok_or_else(|| format!("field `{field}`: expected a decimal from 0 to 1000000000 as text, such as \"0.15\", got {text:?}"))
}

/// `input`, `input@batch`, `input>200000`, `input>200000@batch`.
pub(super) fn price(field: &str, usd: Decimal) -> Result<Price, String> {
    let (rest, tier) = match field.split_once('@') {
        Some((rest, tier)) => (rest, ServiceTier::from_name(tier)),
        None => (field, Some(ServiceTier::Standard)),
    };
    let (name, above) = match rest.split_once('>') {
        Some((name, above)) => (name, above.parse().ok()),
        None => (rest, Some(0)),
    };
    match (Dimension::from_name(name), tier, above) {
        (Some(dimension), Some(tier), Some(above)) => {
            Ok(Price { dimension, tier, above, usd: (usd / dimension.units_per_price()).normalize() })
        }
        _ => Err(format!(
            "field `{field}`: expected a price name such as input, output, cache_read, with >TOKENS and @TIER where they apply"
        )),
    }
}

impl<'de> Deserialize<'de> for PriceRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = PriceRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an object of prices")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PriceRow, A::Error> {
        let mut row = PriceRow::default();
        let mut prices = Vec::new();
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "mode" => row.mode = Some(map.next_value()?),
                "as_of" => row.as_of = Some(map.next_value()?),
                "from" => row.from = Some(day("from", &map.next_value::<String>()?).map_err(A::Error::custom)?),
                "until" => row.until = Some(day("until", &map.next_value::<String>()?).map_err(A::Error::custom)?),
                "times" => row.multipliers = factors(map.next_value()?).map_err(A::Error::custom)?,
                "other" => row.others = others(map.next_value()?).map_err(A::Error::custom)?,
                "off_peak" => row.off_peak = Some(Box::new(map.next_value::<OffPeakText>()?.read().map_err(A::Error::custom)?)),
                _ => {
                    let text: String = map.next_value().map_err(|error| A::Error::custom(format_args!("field `{field}`: {error}")))?;
                    let usd = decimal(&field, &text).map_err(A::Error::custom)?;
                    prices.push(price(&field, usd).map_err(A::Error::custom)?);
                }
            }
        }
        if let (Some(from), Some(until)) = (row.from, row.until)
            && until <= from
        {
            return Err(A::Error::custom("field `until`: expected a day after `from`"));
        }
        prices.sort_by_key(|price| (price.dimension, price.tier, price.above));
        if prices.windows(2).any(|pair| matches!(pair, [a, b] if (a.dimension, a.tier, a.above) == (b.dimension, b.tier, b.above))) {
            return Err(A::Error::custom("a price is there twice"));
        }
        row.prices = prices.into();
        Ok(row)
    }
}

fn day(field: &str, text: &str) -> Result<model::Timestamp, String> {
    date::timestamp(text).ok_or_else(|| format!("field `{field}`: expected a day such as 2026-11-23, got {text:?}"))
}

fn factors(texts: BTreeMap<String, String>) -> Result<Box<[Multiplier]>, String> {
    texts.into_iter().map(|(when, text)| Ok(Multiplier { factor: decimal(&format!("times.{when}"), &text)?, when })).collect()
}

fn others(texts: BTreeMap<String, String>) -> Result<Box<[OtherPrice]>, String> {
    texts.into_iter().map(|(name, text)| Ok(OtherPrice { usd: decimal(&format!("other.{name}"), &text)?, name })).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OffPeakText {
    prices: BTreeMap<String, String>,
    windows: Vec<WindowText>,
    #[serde(default)]
    offset_minutes: i16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    /// UTC, such as `16:30-00:30`.
    hours: Vec<String>,
    /// 1 is Monday. None: every day.
    days: Option<Vec<u8>>,
}

impl OffPeakText {
    fn read(self) -> Result<OffPeak, String> {
        let prices = self.prices.iter().map(|(field, text)| {
            let named = |problem: String| format!("field `off_peak.prices`: {problem}");
            price(field, decimal(field, text).map_err(named)?).map_err(named)
        });
        let prices = prices.collect::<Result<_, _>>()?;
        let mut windows = Vec::new();
        for window in &self.windows {
            let weekdays = match &window.days {
                None => EVERY_DAY,
                Some(days) => days.iter().try_fold(0, |bits, day| match day {
                    1..=7 => Ok(bits | (1 << (day - 1))),
                    _ => Err(format!("field `off_peak.windows.days`: expected 1 (Monday) to 7, got {day}")),
                })?,
            };
            for hours in &window.hours {
                let (start_minute, end_minute) = Window::hours_from_text(hours)
                    .ok_or_else(|| format!("field `off_peak.windows.hours`: expected hours such as 16:30-00:30, got {hours:?}"))?;
                windows.push(Window { start_minute, end_minute, weekdays });
            }
        }
        Ok(OffPeak { prices, windows: windows.into(), offset_minutes: self.offset_minutes })
    }
}
