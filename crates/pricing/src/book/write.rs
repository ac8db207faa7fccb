//! A row → its JSON, one line: the data file is read by people too, and its changes are reviewed.

use super::date;
use crate::{off_peak::OffPeak, row::Price, row::PriceRow, tier::ServiceTier};
use serde_json::{Map, Value, json};

/// The inverse of reading a row.
pub(crate) fn row_json(row: &PriceRow) -> Value {
    let mut fields = prices_json(&row.prices);
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("mode", row.mode.as_deref().map(Value::from));
    put("from", row.from.map(|at| date::text(at).into()));
    put("until", row.until.map(|at| date::text(at).into()));
    put("as_of", row.as_of.as_deref().map(Value::from));
    let times = row.multipliers.iter().map(|multiplier| (multiplier.when.clone(), multiplier.factor.normalize().to_string().into()));
    put("times", (!row.multipliers.is_empty()).then(|| Value::Object(times.collect())));
    let others = row.others.iter().map(|other| (other.name.clone(), other.usd.normalize().to_string().into()));
    put("other", (!row.others.is_empty()).then(|| Value::Object(others.collect())));
    put("off_peak", row.off_peak.as_deref().map(off_peak_json));
    Value::Object(fields)
}

fn prices_json(prices: &[Price]) -> Map<String, Value> {
    prices.iter().map(|price| (field(price), (price.usd * price.dimension.units_per_price()).normalize().to_string().into())).collect()
}

/// `input>200000@batch`.
pub(crate) fn field(price: &Price) -> String {
    let mut field = price.dimension.as_str().to_owned();
    if price.above > 0 {
        field.push('>');
        field.push_str(&price.above.to_string());
    }
    if price.tier != ServiceTier::Standard {
        field.push('@');
        field.push_str(price.tier.as_str());
    }
    field
}

fn off_peak_json(off_peak: &OffPeak) -> Value {
    let windows = off_peak.windows.iter().map(|window| {
        let days: Vec<u8> = (1..=7).filter(|day| window.weekdays & (1 << (day - 1)) != 0).collect();
        json!({ "hours": [window.hours_text()], "days": days })
    });
    json!({ "prices": prices_json(&off_peak.prices), "windows": windows.collect::<Vec<_>>(), "offset_minutes": off_peak.offset_minutes })
}
