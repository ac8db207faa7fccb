//! Pages by number, as most of Langfuse's lists have them.

use crate::http::{ApiResult, Problem};
use model::library::PageRequest;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most rows of one page; more is taken for that.
const MAX_LIMIT: u64 = 1_000;
const DEFAULT_LIMIT: u64 = 50;

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct PageParams {
    page: Option<u64>,
    limit: Option<u64>,
}

/// A page: the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub number: u64,
    pub limit: u64,
}

impl PageParams {
    pub(super) fn new(page: Option<u64>, limit: Option<u64>) -> Self {
        Self { page, limit }
    }

    pub(super) fn page(self) -> ApiResult<Page> {
        let page = Page { number: self.page.unwrap_or(1), limit: self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) };
        match (page.number, page.limit) {
            (0, _) => Err(Problem::invalid("page", "expected a whole number from 1 on")),
            (_, 0) => Err(Problem::invalid("limit", "expected a whole number from 1 on")),
            _ => Ok(page),
        }
    }
}

impl Page {
    pub(super) fn offset(self) -> u64 {
        (self.number - 1).saturating_mul(self.limit)
    }

    pub(super) fn request(self) -> PageRequest {
        PageRequest::skipping(self.offset(), self.limit as usize)
    }

    /// This page of rows that are all there.
    pub(super) fn of<T>(self, rows: Vec<T>) -> (Vec<T>, u64) {
        let total = rows.len() as u64;
        (rows.into_iter().skip(self.offset() as usize).take(self.limit as usize).collect(), total)
    }

    /// `{"data": […], "meta": {…}}`
    pub(super) fn answer(self, data: Vec<Value>, total: u64) -> Value {
        let meta = json!({"page": self.number, "limit": self.limit, "totalItems": total, "totalPages": total.div_ceil(self.limit)});
        json!({"data": data, "meta": meta})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one() {
        let page = PageParams { page: Some(2), limit: Some(2) }.page().unwrap();
        assert_eq!(page.of(vec![1, 2, 3]), (vec![3], 3));
        assert_eq!(page.answer(Vec::new(), 3)["meta"], json!({"page": 2, "limit": 2, "totalItems": 3, "totalPages": 2}));
        assert!(PageParams { page: Some(0), limit: None }.page().is_err() && PageParams { page: None, limit: Some(0) }.page().is_err());
        assert_eq!(PageParams::default().page().unwrap(), Page { number: 1, limit: 50 });
    }
}
