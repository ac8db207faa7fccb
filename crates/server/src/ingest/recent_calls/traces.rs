//! Traces in memory, within bounds.

use super::head::Head;
use model::{
    ProjectId, SpanId, TraceId,
    telemetry::{Span, TokenUsage},
};
use protocol::billing::{SpanFacts, Verdict, decide};
use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    time::{Duration, Instant},
};

/// How long after its last report a trace is remembered: the same as exact resends.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// Most spans remembered. About 60 bytes each, and 800 more for a model call: 60 MB if all of them are.
const MAX_SPANS: usize = 75_000;
/// Most spans remembered of one trace: each of its requests decides over all of them. A longer trace is forgotten and begun anew.
const MAX_SPANS_PER_TRACE: usize = 5_000;

/// How many touches that no longer count are kept beside one for each trace and one that it replaced.
const MAX_STALE_TOUCHES: usize = 1_024;

type Key = (ProjectId, TraceId);

#[derive(Default)]
pub(super) struct Traces {
    traces: HashMap<Key, Trace>,
    /// Touches in their order; only the last of each trace counts.
    touches: VecDeque<(Instant, u64, Key)>,
    touch: u64,
    spans: usize,
}

#[derive(Default)]
pub(super) struct Trace {
    nodes: HashMap<SpanId, Node>,
    touch: u64,
    round: u64,
    /// As counted in [`Traces::spans`].
    counted: usize,
}

/// One span.
pub(super) struct Node {
    pub(super) facts: SpanFacts,
    /// Of spans whose verdict can change.
    call: Option<Box<Call>>,
}

struct Call {
    head: Head,
    stored: Option<Stored>,
}

/// What the store says, or will say, about a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stored {
    billed: bool,
    usage: TokenUsage,
}

impl Stored {
    pub(super) fn of(verdict: &Verdict) -> Self {
        Self { billed: verdict.billed, usage: verdict.usage }
    }
}

impl Node {
    /// Writes a verdict into a report of the span on its way in. What earlier reports said goes with it as far as the price depends on it.
    pub(super) fn write(&self, verdict: &Verdict, report: &mut Span) {
        verdict.apply(report);
        let Some(call) = &self.call else { return };
        let names_price = report.provider.is_some() || report.model().is_some() || report.kind.is_request();
        if names_price && report.usage.is_unknown() {
            report.usage = verdict.usage;
        }
        if !report.usage.is_unknown() {
            // An earlier report of this span may have counted more exactly: the last known value would win.
            report.usage = verdict.usage;
            call.head.complete(report);
        }
    }

    /// Whether the store says otherwise.
    pub(super) fn is_outdated(&self, verdict: &Verdict) -> bool {
        self.call.as_ref().and_then(|call| call.stored).is_some_and(|stored| stored != Stored::of(verdict))
    }

    pub(super) fn amendment(&self, trace: TraceId, verdict: &Verdict) -> Option<Span> {
        let call = self.call.as_ref()?;
        let with_usage = call.stored.is_some_and(|stored| stored.usage != verdict.usage);
        Some(call.head.amendment(trace, self.facts.span, verdict, with_usage))
    }
}

impl Trace {
    /// Takes a report in, and answers whether it says anything new.
    pub(super) fn report(&mut self, facts: SpanFacts, head: Head) -> bool {
        let (node, is_news) = match self.nodes.entry(facts.span) {
            Entry::Vacant(vacant) => (vacant.insert(Node { facts, call: None }), true),
            Entry::Occupied(known) => {
                let node = known.into_mut();
                let before = node.facts.clone();
                node.facts.amend(facts);
                let is_news = node.facts != before;
                (node, is_news)
            }
        };
        match &mut node.call {
            Some(call) => call.head.amend(head),
            None if node.facts.call.is_some() => node.call = Some(Box::new(Call { head, stored: None })),
            None => {}
        }
        is_news
    }

    pub(super) fn for_each_verdict(&self, mut visit: impl FnMut(&Node, Verdict)) {
        let facts: Vec<&SpanFacts> = self.nodes.values().map(|node| &node.facts).collect();
        self.nodes.values().zip(decide(&facts)).for_each(|(node, verdict)| visit(node, verdict));
    }

    pub(super) fn begin_round(&mut self) -> u64 {
        self.round += 1;
        self.round
    }

    pub(super) fn round(&self) -> u64 {
        self.round
    }

    pub(super) fn mark_stored(&mut self, span: SpanId, stored: Stored) {
        if let Some(call) = self.nodes.get_mut(&span).and_then(|node| node.call.as_mut()) {
            call.stored = Some(stored);
        }
    }
}

impl Traces {
    pub(super) fn known(&mut self, project: ProjectId, trace: TraceId) -> Option<&mut Trace> {
        self.traces.get_mut(&(project, trace))
    }

    /// The trace, touched.
    pub(super) fn trace(&mut self, project: ProjectId, trace: TraceId) -> &mut Trace {
        let key = (project, trace);
        self.touch += 1;
        self.touches.push_back((Instant::now(), self.touch, key));
        let trace = self.traces.entry(key).or_default();
        trace.touch = self.touch;
        trace
    }

    /// Counts a trace after it has grown, and keeps the bounds.
    pub(super) fn settle(&mut self, project: ProjectId, trace: TraceId) {
        let key = (project, trace);
        let Some(trace) = self.traces.get_mut(&key) else { return };
        self.spans = self.spans - trace.counted + trace.nodes.len();
        trace.counted = trace.nodes.len();
        if trace.counted > MAX_SPANS_PER_TRACE {
            self.forget(key);
        }
        while self.spans > MAX_SPANS
            && let Some((_, touch, key)) = self.touches.pop_front()
        {
            self.forget_if_last_touched_by(touch, key);
        }
    }

    pub(super) fn forget_old(&mut self) {
        if self.touches.len() > 2 * self.traces.len() + MAX_STALE_TOUCHES {
            let traces = &self.traces;
            self.touches.retain(|(_, touch, key)| traces.get(key).is_some_and(|trace| trace.touch == *touch));
        }
        while let Some((at, touch, key)) = self.touches.front().copied()
            && (at.elapsed() > LIFETIME || self.traces.get(&key).is_none_or(|trace| trace.touch != touch))
        {
            self.touches.pop_front();
            self.forget_if_last_touched_by(touch, key);
        }
    }

    /// Forgets spans that are not in the store.
    pub(super) fn withdraw(&mut self, project: ProjectId, trace: TraceId, spans: impl Iterator<Item = SpanId>) {
        let Some(known) = self.traces.get_mut(&(project, trace)) else { return };
        for span in spans {
            if let Entry::Occupied(node) = known.nodes.entry(span)
                && node.get().call.as_ref().is_none_or(|call| call.stored.is_none())
            {
                node.remove();
            }
        }
        known.round += 1;
        self.settle(project, trace);
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.spans
    }

    fn forget_if_last_touched_by(&mut self, touch: u64, key: Key) {
        if self.traces.get(&key).is_some_and(|trace| trace.touch == touch) {
            self.forget(key);
        }
    }

    fn forget(&mut self, key: Key) {
        if let Some(trace) = self.traces.remove(&key) {
            self.spans -= trace.counted;
        }
    }
}
