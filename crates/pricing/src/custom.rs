//! Prices of your own: they go before the shipped book, for a provider and model by pattern, from a day on.

use crate::{
    book::{BookError, date},
    row::PriceRow,
};
use model::{Timestamp, ports::MAX_PRICE_LIST_BYTES};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

/// More would be walked for every call.
pub const MAX_CUSTOM_PRICES: usize = 1_000;
const MAX_PATTERN_BYTES: usize = 256;

/// What applies to the calls that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// These prices.
    Prices(Box<PriceRow>),
    /// The book's prices, times this.
    Factor(Decimal),
}

/// One entry. The first that matches a call decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomPrice {
    /// Names the price on the spans it priced.
    pub id: String,
    /// In lower case; `*` stands for anything. None: any provider.
    pub provider: Option<String>,
    pub model: String,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub terms: Terms,
}

/// Entries in order, such as a project's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomPrices {
    version: String,
    entries: Vec<CustomPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText<'a> {
    id: String,
    provider: Option<String>,
    model: String,
    from: Option<String>,
    until: Option<String>,
    /// As a row of the book.
    #[serde(borrow)]
    prices: Option<&'a RawValue>,
    /// A part of the book's price that need not be paid: `0.15` is 15 %.
    discount: Option<String>,
}

impl CustomPrices {
    /// `version` names the list on the spans it priced. Reads `[{"id", "provider"?, "model", "from"?, "until"?, "prices" | "discount"}]`. An error names the entry and the field.
    pub fn from_json(version: &str, bytes: &[u8]) -> Result<Self, BookError> {
        if bytes.len() > MAX_PRICE_LIST_BYTES {
            return Err(BookError::TooLarge { bytes: bytes.len(), most: MAX_PRICE_LIST_BYTES });
        }
        let texts: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| BookError::NotABook(error.to_string()))?;
        if texts.len() > MAX_CUSTOM_PRICES {
            return Err(BookError::NotABook(format!("expected at most {MAX_CUSTOM_PRICES} prices, got {}", texts.len())));
        }
        let read =
            |(at, text): (usize, &&RawValue)| entry(text.get()).map_err(|problem| BookError::Row { row: format!("[{at}]"), problem });
        Ok(Self { version: version.to_owned(), entries: texts.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn entries(&self) -> &[CustomPrice] {
        &self.entries
    }

    /// The first entry for a call. Names are compared in lower case.
    pub fn find(&self, provider: Option<&str>, model: &str, at: Timestamp) -> Option<&CustomPrice> {
        if self.entries.is_empty() {
            return None;
        }
        let provider = provider.unwrap_or("").to_lowercase();
        let model = model.to_lowercase();
        self.entries.iter().find(|entry| {
            entry.from.is_none_or(|from| from <= at)
                && entry.until.is_none_or(|until| at < until)
                && entry.provider.as_deref().is_none_or(|pattern| matches(pattern, &provider))
                && matches(&entry.model, &model)
        })
    }
}

fn entry(text: &str) -> Result<CustomPrice, String> {
    let EntryText { id, provider, model, from, until, prices, discount } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let day = |field: &str, text: Option<String>| match text {
        Some(text) => {
            date::timestamp(&text).map(Some).ok_or_else(|| format!("field `{field}`: expected a day such as 2026-11-23, got {text:?}"))
        }
        None => Ok(None),
    };
    let pattern = |field: &str, text: &str| {
        let fits = !text.is_empty() && text.len() <= MAX_PATTERN_BYTES;
        if fits { Ok(text.to_lowercase()) } else { Err(format!("field `{field}`: expected 1 to {MAX_PATTERN_BYTES} bytes")) }
    };
    let terms = match (prices, discount) {
        (Some(prices), None) => {
            let row: PriceRow = serde_json::from_str(prices.get()).map_err(|error| format!("field `prices`: {error}"))?;
            Terms::Prices(Box::new(row))
        }
        (None, Some(text)) => {
            let discount =
                Decimal::from_str_exact(&text).ok().filter(|part| (Decimal::ZERO..=Decimal::ONE).contains(part) && part.scale() <= 6);
            Terms::Factor(
                Decimal::ONE - discount.ok_or_else(|| format!("field `discount`: expected a decimal from 0 to 1 as text, got {text:?}"))?,
            )
        }
        _ => return Err("expected either `prices` or `discount`".to_owned()),
    };
    Ok(CustomPrice {
        id: pattern("id", &id)?,
        provider: provider.map(|text| pattern("provider", &text)).transpose()?,
        model: pattern("model", &model)?,
        from: day("from", from)?,
        until: day("until", until)?,
        terms,
    })
}

/// `gpt-4o*`: each `*` stands for any text, also none.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
