//! Pages by number, counted from 1, as Opik answers lists.

use model::{library::PageRequest, query::MAX_PAGE};
use serde_json::{Value, json};

const DEFAULT_SIZE: usize = 10;

#[derive(Debug, Clone, Default)]
pub(super) struct PageParams {
    page: Option<u64>,
    size: Option<u64>,
}

impl PageParams {
    pub(super) fn new(page: Option<u64>, size: Option<u64>) -> Self {
        Self { page, size }
    }

    fn number(&self) -> u64 {
        self.page.unwrap_or(1).max(1)
    }

    pub(super) fn size(&self) -> usize {
        self.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(DEFAULT_SIZE).clamp(1, MAX_PAGE)
    }

    pub(super) fn skipped(&self) -> u64 {
        (self.number() - 1).saturating_mul(self.size() as u64)
    }

    pub(super) fn request(&self) -> PageRequest {
        PageRequest::skipping(self.skipped(), self.size())
    }

    pub(super) fn answer(&self, content: Vec<Value>, total: u64) -> Value {
        json!({"page": self.number(), "size": content.len(), "total": total, "content": content})
    }

    /// The page of a list that is there as a whole.
    pub(super) fn of(&self, all: Vec<Value>) -> Value {
        let total = all.len() as u64;
        let skipped = usize::try_from(self.skipped()).unwrap_or(usize::MAX);
        self.answer(all.into_iter().skip(skipped).take(self.size()).collect(), total)
    }
}
