//! What the active erasures of a project hide, ready to be asked row by row.

use model::{
    erase::Tombstone,
    segment::{CommitSeq, Segment},
    telemetry::RowKind,
};
use std::{collections::HashSet, sync::Arc};

/// Erasures of one project, each with its sets.
#[derive(Default)]
pub(crate) struct ErasedRows {
    parts: Vec<Part>,
}

struct Part {
    seq: CommitSeq,
    all: bool,
    sessions: HashSet<String>,
    users: HashSet<String>,
    traces: HashSet<String>,
    spans: HashSet<(String, String)>,
}

/// Columns that are looked at beside the commit_seq; a kind that lacks one is not found by it.
const COLUMNS: [&str; 4] = ["trace_id", "span_id", "session_id", "user_id"];

impl ErasedRows {
    pub(crate) fn new<'a>(tombstones: impl IntoIterator<Item = &'a Arc<Tombstone>>) -> Self {
        let parts = tombstones.into_iter().map(|tombstone| {
            let hidden = &tombstone.hidden;
            Part {
                seq: tombstone.seq,
                all: hidden.all,
                sessions: hidden.sessions.iter().cloned().collect(),
                users: hidden.users.iter().cloned().collect(),
                traces: hidden.traces.iter().map(|trace| trace.to_hex()).collect(),
                spans: hidden.spans.iter().map(|(trace, span)| (trace.to_hex(), span.to_hex())).collect(),
            }
        });
        Self { parts: parts.collect() }
    }

    /// Whether a row is hidden. `value` gives the columns after the first. Spans are hidden by their traces, not by the names in a row:
    /// whose a span is, all its reports say together, and the traces were looked up by that.
    pub(crate) fn hides<'a>(&self, kind: RowKind, seq: CommitSeq, value: impl Fn(usize) -> Option<&'a str>) -> bool {
        let of = |name: &str| columns(kind)[1..].iter().position(|column| *column == name).and_then(&value);
        let is_in = |set: &HashSet<String>, name: &str| !set.is_empty() && of(name).is_some_and(|text| set.contains(text));
        let is_named = |set: &HashSet<String>, name: &str| kind != RowKind::Span && is_in(set, name);
        self.parts.iter().filter(|part| seq <= part.seq).any(|part| {
            part.all
                || is_in(&part.traces, "trace_id")
                || is_named(&part.sessions, "session_id")
                || is_named(&part.users, "user_id")
                || part.hides_span(kind, of("trace_id"), of("span_id"))
        })
    }
}

impl Part {
    fn hides_span(&self, kind: RowKind, trace: Option<&str>, span: Option<&str>) -> bool {
        // Log records are erased by trace, not by span: a filter on spans says nothing about them.
        if self.spans.is_empty() || !matches!(kind, RowKind::Span | RowKind::Score) {
            return false;
        }
        let (Some(trace), Some(span)) = (trace, span) else { return false };
        self.spans.contains(&(trace.to_owned(), span.to_owned()))
    }
}

/// The columns that [`ErasedRows::hides`] wants, the commit_seq first.
pub(crate) fn columns(kind: RowKind) -> &'static [&'static str] {
    match kind {
        RowKind::Span | RowKind::Log => &["commit_seq", COLUMNS[0], COLUMNS[1], COLUMNS[2], COLUMNS[3]],
        RowKind::Score => &["commit_seq", COLUMNS[0], COLUMNS[1], COLUMNS[2]],
        RowKind::Metric => &["commit_seq"],
    }
}

/// Whether an erasure may hide rows of a segment: the segment has older rows, and was not rewritten since.
pub(crate) fn concerns(tombstone: &Tombstone, segment: &Segment) -> bool {
    let oldest = if segment.level == 0 { segment.commit_seq } else { segment.first_seq };
    oldest <= tombstone.seq && segment.clean_seq < tombstone.seq && segment.projects.contains(&tombstone.project)
}
