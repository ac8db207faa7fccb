//! Numbers and durations as people write them, and milliseconds as they read them.

use std::{fmt, str::FromStr, time::Duration};

/// A duration such as `90s`, `10m`, `24h`, `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) struct Span(pub Duration);

const DURATIONS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let expected = || "expected a duration such as 90s, 10m, 24h or 30d".to_owned();
        let number: u64 = number.parse().map_err(|_| expected())?;
        let (_, ms) = DURATIONS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
        number.checked_mul(*ms).map(|ms| Self(Duration::from_millis(ms))).ok_or_else(|| "this duration is too long".to_owned())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        let (unit, size) =
            DURATIONS.iter().rev().find(|(_, size)| ms >= u128::from(*size) && ms.is_multiple_of(u128::from(*size))).unwrap_or(&("ms", 1));
        write!(f, "{}{unit}", ms / u128::from(*size))
    }
}

/// A number such as `20000`, `20_000`, `20k`, `10M`.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    let (number, factor) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 1_000),
        Some(b'M') => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    let number: u64 = number.replace('_', "").parse().map_err(|_| "expected a number such as 20000, 20k or 10M".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "this number is too large".to_owned())
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("24h", 86_400), ("30d", 2_592_000), ("2000ms", 2)] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_secs(seconds))), "{text}");
        }
        for text in ["", "s", "1", "1.5s", "-1s", "1w", "99999999999999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        for text in ["90s", "10m", "24h", "30d", "1500ms", "0ms"] {
            let span: Span = text.parse().unwrap_or(Span(Duration::MAX));
            assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn counts_read_as_people_write_them() {
        for (text, number) in [("20000", 20_000), ("20_000", 20_000), ("20k", 20_000), ("10M", 10_000_000)] {
            assert_eq!(count(text), Ok(number), "{text}");
        }
        for text in ["", "k", "1.5M", "-1", "99999999999999M", "é"] {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
