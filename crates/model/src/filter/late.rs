//! Conditions on late facts: on scores, comments and bookmarks, which are rows of their own.
//!
//! A store first looks for the facts that meet such a condition, and puts what they are about in the condition's place
//! ([`Filter::Attached`]): a fact about a trace holds for the trace's spans, one about a session for the session's spans.

use super::{Comparison, Filter, Value};
use crate::{SpanId, TraceId, telemetry::ScoreTarget};
use std::{collections::HashSet, sync::Arc};

/// What the facts that met a condition are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetSet {
    pub spans: HashSet<(TraceId, SpanId)>,
    pub traces: HashSet<TraceId>,
    pub sessions: HashSet<String>,
}

impl TargetSet {
    pub fn insert(&mut self, target: ScoreTarget) {
        match target {
            ScoreTarget::Span { trace_id, span_id } => drop(self.spans.insert((trace_id, span_id))),
            ScoreTarget::Trace { trace_id } => drop(self.traces.insert(trace_id)),
            ScoreTarget::Session { session_id } => drop(self.sessions.insert(session_id)),
        }
    }

    pub fn len(&self) -> usize {
        self.spans.len() + self.traces.len() + self.sessions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a span of this trace and session has one of the facts.
    pub fn has_span(&self, trace: TraceId, span: SpanId, session: Option<&str>) -> bool {
        self.traces.contains(&trace)
            || self.spans.contains(&(trace, span))
            || session.is_some_and(|session| self.sessions.contains(session))
    }
}

impl Filter {
    /// The conditions on late facts, each once.
    pub fn late_conditions(&self) -> Vec<&Comparison> {
        let mut found = Vec::new();
        self.collect_late(&mut found);
        found
    }

    fn collect_late<'a>(&'a self, found: &mut Vec<&'a Comparison>) {
        match self {
            Self::And(terms) | Self::Or(terms) => terms.iter().for_each(|term| term.collect_late(found)),
            Self::Not(inner) => inner.collect_late(found),
            Self::Compare(comparison) if comparison.field.is_late() && !found.contains(&comparison) => found.push(comparison),
            Self::All | Self::Compare(_) | Self::Text(_) | Self::Attached(_) => {}
        }
    }

    /// The same filter with each condition on late facts replaced by what `targets` has found for it. Conditions that it does not know
    /// stay.
    pub fn with_targets(self, targets: &[(Comparison, Arc<TargetSet>)]) -> Filter {
        let all = |terms: Vec<Filter>| terms.into_iter().map(|term| term.with_targets(targets)).collect();
        match self {
            Self::And(terms) => Self::And(all(terms)),
            Self::Or(terms) => Self::Or(all(terms)),
            Self::Not(inner) => Self::Not(Box::new(inner.with_targets(targets))),
            Self::Compare(comparison) => match targets.iter().find(|(condition, _)| *condition == comparison) {
                // What is found is what is bookmarked.
                Some((_, found)) if comparison.value == Value::Bool(false) => Self::Not(Box::new(Self::Attached(Arc::clone(found)))),
                Some((_, found)) => Self::Attached(Arc::clone(found)),
                None => Self::Compare(comparison),
            },
            Self::All | Self::Text(_) | Self::Attached(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{filter::parse, telemetry::RowKind};

    #[test]
    fn late_conditions_are_found_at_any_depth_and_replaced_by_their_targets() {
        let filter = parse("-(score.quality>0.5 OR name:x) score.quality>0.5 bookmarked:true comment:*", RowKind::Span).unwrap();
        let conditions: Vec<Comparison> = filter.late_conditions().into_iter().cloned().collect();
        assert_eq!(conditions.len(), 3, "{conditions:?}");
        let targets: Vec<_> = conditions.into_iter().map(|condition| (condition, Arc::new(TargetSet::default()))).collect();
        let replaced = filter.with_targets(&targets);
        assert!(replaced.late_conditions().is_empty());
        let Filter::And(terms) = replaced else { panic!("{replaced:?}") };
        assert!(matches!(terms[1..], [Filter::Attached(_), Filter::Attached(_), Filter::Attached(_)]), "{terms:?}");
    }

    #[test]
    fn a_fact_about_a_trace_or_session_holds_for_its_spans() {
        let (trace, other) = (TraceId::from_bytes([1; 16]).unwrap(), TraceId::from_bytes([2; 16]).unwrap());
        let span = SpanId::from_bytes([3; 8]).unwrap();
        let mut set = TargetSet::default();
        set.insert(ScoreTarget::Trace { trace_id: trace });
        set.insert(ScoreTarget::Session { session_id: "s".into() });
        assert!(set.has_span(trace, span, None) && set.has_span(other, span, Some("s")));
        assert!(!set.has_span(other, span, Some("t")) && !set.has_span(other, span, None));
        set.insert(ScoreTarget::Span { trace_id: other, span_id: span });
        assert!(set.has_span(other, span, None));
        assert_eq!(set.len(), 3);
    }
}
