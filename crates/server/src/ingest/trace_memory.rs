//! What traces have said about themselves, within a request and across requests. Many clients name session, user and tags on one span of a
//! trace, which is often sent last: the spans before it get them by a further report, those beside and after it as they come in.
//!
//! Best effort, in the memory of one process: of a trace that was forgotten, or whose spans go to several processes, each span keeps what
//! its own request said.

use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{Incoming, Source, Span},
};
use parking_lot::Mutex;
use protocol::trace_facts::{TraceFacts, lacks_facts, says_facts};
use std::collections::{BTreeSet, HashMap};

/// Traces of a generation. With the bounds below, two of them take about 15 MiB at most.
const MAX_TRACES: usize = 10_000;
/// Spans of a generation that may still be told more. Both together are fewer than billing remembers, so that what a report says about
/// a call is decided by what is known of it.
const MAX_SPANS: usize = 30_000;
/// The same of one trace: each is written once more when it is told.
const MAX_SPANS_PER_TRACE: usize = 256;

#[derive(Default)]
pub(crate) struct TraceMemory(Mutex<Generations>);

type Key = (ProjectId, TraceId);

/// When the young one is full it becomes the old one, and what was the old one is forgotten. Whoever is asked for is young again.
#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    traces: HashMap<Key, Known>,
    spans: usize,
}

#[derive(Default)]
struct Known {
    facts: TraceFacts,
    /// Stored without something that the trace may still say.
    lacking: Vec<Lacking>,
}

/// As much of a stored span as a further report of it repeats. Whether it is billed is decided anew, as for every report.
struct Lacking {
    span_id: SpanId,
    start_time: Timestamp,
    running: bool,
    billed: bool,
    source: Source,
    session_id: Option<String>,
    user_id: Option<String>,
    tags: Vec<String>,
}

/// What to remember of a batch once it is stored.
pub(super) struct Pending {
    traces: BTreeSet<TraceId>,
    lacking: Vec<(TraceId, Lacking)>,
}

impl Pending {
    pub(super) fn of(spans: &[Incoming<Span>]) -> Self {
        let spans = || spans.iter().map(|incoming| &incoming.row);
        let lacking = spans().filter(|span| lacks_facts(span)).map(|span| (span.trace_id, Lacking::of(span))).collect();
        Self { traces: spans().map(|span| span.trace_id).collect(), lacking }
    }
}

impl TraceMemory {
    /// Before a batch is stored: takes in what its spans say about their traces, and fills in what these are known to say. Answers further
    /// reports of stored spans, to be stored with the batch.
    pub(super) fn fill(&self, project: ProjectId, spans: &mut [Incoming<Span>]) -> Vec<Span> {
        let mut generations = self.0.lock();
        for span in spans.iter().map(|incoming| &incoming.row).filter(|span| says_facts(span)) {
            generations.known((project, span.trace_id)).facts.note(span);
        }
        for span in spans.iter_mut().map(|incoming| &mut incoming.row) {
            if let Some(known) = generations.get((project, span.trace_id)) {
                known.facts.fill(span);
            }
        }
        let traces: BTreeSet<TraceId> = spans.iter().map(|incoming| incoming.row.trace_id).collect();
        let mut reports = Vec::new();
        for trace in traces {
            reports.extend(generations.get((project, trace)).map(|known| known.reports(trace)).unwrap_or_default());
        }
        // Spans of the batch were filled in as they are now: what is remembered of them is older.
        let filled: BTreeSet<(TraceId, SpanId)> = spans.iter().map(|incoming| (incoming.row.trace_id, incoming.row.span_id)).collect();
        reports.retain(|report| !filled.contains(&(report.trace_id, report.span_id)));
        reports
    }

    /// After a batch and the reports that belong to it were stored: remembers which of its spans lack something. Answers reports that came
    /// due in the meantime, because another request told of the trace.
    pub(super) fn settle(&self, project: ProjectId, pending: Pending) -> Vec<Span> {
        let mut generations = self.0.lock();
        for trace in &pending.traces {
            if let Some(known) = generations.get((project, *trace)) {
                let gone = known.forget_told(*trace);
                generations.young.spans = generations.young.spans.saturating_sub(gone);
            }
        }
        let mut due = Vec::new();
        for (trace, lacking) in pending.lacking {
            let known = generations.known((project, trace));
            due.extend(lacking.report(trace, &known.facts));
            let added = known.remember(lacking);
            generations.young.spans += usize::from(added);
        }
        due
    }
}

impl Generations {
    /// What is known of a trace, if anything is.
    fn get(&mut self, key: Key) -> Option<&mut Known> {
        if let Some(known) = self.old.traces.remove(&key) {
            self.old.spans = self.old.spans.saturating_sub(known.lacking.len());
            self.young.spans += known.lacking.len();
            self.young.traces.insert(key, known);
        }
        self.young.traces.get_mut(&key)
    }

    fn known(&mut self, key: Key) -> &mut Known {
        if self.get(key).is_none() && (self.young.traces.len() >= MAX_TRACES || self.young.spans >= MAX_SPANS) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.traces.entry(key).or_default()
    }
}

impl Known {
    /// Whether it takes another place. A later report of a span takes the place of the one before.
    fn remember(&mut self, lacking: Lacking) -> bool {
        if let Some(known) = self.lacking.iter_mut().find(|known| known.span_id == lacking.span_id) {
            *known = lacking;
            return false;
        }
        let has_room = self.lacking.len() < MAX_SPANS_PER_TRACE;
        if has_room {
            self.lacking.push(lacking);
        }
        has_room
    }

    /// What can be told to spans that lack it.
    fn reports(&self, trace: TraceId) -> Vec<Span> {
        if self.facts.is_empty() {
            return Vec::new();
        }
        self.lacking.iter().filter_map(|lacking| lacking.report(trace, &self.facts)).collect()
    }

    /// Those that can be told something were. Answers how many lack nothing any longer.
    fn forget_told(&mut self, trace: TraceId) -> usize {
        let before = self.lacking.len();
        self.lacking.retain_mut(|lacking| match lacking.told(trace, &self.facts) {
            Some(told) => {
                *lacking = Lacking::of(&told);
                lacks_facts(&told)
            }
            None => true,
        });
        before - self.lacking.len()
    }
}

impl Lacking {
    fn of(span: &Span) -> Self {
        Self {
            span_id: span.span_id,
            start_time: span.start_time,
            running: span.running,
            billed: span.billed,
            source: span.source.clone(),
            session_id: span.session_id.clone(),
            user_id: span.user_id.clone(),
            tags: span.tags.clone(),
        }
    }

    /// A report that tells what the trace says, and not what the span says itself. `None` when that is nothing new.
    fn report(&self, trace: TraceId, facts: &TraceFacts) -> Option<Span> {
        let mut span = self.told(trace, facts)?;
        span.session_id.take_if(|_| self.session_id.is_some());
        span.user_id.take_if(|_| self.user_id.is_some());
        if !self.tags.is_empty() {
            span.tags.clear();
        }
        Some(span)
    }

    /// What it is when it was told. `None` when that is nothing new.
    fn told(&self, trace: TraceId, facts: &TraceFacts) -> Option<Span> {
        let mut span = Span::new(trace, self.span_id, "", self.start_time);
        (span.running, span.billed, span.source) = (self.running, self.billed, self.source.clone());
        (span.session_id, span.user_id, span.tags) = (self.session_id.clone(), self.user_id.clone(), self.tags.clone());
        span.ingest_time = Timestamp::now();
        facts.fill(&mut span).then_some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectId {
        ProjectId::from_bytes([7; 16]).unwrap()
    }

    fn span(trace: u32, id: u8, session: Option<&str>) -> Incoming<Span> {
        let mut trace_bytes = [1; 16];
        trace_bytes[..4].copy_from_slice(&trace.to_be_bytes());
        let ids = (TraceId::from_bytes(trace_bytes).unwrap(), SpanId::from_bytes([id; 8]).unwrap());
        let mut span = Span::new(ids.0, ids.1, "call", Timestamp::from_nanos(i64::from(id)));
        span.session_id = session.map(str::to_owned);
        span.user_id = Some("u".to_owned());
        Incoming::new(span, None)
    }

    /// Sessions of the spans as they are stored, and further reports.
    fn take_in(memory: &TraceMemory, mut spans: Vec<Incoming<Span>>) -> (Vec<Option<String>>, Vec<Span>) {
        let reports = memory.fill(project(), &mut spans);
        assert_eq!(memory.settle(project(), Pending::of(&spans)), vec![]);
        (spans.into_iter().map(|span| span.row.session_id).collect(), reports)
    }

    fn told(reports: &[Span]) -> Vec<(u8, Option<&str>, i64)> {
        reports.iter().map(|span| (span.span_id.as_bytes()[0], span.session_id.as_deref(), span.start_time.as_nanos())).collect()
    }

    #[test]
    fn a_session_that_is_told_last_reaches_the_spans_before_it() {
        let memory = TraceMemory::default();
        assert_eq!(take_in(&memory, vec![span(1, 1, None), span(2, 2, None)]), (vec![None, None], vec![]));
        let (sessions, reports) = take_in(&memory, vec![span(1, 3, None), span(1, 4, Some("s"))]);
        assert_eq!(sessions, [Some("s".to_owned()), Some("s".to_owned())]);
        assert_eq!(told(&reports), [(1, Some("s"), 1)]);
        let (sessions, reports) = take_in(&memory, vec![span(1, 5, None)]);
        assert_eq!((sessions, reports), (vec![Some("s".to_owned())], vec![]), "told once");
    }

    #[test]
    fn requests_that_overtake_each_other_lose_nothing() {
        let memory = TraceMemory::default();
        let mut children = vec![span(1, 1, None)];
        assert_eq!(memory.fill(project(), &mut children), vec![]);
        assert_eq!(take_in(&memory, vec![span(1, 2, Some("s"))]).1, vec![]);
        let due = memory.settle(project(), Pending::of(&children));
        assert_eq!(told(&due), [(1, Some("s"), 1)]);
    }

    #[test]
    fn what_could_not_be_stored_is_told_again() {
        let memory = TraceMemory::default();
        take_in(&memory, vec![span(1, 1, None)]);
        let mut refused = vec![span(1, 2, Some("s"))];
        assert_eq!(told(&memory.fill(project(), &mut refused)), [(1, Some("s"), 1)]);
        assert_eq!(told(&take_in(&memory, vec![span(1, 3, None)]).1), [(1, Some("s"), 1)]);
    }

    #[test]
    fn a_report_changes_nothing_but_the_facts() {
        let memory = TraceMemory::default();
        let mut stored = span(1, 1, None).row;
        (stored.running, stored.billed, stored.source.convention) = (true, false, "langfuse".to_owned());
        take_in(&memory, vec![Incoming::new(stored.clone(), None)]);
        let (_, reports) = take_in(&memory, vec![span(1, 2, Some("s"))]);
        let mut amended = stored.clone();
        amended.amend(reports[0].clone());
        stored.session_id = Some("s".to_owned());
        stored.ingest_time = amended.ingest_time;
        assert_eq!(amended, stored);
    }

    #[test]
    fn what_a_span_says_anew_stays() {
        let memory = TraceMemory::default();
        let mut first = span(1, 1, None);
        first.row.tags = vec!["old".to_owned()];
        take_in(&memory, vec![first, span(1, 2, None)]);
        let mut again = span(1, 1, Some("s"));
        again.row.tags = vec!["old".to_owned(), "new".to_owned()];
        let (_, reports) = take_in(&memory, vec![again]);
        assert_eq!(told(&reports), [(2, Some("s"), 2)], "only the other span is told");
        assert!(reports[0].user_id.is_none() && reports[0].tags.is_empty(), "and only what it lacks");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let memory = TraceMemory::default();
        for trace in 0..3 * MAX_TRACES as u32 {
            take_in(&memory, vec![span(trace, 1, None)]);
        }
        let generations = memory.0.lock();
        assert!(generations.young.traces.len() + generations.old.traces.len() <= 2 * MAX_TRACES);
        assert!(generations.young.spans <= MAX_SPANS && generations.old.spans <= MAX_SPANS);
    }
}
