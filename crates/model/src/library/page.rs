//! Pages of lists: continued by cursor, or by number as many clients' protocols do.

use crate::query::{InvalidCursor, hex_text};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Where the next page starts: after the row with this rank and id. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListCursor {
    /// What the list is ordered by: a time in nanoseconds, or a position.
    pub rank: i64,
    /// What breaks ties.
    pub id: String,
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_text::encode(&format!("{}:{}", self.rank, self.id)))
    }
}

impl FromStr for ListCursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let plain = hex_text::decode(text).ok_or(InvalidCursor)?;
        let (rank, id) = plain.split_once(':').ok_or(InvalidCursor)?;
        Ok(Self { rank: rank.parse().map_err(|_| InvalidCursor)?, id: id.to_owned() })
    }
}

impl Serialize for ListCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which page. `offset` counts from `after`; most callers use one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub after: Option<ListCursor>,
    pub offset: u64,
    /// 1 to [`crate::query::MAX_PAGE`]; more is taken for that.
    pub limit: usize,
}

impl PageRequest {
    pub fn first(limit: usize) -> Self {
        Self { after: None, offset: 0, limit }
    }

    pub fn after(cursor: Option<ListCursor>, limit: usize) -> Self {
        Self { after: cursor, offset: 0, limit }
    }

    pub fn skipping(offset: u64, limit: usize) -> Self {
        Self { after: None, offset, limit }
    }
}

/// A page, and how long the whole list is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Rows of all pages.
    pub total: u64,
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<ListCursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_whatever_the_id() {
        for id in ["plain", "with:colon/slash", "\u{1F600}", ""] {
            let cursor = ListCursor { rank: -5, id: id.to_owned() };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        assert!("zz".parse::<ListCursor>().is_err());
    }
}
