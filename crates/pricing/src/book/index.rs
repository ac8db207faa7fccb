//! What is derived from the names of a book once, so that a look-up is a look-up.

use super::Models;
use crate::{
    name::without_snapshot,
    provider::MAKERS,
    row::{Defect, PriceRow},
};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Index {
    /// By provider: names that have no row, with the newest of their snapshots where all of these cost the same.
    pub of_snapshots: HashMap<Box<str>, HashMap<Box<str>, Box<str>>>,
    /// By model name: whose it is when nobody says. `None`: several have it.
    pub only_seller: HashMap<Box<str>, Option<Box<str>>>,
}

impl Index {
    pub(super) fn of(providers: &HashMap<Box<str>, Models>) -> Self {
        let of_snapshots = providers.iter().map(|(provider, models)| (provider.clone(), names_of_snapshots(models))).collect();
        let mut index = Self { of_snapshots, only_seller: HashMap::new() };
        let (makers, others): (Vec<_>, Vec<_>) =
            providers.iter().map(|(provider, models)| (&**provider, models)).partition(|(provider, _)| MAKERS.contains(provider));
        let mut sellers = index.only_sellers(&makers);
        for (model, seller) in index.only_sellers(&others) {
            sellers.entry(model).or_insert(seller);
        }
        index.only_seller = sellers;
        index
    }

    fn only_sellers(&self, among: &[(&str, &Models)]) -> HashMap<Box<str>, Option<Box<str>>> {
        let mut sellers = HashMap::new();
        for (provider, models) in among {
            let snapshots = self.of_snapshots.get(*provider).into_iter().flat_map(HashMap::keys);
            let priced = models.iter().filter(|(_, rows)| rows.iter().any(can_price)).map(|(model, _)| model);
            for model in priced.chain(snapshots) {
                sellers.entry(model.clone()).and_modify(|seller| *seller = None).or_insert_with(|| Some((*provider).into()));
            }
        }
        sellers
    }
}

fn can_price(row: &PriceRow) -> bool {
    row.defect.is_none_or(|defect| defect == Defect::NotByTokens)
}

/// `claude-3-opus` where the table has only `claude-3-opus-20240229` and `claude-3-opus-latest`, both at the same price.
fn names_of_snapshots(models: &Models) -> HashMap<Box<str>, Box<str>> {
    let mut names: HashMap<&str, Option<&str>> = HashMap::new();
    for (model, rows) in models {
        let Some(name) = without_snapshot(model).filter(|name| !models.contains_key(*name)) else { continue };
        let newest = names.entry(name).or_insert(Some(model));
        let same = |other: &&str| models.get(*other).is_some_and(|others| cost_the_same(others, rows));
        *newest = newest.filter(same).map(|other| other.max(model));
    }
    names.into_iter().filter_map(|(name, newest)| Some((name.into(), newest?.into()))).collect()
}

fn cost_the_same(one: &[PriceRow], other: &[PriceRow]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.costs_the_same(other))
}
