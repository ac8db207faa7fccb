//! Token buckets times prices.

use crate::row::{PriceRow, Rates};
use model::{Money, telemetry::TokenBuckets};
use rust_decimal::Decimal;

/// More tokens than this in one bucket of one call is a broken counter, not a call: the largest contexts have millions.
/// The bound also keeps every product and sum far inside a decimal's 96 bits, so nothing is ever rounded or overflows.
pub const MAX_UNITS_PER_BUCKET: u64 = 1_000_000_000_000;

/// What a call cost, by part. `total` is their exact sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub input: Money,
    pub output: Money,
    pub web_searches: Money,
    pub total: Money,
}

/// Why a row cannot price these buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpriced {
    #[error("a bucket holds tokens that the row has no price for")]
    MissingPrice,
    #[error("a bucket holds more than {MAX_UNITS_PER_BUCKET} units")]
    Implausible,
}

/// Prices each bucket. A bucket that is unknown or empty needs no price; any other without one fails, for a missing price is not zero.
///
/// Fallbacks, as the price table's own makers apply them: cache reads, five-minute writes, audio and images in at the input price;
/// one-hour writes at the five-minute price; reasoning and audio out at the output price.
pub fn price_buckets(row: &PriceRow, buckets: &TokenBuckets) -> Result<Amounts, Unpriced> {
    let rates = row.rates(buckets.input_total().unwrap_or(0));
    let Rates { input, output, .. } = rates;
    let write_5m = rates.cache_write_5m.or(input);
    let amount = |parts: &[(Option<u64>, Option<Decimal>)]| {
        parts.iter().try_fold(Decimal::ZERO, |sum, (units, price)| {
            sum.checked_add(product(units.unwrap_or(0), *price)?).ok_or(Unpriced::Implausible)
        })
    };
    let input = amount(&[
        (buckets.input_uncached, input),
        (buckets.cache_read, rates.cache_read.or(input)),
        (buckets.cache_write_5m, write_5m),
        (buckets.cache_write_unknown, write_5m),
        (buckets.cache_write_1h, rates.cache_write_1h.or(write_5m)),
        (buckets.input_audio, rates.input_audio.or(input)),
        (buckets.input_image, rates.input_image.or(input)),
    ])?;
    let output = amount(&[
        (buckets.output_text, output),
        (buckets.output_reasoning, rates.output_reasoning.or(output)),
        (buckets.output_audio, rates.output_audio.or(output)),
    ])?;
    let web_searches = amount(&[(buckets.web_searches, rates.web_search)])?;
    let money = |amount| Money::from_decimal(amount).ok_or(Unpriced::Implausible);
    let (input, output, web_searches) = (money(input)?, money(output)?, money(web_searches)?);
    Ok(Amounts { input, output, web_searches, total: input + output + web_searches })
}

fn product(units: u64, price: Option<Decimal>) -> Result<Decimal, Unpriced> {
    match (units, price) {
        (0, _) => Ok(Decimal::ZERO),
        (units, _) if units > MAX_UNITS_PER_BUCKET => Err(Unpriced::Implausible),
        (_, None) => Err(Unpriced::MissingPrice),
        (units, Some(price)) => Decimal::from(units).checked_mul(price).ok_or(Unpriced::Implausible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &'static str) -> PriceRow {
        serde_json::from_str(json).unwrap()
    }

    fn total(row: &PriceRow, buckets: TokenBuckets) -> Result<String, Unpriced> {
        price_buckets(row, &buckets).map(|amounts| amounts.total.to_string())
    }

    #[test]
    fn each_bucket_has_its_price_or_its_fallback() {
        let bare = row(r#"{"input":"0.01","output":"0.1"}"#);
        let full = row(r#"{"input":"0.01","cache_read":"0.02","cache_write_5m":"0.03","cache_write_1h":"0.04","input_audio":"0.05",
            "input_image":"0.06","output":"0.1","output_reasoning":"0.2","output_audio":"0.3","web_search":"1"}"#);
        let one = Some(1);
        for (buckets, at_bare, at_full) in [
            (TokenBuckets { input_uncached: one, ..Default::default() }, "0.01", "0.01"),
            (TokenBuckets { cache_read: one, ..Default::default() }, "0.01", "0.02"),
            (TokenBuckets { cache_write_5m: one, ..Default::default() }, "0.01", "0.03"),
            (TokenBuckets { cache_write_unknown: one, ..Default::default() }, "0.01", "0.03"),
            (TokenBuckets { cache_write_1h: one, ..Default::default() }, "0.01", "0.04"),
            (TokenBuckets { input_audio: one, ..Default::default() }, "0.01", "0.05"),
            (TokenBuckets { input_image: one, ..Default::default() }, "0.01", "0.06"),
            (TokenBuckets { output_text: one, ..Default::default() }, "0.1", "0.1"),
            (TokenBuckets { output_reasoning: one, ..Default::default() }, "0.1", "0.2"),
            (TokenBuckets { output_audio: one, ..Default::default() }, "0.1", "0.3"),
        ] {
            assert_eq!(total(&bare, buckets).as_deref(), Ok(at_bare), "{buckets:?}");
            assert_eq!(total(&full, buckets).as_deref(), Ok(at_full), "{buckets:?}");
        }
        let searches = TokenBuckets { web_searches: Some(2), ..Default::default() };
        assert_eq!(total(&full, searches).as_deref(), Ok("2"));
        assert_eq!(total(&bare, searches), Err(Unpriced::MissingPrice));
        let five_minutes = row(r#"{"input":"0.01","cache_write_5m":"0.03"}"#);
        assert_eq!(total(&five_minutes, TokenBuckets { cache_write_1h: one, ..Default::default() }).as_deref(), Ok("0.03"));
    }

    #[test]
    fn a_missing_price_is_never_zero_but_an_empty_bucket_needs_none() {
        let embedding = row(r#"{"input":"0.01"}"#);
        let buckets = |output| TokenBuckets { input_uncached: Some(3), output_text: output, ..Default::default() };
        assert_eq!(total(&embedding, buckets(Some(1))), Err(Unpriced::MissingPrice));
        assert_eq!(total(&embedding, buckets(Some(0))).as_deref(), Ok("0.03"));
        assert_eq!(total(&embedding, buckets(None)).as_deref(), Ok("0.03"));
    }

    #[test]
    fn the_tier_is_chosen_by_the_whole_input_and_reprices_everything() {
        let row = row(r#"{"input":"0.01","output":"0.1","above":[{"tokens":10,"input":"0.02","output":"0.2"}]}"#);
        let buckets =
            |cached| TokenBuckets { input_uncached: Some(5), cache_read: Some(cached), output_text: Some(1), ..Default::default() };
        assert_eq!(total(&row, buckets(5)).as_deref(), Ok("0.2"));
        assert_eq!(total(&row, buckets(6)).as_deref(), Ok("0.42"));
    }
}
