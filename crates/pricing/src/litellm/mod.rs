//! LiteLLM's price table (`model_prices_and_context_window.json`, MIT licence) → a price book.
//!
//! Every row and every price of the table is kept. What tokens do not count goes to `other` under the table's own name.

mod names;
mod row;

use crate::{
    book::{BookError, BookHead, MAX_BOOK_BYTES, Models, PriceBook},
    dimension::Dimension,
    row::PriceRow,
};
use names::{model_name, provider_of};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, btree_map::Entry};

/// One version of the table.
#[derive(Debug, Clone, Copy)]
pub struct LiteLlmTable<'a> {
    pub json: &'a [u8],
    /// Such as `1.109.1`.
    pub version: &'a str,
}

/// A book, and what of the table is not in it.
#[derive(Debug)]
pub struct Conversion {
    pub book: PriceBook,
    pub left_out: Vec<LeftOut>,
}

/// A row that could not be read. The others are not its hostages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub row: String,
    pub reason: String,
}

/// Entries that are no model's: an example that explains the fields, and rules for names.
const NO_MODELS: &[&str] = &["sample_spec", "fallback_generalizations"];

/// Makes a book of the newest table, with the last known prices of models that only older ones (newest first) have. `date` is the day the
/// tables were taken, `YYYY-MM-DD`.
pub fn from_litellm(newest: LiteLlmTable, older: &[LiteLlmTable], date: &str) -> Result<Conversion, BookError> {
    let mut left_out = Vec::new();
    let mut rows = rows_of(newest, None, &mut left_out)?;
    for table in older {
        let as_of = format!("litellm-{}", table.version);
        for (name, row) in rows_of(*table, Some(&as_of), &mut Vec::new())? {
            // A row that lost its prices says nothing about what they are now.
            let tells = |known: &PriceRow| known.has_standard(Dimension::Input) || !known.others.is_empty();
            match rows.entry(name) {
                Entry::Vacant(vacant) => drop(vacant.insert(row)),
                Entry::Occupied(mut known) if !tells(known.get()) && row.has_standard(Dimension::Input) => drop(known.insert(row)),
                Entry::Occupied(_) => {}
            }
        }
    }
    let mut providers: HashMap<Box<str>, Models> = HashMap::new();
    for ((provider, model), row) in rows {
        providers.entry(provider.into()).or_default().insert(model.into(), Box::from([row]));
    }
    let versions: Vec<_> = std::iter::once(newest.version).chain(older.iter().map(|table| table.version)).collect();
    let head = BookHead {
        version: format!("litellm-{}", newest.version),
        source: format!("price tables of the PyPI package litellm {}", versions.join(", ")),
        license: "MIT, Copyright (c) 2023 Berri AI".to_owned(),
        date: date.to_owned(),
    };
    Ok(Conversion { book: PriceBook::of(head, providers)?, left_out })
}

/// `None`: these bytes are no such table. It is told by its first rows, each of which names its provider.
pub fn looks_like_litellm(json: &[u8]) -> bool {
    let Ok(table) = serde_json::from_slice::<Map<String, Value>>(json) else { return false };
    !table.contains_key("providers") && table.values().any(|row| row.get("litellm_provider").is_some())
}

type Named = BTreeMap<(String, String), PriceRow>;

fn rows_of(table: LiteLlmTable, as_of: Option<&str>, left_out: &mut Vec<LeftOut>) -> Result<Named, BookError> {
    if table.json.len() > MAX_BOOK_BYTES {
        return Err(BookError::TooLarge { bytes: table.json.len(), most: MAX_BOOK_BYTES });
    }
    let entries: Map<String, Value> = serde_json::from_slice(table.json).map_err(|error| BookError::NotABook(error.to_string()))?;
    let mut chosen: BTreeMap<(String, String), (usize, PriceRow)> = BTreeMap::new();
    for (key, entry) in entries.iter().filter(|(key, _)| !NO_MODELS.contains(&key.as_str())) {
        let mut leave_out = |reason: String| left_out.push(LeftOut { row: key.clone(), reason });
        let Some(table_provider) = entry.get("litellm_provider").and_then(Value::as_str) else {
            leave_out("field `litellm_provider`: expected a name".to_owned());
            continue;
        };
        let (provider, rank) = provider_of(table_provider);
        let mut row = match row::convert(table_provider, &provider, entry) {
            Ok(row) => row,
            Err(problem) => {
                leave_out(problem);
                continue;
            }
        };
        row.as_of = as_of.map(Into::into);
        let (model, prefixed) = model_name(&provider, key);
        // Of two rows for one name: the provider listed first, then the one that names its provider.
        let rank = rank * 2 + usize::from(!prefixed);
        let name = (provider, model);
        if chosen.get(&name).is_none_or(|(known, _)| rank < *known) {
            chosen.insert(name, (rank, row));
        }
    }
    Ok(chosen.into_iter().map(|(name, (_, row))| (name, row)).collect())
}

#[cfg(test)]
mod tests;
