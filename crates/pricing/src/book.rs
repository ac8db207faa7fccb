//! The price book: the embedded table, and the rules that find a model's row.

use crate::{
    name::{MAX_MODEL_BYTES, first_spelling, without_region, without_snapshot, without_wrapping},
    provider::{MAKERS, ProviderName, known_provider, provider_name, sibling, threshold_included},
    row::PriceRow,
};
use serde::Deserialize;
use std::{collections::HashMap, sync::LazyLock};

static EMBEDDED: &str = include_str!("../data/prices.json");

static BOOK: LazyLock<PriceBook> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
    PriceBook::from_json(EMBEDDED).expect("the embedded price table is valid")
});

/// How a model name led to its row, from literal to lenient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchRule {
    Exact,
    /// Without the date or `latest` at its end.
    WithoutSnapshot,
    /// Without the region before it.
    WithoutRegion,
    WithoutRegionAndSnapshot,
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

type Models = HashMap<String, PriceRow>;

/// Prices by provider and lower-case model name.
#[derive(Debug, Deserialize)]
pub struct PriceBook {
    version: String,
    date: String,
    providers: HashMap<String, Models>,
    /// By provider: names that have no row, with the newest of their snapshots where all of these cost the same.
    #[serde(skip)]
    of_snapshots: HashMap<String, HashMap<String, String>>,
    /// By model name: whose it is when nobody says. `None`: several have it.
    #[serde(skip)]
    only_seller: HashMap<String, Option<String>>,
}

impl PriceBook {
    /// The table inside the program. Read on first use (a few milliseconds), then shared.
    pub fn embedded() -> &'static PriceBook {
        &BOOK
    }

    /// Reads a table of the form that `tools/prices_from_litellm.py` writes.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let mut book: Self = serde_json::from_str(text)?;
        for (provider, models) in &mut book.providers {
            let included = threshold_included(provider);
            models.values_mut().for_each(|row| row.threshold_included = included);
            book.of_snapshots.insert(provider.clone(), names_of_snapshots(models));
        }
        book.only_seller = book.sellers();
        Ok(book)
    }

    /// Which table this is, e.g. `litellm-1.109.1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day the table was taken, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.providers.values().map(HashMap::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds the row for a model, by the rules of `docs/cost.md`. `None` when no rule leads to exactly one row.
    pub fn price(&self, provider: Option<&str>, model: &str) -> Option<PriceMatch<'_>> {
        let model = model.trim();
        if model.is_empty() || model.len() > MAX_MODEL_BYTES {
            return None;
        }
        let model = model.to_ascii_lowercase();
        match provider_name(provider) {
            ProviderName::Known(provider) => self.of_provider(provider, &model),
            ProviderName::Gateway => self.of_anybody(&model),
            // A stranger's price is known only when the model name says whose model it passes on.
            ProviderName::Other => self.by_prefix(&model),
        }
    }

    /// The name as sent, then without the provider's own prefix, then without wrapping; then the same at the provider's sibling.
    fn of_provider(&self, provider: &'static str, model: &str) -> Option<PriceMatch<'_>> {
        let own = model.split_once('/').filter(|(head, _)| known_provider(head) == Some(provider)).map(|(_, tail)| tail);
        let names = [Some(model), own, without_wrapping(model)];
        let at = |provider: &'static str| names.into_iter().flatten().find_map(|name| self.lookup(provider, name));
        at(provider).or_else(|| sibling(provider).and_then(at))
    }

    /// `openai/gpt-4o`, whoever reports it.
    fn by_prefix(&self, model: &str) -> Option<PriceMatch<'_>> {
        let (head, tail) = model.split_once('/')?;
        self.of_provider(known_provider(head)?, tail)
    }

    /// Without a provider: the prefix decides, then the only maker that has the name, then the only other seller.
    fn of_anybody(&self, model: &str) -> Option<PriceMatch<'_>> {
        let inner = without_wrapping(model).unwrap_or(model);
        let only_one = || {
            let (provider, _) = first_spelling(inner, |name| self.only_seller.get(name))?;
            self.lookup(provider.as_deref()?, inner)
        };
        self.by_prefix(model).or_else(only_one)
    }

    fn sellers(&self) -> HashMap<String, Option<String>> {
        let (makers, others): (Vec<_>, Vec<_>) = self.providers.keys().partition(|provider| MAKERS.contains(&provider.as_str()));
        let mut sellers = self.only_sellers(&makers);
        for (model, seller) in self.only_sellers(&others) {
            sellers.entry(model).or_insert(seller);
        }
        sellers
    }

    fn only_sellers(&self, among: &[&String]) -> HashMap<String, Option<String>> {
        let mut sellers = HashMap::new();
        for provider in among {
            let snapshots = self.of_snapshots.get(*provider).into_iter().flat_map(HashMap::keys);
            for model in self.providers.get(*provider).into_iter().flat_map(HashMap::keys).chain(snapshots) {
                sellers.entry(model.clone()).and_modify(|seller| *seller = None).or_insert_with(|| Some((*provider).clone()));
            }
        }
        sellers
    }

    fn lookup(&self, provider: &str, model: &str) -> Option<PriceMatch<'_>> {
        let (provider, models) = self.providers.get_key_value(provider)?;
        let of_snapshots = || {
            let names = self.of_snapshots.get(provider)?;
            let newest = names.get(model).or_else(|| names.get(without_region(model)?))?;
            Some((models.get_key_value(newest)?, MatchRule::OfSnapshots))
        };
        let ((model, row), rule) = first_spelling(model, |name| models.get_key_value(name)).or_else(of_snapshots)?;
        Some(PriceMatch { provider, model, row, rule })
    }
}

/// `claude-3-opus` where the table has only `claude-3-opus-20240229` and `claude-3-opus-latest`, both at the same price.
fn names_of_snapshots(models: &Models) -> HashMap<String, String> {
    let mut names: HashMap<&str, Option<&str>> = HashMap::new();
    for (model, row) in models {
        let Some(name) = without_snapshot(model).filter(|name| !models.contains_key(*name)) else { continue };
        let newest = names.entry(name).or_insert(Some(model));
        *newest = newest.filter(|other| models.get(*other).is_some_and(|other| other.costs_the_same(row))).map(|other| other.max(model));
    }
    names.into_iter().filter_map(|(name, newest)| Some((name.to_owned(), newest?.to_owned()))).collect()
}

#[cfg(test)]
mod tests;
