//! What was reported lately, so that a call is billed once although its reports come in several requests: the child before its parent,
//! the SDK's span and the proxy's, a container after what it contains.
//!
//! Per trace the facts that `protocol::billing` decides by are kept, without payloads, and what is in the store. Each request is decided
//! together with what is known; where an earlier decision no longer holds, an amendment of the stored span goes into the same commit.
//!
//! Bounded: traces are forgotten an hour after their last report, or when there are too many spans, the longest untouched first. It is
//! the memory of one process: after a restart, and between the nodes of a cluster, reports in different requests are each billed.

mod head;
mod traces;

use self::{
    head::Head,
    traces::{Stored, Traces},
};
use model::{
    ProjectId, SpanId, TraceId,
    telemetry::{Incoming, Span},
};
use parking_lot::Mutex;
use protocol::billing::SpanFacts;
use std::collections::HashMap;

#[derive(Default)]
pub(crate) struct RecentCalls(Mutex<Traces>);

/// What a request's rows will say once they are stored. To be given back, stored or not.
pub(super) struct Decision {
    project: ProjectId,
    traces: HashMap<TraceId, Vec<(SpanId, Stored)>>,
    /// How often each trace was decided over by then.
    rounds: HashMap<TraceId, u64>,
}

/// A span in a request.
struct Row {
    place: usize,
    /// It says nothing new, and may be dropped by the store.
    may_be_resend: bool,
}

impl RecentCalls {
    /// Decides over the spans on their way in, and answers amendments of stored ones that must be committed with them.
    pub(super) fn decide(&self, project: ProjectId, spans: &mut [Incoming<Span>]) -> (Decision, Vec<Span>) {
        let mut by_trace: HashMap<TraceId, Vec<(usize, SpanFacts, Head)>> = HashMap::new();
        for (place, incoming) in spans.iter().enumerate() {
            let span = &incoming.row;
            by_trace.entry(span.trace_id).or_default().push((place, SpanFacts::of(span), Head::of(span)));
        }
        let mut decision = Decision { project, traces: HashMap::new(), rounds: HashMap::new() };
        let mut amendments = Vec::new();
        let mut traces = self.0.lock();
        traces.forget_old();
        for (trace_id, reports) in by_trace {
            let trace = traces.trace(project, trace_id);
            // Of several reports of one span the last: it is what their merging ends in.
            let mut rows: HashMap<SpanId, Row> = HashMap::with_capacity(reports.len());
            for (place, facts, head) in reports {
                let (span, is_news) = (facts.span, trace.report(facts, head));
                rows.insert(span, Row { place, may_be_resend: !is_news && spans[place].digest.is_some() });
            }
            let planned = decision.traces.entry(trace_id).or_default();
            trace.for_each_verdict(|node, verdict| {
                let row = rows.get(&node.facts.span);
                if let Some(row) = row {
                    node.write(&verdict, &mut spans[row.place].row);
                }
                // The store drops an exact resend, and with it what was decided now.
                let outdated = node.is_outdated(&verdict) && row.is_none_or(|row| row.may_be_resend);
                if outdated {
                    amendments.extend(node.amendment(trace_id, &verdict));
                }
                if outdated || row.is_some() {
                    planned.push((node.facts.span, Stored::of(&verdict)));
                }
            });
            decision.rounds.insert(trace_id, trace.begin_round());
            traces.settle(project, trace_id);
        }
        (decision, amendments)
    }

    /// The rows of a decision are in the store. Answers amendments for what was decided otherwise in the meantime.
    pub(super) fn stored(&self, decision: Decision) -> (Decision, Vec<Span>) {
        let mut next = Decision { project: decision.project, traces: HashMap::new(), rounds: HashMap::new() };
        let mut amendments = Vec::new();
        let mut traces = self.0.lock();
        for (trace_id, planned) in decision.traces {
            let Some(trace) = traces.known(decision.project, trace_id) else { continue };
            for (span, stored) in planned {
                trace.mark_stored(span, stored);
            }
            // Nobody decided since: what is stored is what is wanted.
            if decision.rounds.get(&trace_id) == Some(&trace.round()) {
                continue;
            }
            let planned = next.traces.entry(trace_id).or_default();
            trace.for_each_verdict(|node, verdict| {
                if node.is_outdated(&verdict) {
                    amendments.extend(node.amendment(trace_id, &verdict));
                    planned.push((node.facts.span, Stored::of(&verdict)));
                }
            });
            next.rounds.insert(trace_id, trace.round());
        }
        (next, amendments)
    }

    /// The rows of a decision were not stored: nothing is known of spans that only they told of.
    pub(super) fn refused(&self, decision: Decision) {
        let mut traces = self.0.lock();
        for (trace_id, planned) in decision.traces {
            traces.withdraw(decision.project, trace_id, planned.into_iter().map(|(span, _)| span));
        }
    }
}

#[cfg(test)]
mod tests;
