//! A score: a late fact about a span, a trace or a session. A row of its own, never a rewrite.
//!
//! Comments and bookmarks are such facts too. A fact is known by its `score_id`: a later row with the same id takes the place of the
//! earlier one ("later" by commit, not by `timestamp`), and a later row that is `deleted` takes it away.

use super::Attributes;
use crate::{SpanId, Timestamp, TraceId};
use serde::{Deserialize, Serialize};

/// What a fact is about. It need not be stored yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "target", rename_all = "snake_case")]
pub enum ScoreTarget {
    Span { trace_id: TraceId, span_id: SpanId },
    Trace { trace_id: TraceId },
    Session { session_id: String },
}

impl ScoreTarget {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Span { .. } => "span",
            Self::Trace { .. } => "trace",
            Self::Session { .. } => "session",
        }
    }

    pub fn trace_id(&self) -> Option<TraceId> {
        match self {
            Self::Span { trace_id, .. } | Self::Trace { trace_id } => Some(*trace_id),
            Self::Session { .. } => None,
        }
    }

    pub fn span_id(&self) -> Option<SpanId> {
        match self {
            Self::Span { span_id, .. } => Some(*span_id),
            Self::Trace { .. } | Self::Session { .. } => None,
        }
    }

    pub fn session_id(&self) -> Option<&str> {
        match self {
            Self::Session { session_id } => Some(session_id),
            Self::Span { .. } | Self::Trace { .. } => None,
        }
    }
}

/// Declares an enumeration with the names it has in JSON, in SQL and in filters.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == name)
            }
        }
    };
}

named!(ScoreKind {
    /// A judgement under a name: a number, a label, or both.
    #[default]
    Score = "score",
    /// What somebody wrote. Neither value nor label.
    Comment = "comment",
    /// A mark to come back to. Neither value nor label.
    Bookmark = "bookmark",
});

named!(
    /// Who judged.
    ScoreSource {
        /// A reviewer.
        Human = "human",
        /// A model.
        Judge = "judge",
        /// A program: a test, a rule, a metric.
        #[default]
        Code = "code",
        /// A user of the application.
        User = "user",
    }
);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Score {
    /// The client's own, or made from what the fact is about.
    pub score_id: String,
    pub kind: ScoreKind,
    #[serde(flatten)]
    pub target: ScoreTarget,
    /// Of a score, what was judged. Comments and bookmarks are named after their kind.
    pub name: String,
    pub value: Option<f64>,
    pub label: Option<String>,
    pub source: ScoreSource,
    /// Of a score, the reason for it. In lists of other rows, its first 200 characters.
    pub comment: Option<String>,
    pub author: Option<String>,
    /// Left out in lists of other rows.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    #[schema(value_type = Object)]
    pub metadata: Attributes,
    /// When it was judged or written, which may be long after what it is about.
    pub timestamp: Timestamp,
    pub ingest_time: Timestamp,
    /// The row takes the fact away. Never shown.
    #[serde(skip)]
    pub deleted: bool,
}

impl Score {
    /// A row that takes this fact away.
    pub fn deletion(&self, now: Timestamp) -> Self {
        // The same time, so that retention lets go of both together.
        Self { value: None, label: None, comment: None, metadata: Attributes::new(), ingest_time: now, deleted: true, ..self.clone() }
    }
}
