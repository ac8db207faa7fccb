//! Which spans of a trace are summed. One call of a model is often reported more than once: by an SDK and by what wraps it, by a
//! proxy, by a container that adds its children up. Every report is kept; [`decide`] picks the one that is billed.
//!
//! A pure function of all that is known of a trace: neither the order of the reports nor how they are spread over requests changes
//! what it ends in. What it needs of a span is in [`SpanFacts`], so that a trace can be remembered without its payloads.

mod decide;
mod facts;
mod groups;
mod tree;
mod usage;

pub use decide::{Verdict, decide};
pub use facts::{CallFacts, SpanFacts};

use model::{
    TraceId,
    telemetry::{Incoming, Span},
};
use std::collections::HashMap;

/// What a billed span says about itself when another report of its call counted more exactly.
pub const USAGE_OF_OTHER_REPORT: &str = "usage_of_other_report";

/// Decides over these spans alone, as if nothing else were known of their traces.
pub fn apply(spans: &mut [Incoming<Span>]) {
    let mut traces: HashMap<TraceId, Vec<usize>> = HashMap::new();
    for (place, incoming) in spans.iter().enumerate() {
        traces.entry(incoming.row.trace_id).or_default().push(place);
    }
    for places in traces.values() {
        let facts: Vec<SpanFacts> = places.iter().map(|place| SpanFacts::of(&spans[*place].row)).collect();
        let verdicts = decide(&facts.iter().collect::<Vec<_>>());
        for (place, verdict) in places.iter().zip(verdicts) {
            verdict.apply(&mut spans[*place].row);
        }
    }
}
