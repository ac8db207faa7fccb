//! Finding a model's row, by the rules of `docs/cost.md`. What was tried can be told.

use super::{PriceBook, row_at};
use crate::{
    name::{MAX_MODEL_BYTES, first_spelling, without_region, without_wrapping},
    provider::{ProviderName, known_provider, provider_name, sibling},
    row::PriceRow,
};
use model::Timestamp;
use serde::Serialize;

/// How a model name led to its row, from literal to lenient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchRule {
    /// A price of your own, by its pattern.
    Custom,
    Exact,
    /// Without the date or `latest` at its end.
    WithoutSnapshot,
    /// Without the region before it.
    WithoutRegion,
    WithoutRegionAndSnapshot,
    /// By another name of the provider's own.
    Alias,
    /// With `-` for `.`: `claude-sonnet-4.5`.
    WithHyphens,
    /// The newest of its snapshots, which all cost the same.
    OfSnapshots,
}

/// A row that was found.
#[derive(Debug, Clone, Copy)]
pub struct PriceMatch<'a> {
    pub provider: &'a str,
    /// The model as the table names it.
    pub model: &'a str,
    pub row: &'a PriceRow,
    pub rule: MatchRule,
}

impl PriceMatch<'_> {
    /// The row's name on a span, e.g. `openai/gpt-4o`.
    pub fn price_id(&self) -> String {
        [self.provider, "/", self.model].concat()
    }
}

/// A name that was looked up at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tried {
    pub provider: String,
    pub model: String,
}

impl PriceBook {
    /// Finds the row for a call of a model at a time. `None` when no rule leads to exactly one row.
    pub fn price(&self, provider: Option<&str>, model: &str, at: Timestamp) -> Option<PriceMatch<'_>> {
        Finder { book: self, at, tried: None }.price(provider, model)
    }

    /// The same, with the names that were looked up on the way.
    pub fn price_traced(&self, provider: Option<&str>, model: &str, at: Timestamp, tried: &mut Vec<Tried>) -> Option<PriceMatch<'_>> {
        Finder { book: self, at, tried: Some(tried) }.price(provider, model)
    }
}

struct Finder<'a, 't> {
    book: &'a PriceBook,
    at: Timestamp,
    tried: Option<&'t mut Vec<Tried>>,
}

impl<'a> Finder<'a, '_> {
    fn price(&mut self, provider: Option<&str>, model: &str) -> Option<PriceMatch<'a>> {
        let model = model.trim();
        if model.is_empty() || model.len() > MAX_MODEL_BYTES {
            return None;
        }
        let model = model.to_ascii_lowercase();
        match provider_name(self.book, provider) {
            ProviderName::Known(provider) => self.of_provider(provider, &model),
            ProviderName::Gateway(own) => self.by_gateway(own, &model),
            // A stranger's price is known only when the model name says whose model it passes on.
            ProviderName::Other => self.by_prefix(&model),
        }
    }

    /// The name as sent, then without the provider's own prefix, then without wrapping; then the same at the provider's sibling.
    fn of_provider(&mut self, provider: &'a str, model: &str) -> Option<PriceMatch<'a>> {
        // `models/…` is the commonest head by far that is no provider's name.
        let head = model.split_once('/').filter(|(head, _)| *head != "models");
        let own = head.filter(|(head, _)| known_provider(self.book, head) == Some(provider)).map(|(_, tail)| tail);
        let names = [Some(model), own, without_wrapping(model)];
        let mut at = |provider: &'a str| names.into_iter().flatten().find_map(|name| self.lookup(provider, name));
        at(provider).or_else(|| sibling(provider).and_then(at))
    }

    /// What a gateway passes on costs what it asks today, else what the maker asks, else what it asked once.
    fn by_gateway(&mut self, gateway: Option<&'a str>, model: &str) -> Option<PriceMatch<'a>> {
        let own = gateway.and_then(|gateway| self.of_gateway(gateway, model));
        let today = own.filter(|found| found.row.as_of.is_none());
        today.or_else(|| self.of_anybody(model)).or(own)
    }

    fn of_gateway(&mut self, gateway: &'a str, model: &str) -> Option<PriceMatch<'a>> {
        let inner = model.strip_prefix(gateway).and_then(|rest| rest.strip_prefix('/'));
        [Some(model), inner].into_iter().flatten().find_map(|name| self.lookup(gateway, name))
    }

    /// `openai/gpt-4o`, whoever reports it.
    fn by_prefix(&mut self, model: &str) -> Option<PriceMatch<'a>> {
        let (head, tail) = model.split_once('/')?;
        self.of_provider(known_provider(self.book, head)?, tail)
    }

    /// Without a provider: the prefix decides, then the only maker that has the name, then the only other seller.
    fn of_anybody(&mut self, model: &str) -> Option<PriceMatch<'a>> {
        if let Some(found) = self.by_prefix(model) {
            return Some(found);
        }
        let inner = without_wrapping(model).unwrap_or(model);
        let (provider, _) = first_spelling(inner, |name| self.book.index.only_seller.get(name))?;
        self.lookup(provider.as_deref()?, inner)
    }

    fn lookup(&mut self, provider: &str, model: &str) -> Option<PriceMatch<'a>> {
        let (provider, models) = self.book.providers.get_key_value(provider)?;
        let mut get = |name: &str| {
            if let Some(tried) = self.tried.as_deref_mut() {
                tried.push(Tried { provider: provider.to_string(), model: name.to_owned() });
            }
            models.get_key_value(name)
        };
        let of_snapshots = || {
            let names = self.book.index.of_snapshots.get(provider)?;
            let newest = names.get(model).or_else(|| names.get(without_region(model)?))?;
            Some((models.get_key_value(newest)?, MatchRule::OfSnapshots))
        };
        let ((model, rows), rule) = first_spelling(model, &mut get).or_else(of_snapshots)?;
        Some(PriceMatch { provider, model, row: row_at(rows, self.at)?, rule })
    }
}
