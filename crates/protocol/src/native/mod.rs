//! What SDKs with a protocol of their own send, one module per client family: their JSON → spans and scores.
//!
//! Such clients report a span more than once (start, then end; create, then update) and in any order. Each report becomes a
//! [`SpanReport`] that knows only what it says; reports of one span are put together by `Span::amend`.

pub mod deepeval;
pub(crate) mod io;
pub(crate) mod json;
pub mod langfuse;
pub mod langsmith;
pub mod litellm;
pub mod mlflow;
pub mod openai_agents;
pub mod opik;
pub mod phoenix;

pub use io::{Side, rebuilt};

use crate::RowError;
use model::{
    Timestamp,
    telemetry::{BodyDigest, Incoming, Score, Span},
};

/// What one report says about one span. What it does not say is unknown in `span`, not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanReport {
    pub span: Span,
    /// False when the report is an update that does not repeat the start: `span.start_time` is then the best guess (the time in the id,
    /// of the event, or of arrival), and gives way to the start that another report of the span knows.
    pub start_known: bool,
    /// The client tells a start in each report, and the first one is right: `span.start_time` gives way to the start that is known already.
    pub may_be_repeated: bool,
    /// When the first token came. What that is in time to the first token, the start tells, which another report may know.
    pub first_token: Option<Timestamp>,
    /// See [`Incoming`].
    pub digest: Option<BodyDigest>,
    /// Set when the span is reported from elsewhere too, at any time: by the sender's own spans beside its log records.
    pub elsewhere: Option<Elsewhere>,
}

/// How a report stands to those of the same span that come from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// The span's name as long as no other report has named it.
    pub name: &'static str,
    /// What was said is in the other reports too, as it was sent: what they hold stays.
    pub content_yields: bool,
}

impl SpanReport {
    pub fn new(span: Span) -> Self {
        Self { span, start_known: true, may_be_repeated: false, first_token: None, digest: None, elsewhere: None }
    }

    /// An update that does not say when the span began.
    pub fn update(span: Span) -> Self {
        Self { start_known: false, ..Self::new(span) }
    }

    /// A report with a start that an earlier one may have told better.
    pub fn repeated(span: Span) -> Self {
        Self { may_be_repeated: true, ..Self::new(span) }
    }

    /// A report that stands beside others of its span, from another source.
    pub(crate) fn elsewhere(span: Span, name: &'static str) -> Self {
        Self { elsewhere: Some(Elsewhere { name, content_yields: false }), ..Self::new(span) }
    }

    /// The same, when its content may be in the other reports too.
    pub(crate) fn content_of_elsewhere(span: Span, name: &'static str) -> Self {
        Self { elsewhere: Some(Elsewhere { name, content_yields: true }), ..Self::new(span) }
    }

    pub(crate) fn with_unknown_start(self) -> Self {
        Self { start_known: false, ..self }
    }
}

/// The rows of one request, in arrival order, and those that were not taken, by their place in the request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NativeRows {
    pub spans: Vec<SpanReport>,
    pub scores: Vec<Incoming<Score>>,
    pub rejected: Vec<(usize, RowError)>,
}
