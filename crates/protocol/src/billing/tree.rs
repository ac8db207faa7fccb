//! Spans of a trace by their place in it.

use super::SpanFacts;
use model::SpanId;
use std::collections::HashMap;

/// How far up a span looks for what contains it. Deeper nesting of model calls is not met; and a ring of parents ends here.
const MAX_ANCESTORS: usize = 64;

pub(super) struct Tree<'a> {
    pub(super) spans: &'a [&'a SpanFacts],
    parents: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(spans: &'a [&'a SpanFacts]) -> Self {
        let places: HashMap<SpanId, usize> = spans.iter().enumerate().map(|(place, span)| (span.span, place)).collect();
        let parents = spans.iter().map(|span| span.parent.and_then(|parent| places.get(&parent).copied())).collect();
        Self { spans, parents }
    }

    pub(super) fn parent(&self, place: usize) -> Option<usize> {
        self.parents[place]
    }

    /// From the parent upwards, as far as the trace is known.
    pub(super) fn ancestors(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(place), |place| self.parent(*place)).take(MAX_ANCESTORS)
    }

    /// The nearest model call around a span.
    pub(super) fn call_around(&self, place: usize) -> Option<usize> {
        self.ancestors(place).find(|place| self.spans[*place].kind.is_request())
    }
}
