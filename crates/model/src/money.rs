//! Exact amounts of US dollars: 12 fraction digits, no float on the way in, through or out.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;
use std::{fmt, iter::Sum, ops::Add, str::FromStr};

/// US dollars in units of 10^-12 (Decimal128(38,12) in the lake). In JSON a number printed digit by digit from the decimal.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = f64)]
pub struct Money(i128);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an amount in US dollars, such as 0.0105")]
pub struct InvalidMoney;

impl Money {
    pub const ZERO: Money = Money(0);
    pub const SCALE: u32 = 12;

    pub const fn from_picodollars(units: i128) -> Self {
        Self(units)
    }

    pub const fn as_picodollars(self) -> i128 {
        self.0
    }

    /// Rounds half to even at the 12th fraction digit. `None` when the amount is beyond the range of a decimal.
    pub fn from_decimal(amount: Decimal) -> Option<Self> {
        let mut rounded = amount.round_dp(Self::SCALE);
        rounded.rescale(Self::SCALE);
        (rounded.scale() == Self::SCALE).then(|| Self(rounded.mantissa()))
    }

    /// One of `count` equal parts, rounded down to the 12th fraction digit. `None` of nothing.
    pub fn per(self, count: u64) -> Option<Self> {
        self.0.checked_div_euclid(i128::from(count)).map(Self)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;
    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        let amount = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).map_err(|_| InvalidMoney)?;
        Self::from_decimal(amount).ok_or(InvalidMoney)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u128.pow(Self::SCALE);
        let (whole, fraction) = (self.0.unsigned_abs() / unit, self.0.unsigned_abs() % unit);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if fraction > 0 {
            let digits = format!("{fraction:012}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${self}")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    /// Reads the digits as they stand in the JSON text (needs a `serde_json` text deserializer).
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        raw.get().trim_matches('"').parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive_a_json_round_trip() {
        for text in ["0.010975", "0.0000222", "123456789012345.000000000001", "0", "-1.5"] {
            let money: Money = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&money).unwrap(), text);
        }
    }

    #[test]
    fn exponents_and_strings_are_read_exactly() {
        assert_eq!("1.5e-07".parse::<Money>().unwrap().to_string(), "0.00000015");
        assert_eq!(serde_json::from_str::<Money>("\"0.25\"").unwrap().to_string(), "0.25");
        assert!("ten".parse::<Money>().is_err());
    }

    #[test]
    fn sums_have_no_rounding_error() {
        let tenth: Money = "0.1".parse().unwrap();
        assert_eq!(std::iter::repeat_n(tenth, 10).sum::<Money>().to_string(), "1");
    }
}
