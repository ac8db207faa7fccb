//! The price book: the rows by provider and model, and where they are from. One is embedded; another can be read in its place.

pub(crate) mod date;
mod find;
mod index;
mod read;
pub(crate) mod write;

pub use find::{MatchRule, PriceMatch, Tried};

use crate::{provider::threshold_included, row::PriceRow};
use index::Index;
use model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

static EMBEDDED: &[u8] = include_bytes!("../../data/prices.json");

static BOOK: LazyLock<PriceBook> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
    PriceBook::from_json(EMBEDDED).expect("the embedded price table is valid")
});

/// Largest book that is read: ten times the embedded one.
pub const MAX_BOOK_BYTES: usize = 16 << 20;

/// Why a file is no price book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    #[error("the prices have {bytes} bytes: expected at most {most}")]
    TooLarge { bytes: usize, most: usize },
    #[error("this is no price book: {0}")]
    NotABook(String),
    #[error("row {row}: {problem}")]
    Row { row: String, problem: String },
    #[error("the price book has no row that prices tokens")]
    Empty,
}

/// A model's rows, by time. Mostly one.
pub(crate) type Rows = Box<[PriceRow]>;
pub(crate) type Models = HashMap<Box<str>, Rows>;

/// Where a book is from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct BookHead {
    /// Which table this is, e.g. `litellm-1.109.1`.
    pub version: String,
    pub source: String,
    pub license: String,
    /// The day the table was taken, `YYYY-MM-DD`.
    pub date: String,
}

/// Prices by provider and lower-case model name.
#[derive(Debug)]
pub struct PriceBook {
    pub(crate) head: BookHead,
    pub(crate) providers: HashMap<Box<str>, Models>,
    index: Index,
}

#[derive(Deserialize)]
struct BookText<'a> {
    #[serde(flatten)]
    head: BookHead,
    #[serde(borrow)]
    providers: BTreeMap<String, BTreeMap<String, &'a RawValue>>,
}

impl PriceBook {
    /// The table inside the program. Read on first use (some milliseconds), then shared.
    pub fn embedded() -> &'static PriceBook {
        &BOOK
    }

    /// Reads a book of the form of `data/prices.json`. Everything is checked; an error names the row and the field.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BookError> {
        if bytes.len() > MAX_BOOK_BYTES {
            return Err(BookError::TooLarge { bytes: bytes.len(), most: MAX_BOOK_BYTES });
        }
        let text: BookText = serde_json::from_slice(bytes).map_err(|error| BookError::NotABook(error.to_string()))?;
        if date::timestamp(&text.head.date).is_none() {
            return Err(BookError::NotABook(format!("field `date`: expected a day such as 2026-11-23, got {:?}", text.head.date)));
        }
        let mut providers: HashMap<Box<str>, Models> = HashMap::new();
        for (provider, models) in text.providers {
            let mut rows = Models::with_capacity(models.len());
            for (model, raw) in models {
                let row = read_rows(raw.get()).map_err(|problem| BookError::Row { row: format!("{provider}/{model}"), problem })?;
                rows.insert(model.into(), row);
            }
            providers.insert(provider.into(), rows);
        }
        Self::of(text.head, providers)
    }

    /// A book of rows.
    pub(crate) fn of(head: BookHead, mut providers: HashMap<Box<str>, Models>) -> Result<Self, BookError> {
        for (provider, models) in &mut providers {
            let included = threshold_included(provider);
            for (model, rows) in models {
                let named = |problem: &str| BookError::Row { row: format!("{provider}/{model}"), problem: problem.to_owned() };
                if model.chars().any(char::is_uppercase) {
                    return Err(named("expected the model's name in lower case"));
                }
                rows.iter_mut().for_each(|row| *row = std::mem::take(row).inspected(included));
                rows.sort_by_key(|row| row.from);
                if rows.windows(2).any(|pair| matches!(pair, [before, after] if before.until.is_none_or(|until| Some(until) > after.from)))
                {
                    return Err(named("two rows are valid at the same time"));
                }
            }
        }
        let index = Index::of(&providers);
        let book = Self { head, providers, index };
        if book.rows().all(|(.., row)| row.defect.is_some()) { Err(BookError::Empty) } else { Ok(book) }
    }

    /// The book as `data/prices.json`: one line a row, sorted.
    pub fn to_json(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let sorted: BTreeMap<_, BTreeMap<_, _>> = self.providers.iter().map(|(name, models)| (name, models.iter().collect())).collect();
        let providers = sorted.into_iter().map(|(provider, models)| {
            let lines = models.into_iter().map(|(model, rows)| {
                let mut rows: Vec<_> = rows.iter().map(write::row_json).collect();
                let value = if rows.len() == 1 { rows.swap_remove(0) } else { rows.into() };
                format!("{}:{value}", quoted(model))
            });
            format!("{}:{{\n{}\n}}", quoted(provider), lines.collect::<Vec<_>>().join(",\n"))
        });
        let BookHead { version, source, license, date } = &self.head;
        let unit = "US dollars: tokens per million, everything else each";
        let head = [("version", version.as_str()), ("source", source), ("license", license), ("date", date), ("unit", unit)];
        let head: Vec<_> = head.iter().map(|(name, text)| format!("{}:{}", quoted(name), quoted(text))).collect();
        format!("{{\n{},\n\"providers\":{{\n{}\n}}}}\n", head.join(",\n"), providers.collect::<Vec<_>>().join(",\n"))
    }

    pub fn head(&self) -> &BookHead {
        &self.head
    }

    /// Which table this is, e.g. `litellm-1.109.1`.
    pub fn version(&self) -> &str {
        &self.head.version
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.providers.values().flat_map(HashMap::values).map(|rows| rows.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every row with its provider and model, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str, &PriceRow)> {
        self.providers.iter().flat_map(|(provider, models)| {
            models.iter().flat_map(move |(model, rows)| rows.iter().map(move |row| (&**provider, &**model, row)))
        })
    }
}

/// The row for a call that starts at this time: the one that is valid then, else the last one before, else the first.
pub(crate) fn row_at(rows: &[PriceRow], at: Timestamp) -> Option<&PriceRow> {
    let started = || rows.iter().rev().find(|row| row.from.is_none_or(|from| from <= at));
    rows.iter().find(|row| row.is_valid_at(at)).or_else(started).or(rows.first())
}

fn read_rows(text: &str) -> Result<Rows, String> {
    let problem = |error: serde_json::Error| {
        // The line and column are those of the row's own text.
        let text = error.to_string();
        text.rsplit_once(" at line ").map_or(text.as_str(), |(problem, _)| problem).to_owned()
    };
    if text.starts_with('[') {
        let rows: Vec<PriceRow> = serde_json::from_str(text).map_err(problem)?;
        return if rows.is_empty() { Err("expected at least one row".to_owned()) } else { Ok(rows.into()) };
    }
    serde_json::from_str(text).map(|row: PriceRow| Box::from([row])).map_err(problem)
}

#[cfg(test)]
mod tests;
