//! Who used a trace, in which session, under which tags: many clients say it on one span only. Every span of the trace gets what the trace
//! names exactly once, so that the cost of a session is that of all its calls.

use crate::langfuse;
use model::telemetry::Span;
use std::collections::BTreeSet;

/// Conventions in which a span's tags are those of its trace.
const TAGS_OF_TRACE: [&str; 1] = [langfuse::CONVENTION];
/// Most tags of a trace.
const MAX_TAGS: usize = 100;
/// Longer sessions, users and tags are payload in the wrong place: they stay where they are.
const MAX_FACT_BYTES: usize = 512;

/// What spans of one trace have said about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceFacts {
    session: Fact,
    user: Fact,
    tags: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Fact {
    #[default]
    Unsaid,
    Said(String),
    /// Different things were said: it is not a fact of the trace as a whole.
    Several,
}

impl Fact {
    fn note(&mut self, said: &Option<String>) {
        match (&self, said) {
            (_, Some(text)) if text.len() > MAX_FACT_BYTES => {}
            (Self::Unsaid, Some(text)) => *self = Self::Said(text.clone()),
            (Self::Said(known), Some(text)) if known != text => *self = Self::Several,
            _ => {}
        }
    }

    fn fill(&self, slot: &mut Option<String>) -> bool {
        let Self::Said(text) = self else { return false };
        let fills = slot.is_none();
        if fills {
            *slot = Some(text.clone());
        }
        fills
    }
}

impl TraceFacts {
    /// Takes in what a span says.
    pub fn note(&mut self, span: &Span) {
        self.session.note(&span.session_id);
        self.user.note(&span.user_id);
        if has_tags_of_trace(span) {
            let short = span.tags.iter().filter(|tag| tag.len() <= MAX_FACT_BYTES);
            self.tags.extend(short.take(MAX_TAGS.saturating_sub(self.tags.len())).cloned());
        }
    }

    /// Fills in what a span does not say itself. Whether there was something.
    pub fn fill(&self, span: &mut Span) -> bool {
        let (session, user) = (self.session.fill(&mut span.session_id), self.user.fill(&mut span.user_id));
        let tags = span.tags.is_empty() && !self.tags.is_empty();
        if tags {
            span.tags = self.tags.iter().cloned().collect();
        }
        session || user || tags
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a span says something of its trace.
pub fn says_facts(span: &Span) -> bool {
    span.session_id.is_some() || span.user_id.is_some() || (!span.tags.is_empty() && has_tags_of_trace(span))
}

/// Whether a span leaves something unsaid that its trace may say.
pub fn lacks_facts(span: &Span) -> bool {
    span.session_id.is_none() || span.user_id.is_none() || (span.tags.is_empty() && has_tags_of_trace(span))
}

fn has_tags_of_trace(span: &Span) -> bool {
    TAGS_OF_TRACE.contains(&span.source.convention.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SpanId, Timestamp, TraceId};

    fn span(id: u8, session: Option<&str>, user: Option<&str>) -> Span {
        let ids = (TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([id; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "", Timestamp::from_nanos(1));
        (span.session_id, span.user_id) = (session.map(str::to_owned), user.map(str::to_owned));
        span
    }

    fn facts(spans: &[Span]) -> TraceFacts {
        let mut facts = TraceFacts::default();
        spans.iter().for_each(|span| facts.note(span));
        facts
    }

    #[test]
    fn what_one_span_says_fills_the_others() {
        let facts = facts(&[span(1, None, None), span(2, Some("s"), None), span(3, None, Some("u"))]);
        let mut other = span(4, None, Some("own"));
        assert!(facts.fill(&mut other) && !facts.fill(&mut other));
        assert_eq!((other.session_id.as_deref(), other.user_id.as_deref()), (Some("s"), Some("own")));
    }

    #[test]
    fn a_trace_with_two_sessions_is_in_none_as_a_whole() {
        let mut other = span(3, None, None);
        assert!(!facts(&[span(1, Some("a"), None), span(2, Some("b"), None), span(4, Some("a"), None)]).fill(&mut other));
        assert_eq!(other.session_id, None);
    }

    #[test]
    fn tags_are_the_traces_only_where_the_convention_says_so() {
        let mut tagged = span(1, None, None);
        tagged.tags = vec!["t".into()];
        assert!(facts(std::slice::from_ref(&tagged)).is_empty());
        tagged.source.convention = langfuse::CONVENTION.into();
        let mut other = span(2, None, None);
        facts(&[tagged]).fill(&mut other);
        assert_eq!(other.tags, ["t"]);
    }

    #[test]
    fn payload_in_the_wrong_place_stays_there() {
        assert!(facts(&[span(1, Some(&"x".repeat(MAX_FACT_BYTES + 1)), None)]).is_empty());
    }
}
