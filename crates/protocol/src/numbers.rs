//! Numbers as clients write them: integers as text, floats that are whole, money in whatever form.

use model::{Money, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;

/// No call has more tokens than this: larger counts are garbage, and sums of them must not overflow.
const MAX_TOKENS: u64 = 1_000_000_000_000;

/// A count of tokens: a whole number from zero to [`MAX_TOKENS`], as a number or as text.
pub(crate) fn token_count(value: &Value) -> Option<u64> {
    let count = match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole))?,
        Value::String(text) => text.trim().parse::<u64>().ok()?,
        _ => return None,
    };
    (count <= MAX_TOKENS).then_some(count)
}

fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number <= MAX_TOKENS as f64 && number.fract() == 0.0).then_some(number as u64)
}

/// A finite number that is zero or more, as a number or as text.
pub(crate) fn non_negative(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// An amount of US dollars, zero or more. A JSON number is read through its shortest text, a string digit by digit.
pub(crate) fn usd(value: &Value) -> Option<Money> {
    let amount: Money = match value {
        Value::Number(number) => number.to_string().parse().ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (amount >= Money::ZERO).then_some(amount)
}

/// A price of one unit, zero or more, with every digit it was written with.
pub(crate) fn unit_price(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let price = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()?;
    (price >= Decimal::ZERO).then_some(price)
}

/// What counted units cost at their prices. `None` when nothing is priced, or something that was counted is not: a part is not the amount.
pub(crate) fn usd_of_units(units: &[(Option<u64>, Option<Decimal>)]) -> Option<Money> {
    let mut total = None;
    for (count, price) in units {
        match (count, price) {
            (Some(count), Some(price)) => {
                let amount = Decimal::from(*count).checked_mul(*price)?;
                total = Some(total.unwrap_or(Decimal::ZERO).checked_add(amount)?);
            }
            (Some(0), None) | (None, None) => {}
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
    Money::from_decimal(total?)
}

/// A time as text in any usual form, or as a Unix time whose unit is told by its size.
pub(crate) fn timestamp(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Timestamp::from_unix_integer(integer).ok(),
            None => Timestamp::from_unix_any_unit(number.as_f64()?).ok(),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_are_whole_and_bounded() {
        assert_eq!(token_count(&json!(100)), Some(100));
        assert_eq!(token_count(&json!("100")), Some(100));
        assert_eq!(token_count(&json!(100.0)), Some(100));
        for bad in [json!(-1), json!(1.5), json!("1.5"), json!("many"), json!(true), json!(1e18), json!(u64::MAX), json!(null)] {
            assert_eq!(token_count(&bad), None, "{bad}");
        }
    }

    #[test]
    fn money_is_exact_and_never_negative() {
        assert_eq!(usd(&json!(0.010975)).unwrap().to_string(), "0.010975");
        assert_eq!(usd(&json!("0.000000000001")).unwrap().to_string(), "0.000000000001");
        assert_eq!(usd(&json!(1e-7)).unwrap().to_string(), "0.0000001");
        assert!(usd(&json!(-0.5)).is_none());
    }

    #[test]
    fn units_at_their_prices_are_exact_and_never_a_part() {
        let price = |value: Value| unit_price(&value);
        let total = |units: &[(Option<u64>, Option<Decimal>)]| usd_of_units(units).map(|amount| amount.to_string());
        let both = [(Some(100), price(json!(1e-6))), (Some(20), price(json!("2e-06")))];
        assert_eq!(total(&both).unwrap(), "0.00014");
        assert_eq!(total(&[(Some(3), price(json!(1.25e-13))), (Some(0), None)]).unwrap(), "0");
        assert_eq!(total(&[(Some(3), price(json!(0.1))), (None, None)]).unwrap(), "0.3");
        assert_eq!(total(&[(Some(3), price(json!(0.1))), (Some(1), None)]), None);
        assert_eq!(total(&[(Some(3), price(json!(0.1))), (None, price(json!(0.1)))]), None);
        assert_eq!(total(&[(None, None)]), None);
        assert!(unit_price(&json!(-1)).is_none() && unit_price(&json!("much")).is_none());
    }
}
