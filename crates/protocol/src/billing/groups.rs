//! Which spans report the same call.

use super::{
    facts::{CallFacts, Role},
    tree::Tree,
};
use model::{SpanId, Timestamp, telemetry::SpanKind};
use std::collections::HashMap;

/// How exactly the start of a stream that Logfire derives is known.
const STREAM_START_TOLERANCE_NANOS: i64 = 1_000_000;

/// For each span the span whose group it is in; many stand alone.
pub(super) struct Groups {
    joined: Vec<usize>,
    sizes: Vec<u32>,
}

impl Groups {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let count = tree.spans.len();
        let mut groups = Self { joined: (0..count).collect(), sizes: vec![1; count] };
        groups.by_response_id(tree);
        groups.by_stream(tree);
        groups
    }

    /// The group's name: any of its spans, the same for all of them.
    pub(super) fn root(&self, mut place: usize) -> usize {
        // Joining always goes to a root, so that there are no rings.
        while self.joined[place] != place {
            place = self.joined[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        // The smaller below the larger: no chain is longer than a logarithm.
        let (large, small) = if self.sizes[one] >= self.sizes[other] { (one, other) } else { (other, one) };
        self.joined[small] = large;
        self.sizes[large] += self.sizes[small];
    }

    fn by_response_id(&mut self, tree: &Tree<'_>) {
        let mut firsts: HashMap<&str, usize> = HashMap::new();
        for (place, call) in calls(tree) {
            if let Some(id) = call.response_id.as_deref() {
                let first = *firsts.entry(id).or_insert(place);
                self.join(first, place);
            }
        }
    }

    /// The end of a stream belongs to the call around it that counted the same, else to the sibling whose answer was streamed. Each
    /// sibling has one such end at most: of two streams neither is lost.
    fn by_stream(&mut self, tree: &Tree<'_>) {
        let ends = calls(tree).filter_map(|(place, call)| match call.role {
            Role::StreamEnd { from } => Some((from, tree.spans[place].span, place)),
            _ => None,
        });
        let mut ends: Vec<(Timestamp, SpanId, usize)> = ends.collect();
        if ends.is_empty() {
            return;
        }
        ends.sort_unstable();
        let mut silent = SilentSiblings::of(tree);
        for (from, _, place) in ends {
            let counted_the_same = |outer: &usize| tree.spans[*outer].usage().input_tokens == tree.spans[place].usage().input_tokens;
            let around = tree.call_around(place).filter(|outer| tree.spans[*outer].spends()).filter(counted_the_same);
            if let Some(host) = around.or_else(|| silent.take(tree, place, from)) {
                self.join(host, place);
            }
        }
    }

    /// A call without usage directly inside another one is the same call seen by a second instrumentation, unless the outer one is a
    /// container. An attempt that failed inside a call that did not is a call of its own.
    pub(super) fn join_silent(&mut self, tree: &Tree<'_>, is_container: &[bool]) {
        for (place, call) in calls(tree) {
            if call.role != Role::Report || tree.spans[place].spends() {
                continue;
            }
            let Some(outer) = tree.parent(place).filter(|outer| !is_container[*outer]) else { continue };
            let Some(outer_call) = tree.spans[outer].request() else { continue };
            if tree.spans[outer].kind == tree.spans[place].kind && (!call.failed() || outer_call.failed()) {
                self.join(outer, place);
            }
        }
    }
}

/// Model calls that may be billed.
pub(super) fn calls<'a>(tree: &'a Tree<'_>) -> impl Iterator<Item = (usize, &'a CallFacts)> {
    let requests = tree.spans.iter().enumerate().filter_map(|(place, span)| Some((place, span.request()?)));
    requests.filter(|(_, call)| call.role != Role::Never)
}

/// Calls whose answer was streamed after they had ended, as far as they know: without usage, by their parent and in order of their end.
struct SilentSiblings(HashMap<Option<SpanId>, Vec<(Timestamp, SpanId, usize)>>);

impl SilentSiblings {
    fn of(tree: &Tree<'_>) -> Self {
        let mut by_parent: HashMap<_, Vec<_>> = HashMap::new();
        for (place, call) in calls(tree) {
            let span = tree.spans[place];
            if let (Role::Report, SpanKind::Llm, Some(end)) = (call.role, span.kind, call.end)
                && !span.spends()
                && !call.failed()
            {
                by_parent.entry(span.parent).or_default().push((end, span.span, place));
            }
        }
        by_parent.values_mut().for_each(|siblings| siblings.sort_unstable());
        Self(by_parent)
    }

    /// The call that ended last before its stream began, which is not asked for again.
    fn take(&mut self, tree: &Tree<'_>, stream: usize, from: Timestamp) -> Option<usize> {
        let siblings = self.0.get_mut(&tree.spans[stream].parent)?;
        let latest = from.saturating_add_nanos(STREAM_START_TOLERANCE_NANOS);
        let before = siblings.partition_point(|(end, ..)| *end <= latest);
        let model = |place: usize| tree.spans[place].request().and_then(|call| call.model.as_deref());
        let found = siblings[..before].iter().rposition(|(.., place)| model(*place) == model(stream))?;
        Some(siblings.remove(found).2)
    }
}
