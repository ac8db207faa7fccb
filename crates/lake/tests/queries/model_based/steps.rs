//! What a random sequence is made of. Few ids, so that reports meet; a small vocabulary, so that searches hit.

use model::{
    Money, ProjectId, SpanId, Timestamp, TraceId,
    erase::EraseTarget,
    telemetry::{BodyDigest, CostSource, Incoming, Level, LogRecord, Message, RowBatch, Span, SpanKind, Status},
};
use proptest::prelude::*;

/// Where all rows are: some minutes around midnight of a day in the past, so that two days hold rows.
pub(super) const ORIGIN: i64 = 1_794_614_400_000_000_000;
pub(super) const MINUTE: i64 = 60_000_000_000;
const WORDS: [&str; 6] = ["refund", "policy", "Grüße", "order_17", "退款", "sunny"];

#[derive(Debug, Clone)]
pub(super) enum Step {
    Ingest { project: usize, rows: Vec<Row> },
    Compact { force: bool },
    CompactAll,
    Erase { project: usize, target: EraseTarget },
    RewriteErased,
    CollectGarbage,
    Compare { project: usize, question: usize },
    Restart,
}

/// A row to send: as a span or a log record, by its numbers.
#[derive(Debug, Clone)]
pub(super) struct Row {
    is_log: bool,
    trace: u8,
    span: u8,
    /// Which of several possible reports of the span.
    report: u8,
    user: Option<u8>,
    words: Vec<usize>,
    is_running: bool,
    tokens: Option<u16>,
}

impl Row {
    /// A report of always the same span.
    pub(super) fn report(is_running: bool) -> Self {
        Self { is_log: false, trace: 2, span: 4, report: 0, user: None, words: Vec::new(), is_running, tokens: None }
    }
}

fn row() -> impl Strategy<Value = Row> {
    let ids = (proptest::bool::weighted(0.2), 1_u8..6, 1_u8..5, 0_u8..3);
    let facts = (proptest::option::of(0_u8..3), proptest::collection::vec(0_usize..WORDS.len(), 0..5), any::<bool>());
    (ids, facts, proptest::option::of(0_u16..500)).prop_map(|((is_log, trace, span, report), (user, words, is_running), tokens)| Row {
        is_log,
        trace,
        span,
        report,
        user,
        words,
        is_running,
        tokens,
    })
}

fn target() -> impl Strategy<Value = EraseTarget> {
    prop_oneof![
        (1_u8..6).prop_map(|trace| EraseTarget::Trace { trace_id: trace_id(trace) }),
        (0_u8..3).prop_map(|user| EraseTarget::User { user_id: user_name(user) }),
        (0_u8..3).prop_map(|user| EraseTarget::Session { session_id: format!("session {user}") }),
        Just(EraseTarget::Filter { filter: "status:error".to_owned(), from: None, to: None }),
        (0_usize..WORDS.len()).prop_map(|word| EraseTarget::Filter { filter: format!("\"{}\"", WORDS[word]), from: None, to: None }),
        Just(EraseTarget::Filter { filter: String::new(), from: None, to: None }),
        Just(EraseTarget::Project),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (0_usize..2, proptest::collection::vec(row(), 1..8)).prop_map(|(project, rows)| Step::Ingest { project, rows }),
        4 => any::<bool>().prop_map(|force| Step::Compact { force }),
        1 => Just(Step::CompactAll),
        1 => (0_usize..2, target()).prop_map(|(project, target)| Step::Erase { project, target }),
        2 => Just(Step::RewriteErased),
        1 => Just(Step::CollectGarbage),
        2 => (0_usize..2, 0_usize..FILTERS.len()).prop_map(|(project, question)| Step::Compare { project, question }),
        1 => Just(Step::Restart),
    ]
}

fn trace_id(number: u8) -> TraceId {
    TraceId::from_bytes([number; 16]).unwrap()
}

fn user_name(number: u8) -> String {
    format!("user {number}")
}

/// Reports of one span start together; spans of a trace are spread over hours.
fn start_of(row: &Row) -> Timestamp {
    Timestamp::from_nanos(ORIGIN + (i64::from(row.trace) * 47 + i64::from(row.span) * 13 - 120) * MINUTE)
}

/// The same row gives the same digest: sent twice, it is a resend.
fn digest(row: &Row) -> BodyDigest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&blake3_of(&format!("{row:?}"))[..16]);
    digest
}

fn blake3_of(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

fn text_of(row: &Row) -> String {
    row.words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ")
}

fn span(row: &Row) -> Span {
    let mut span =
        Span::new(trace_id(row.trace), SpanId::from_bytes([row.span; 8]).unwrap(), format!("call {}", row.report), start_of(row));
    span.ingest_time = start_of(row);
    span.kind = if row.span == 4 { SpanKind::Tool } else { SpanKind::Llm };
    span.provider = Some("openai".to_owned());
    span.request_model = Some(format!("model-{}", row.trace % 2));
    span.user_id = row.user.map(user_name);
    span.session_id = row.user.map(|user| format!("session {user}"));
    span.running = row.is_running;
    span.status = [Status::Unset, Status::Ok, Status::Error][usize::from(row.report)];
    if !row.is_running {
        span.end_at(start_of(row).saturating_add_nanos(i64::from(row.report) * 1_000_000_007));
    }
    if let Some(tokens) = row.tokens {
        span.usage.input_tokens = Some(u64::from(tokens));
        span.usage.total_tokens = Some(u64::from(tokens));
        span.cost.total_usd = Some(Money::from_picodollars(i128::from(tokens) * 1_000_003));
        span.cost.source = CostSource::Computed;
    }
    if !row.words.is_empty() {
        let place = if row.report == 0 { &mut span.payload.input } else { &mut span.payload.output };
        *place = Some(vec![Message::text("user", text_of(row))]);
        span.payload.metadata.insert(format!("key {}", row.report), row.words.len().into());
    }
    span
}

fn log(row: &Row) -> LogRecord {
    LogRecord {
        timestamp: start_of(row),
        observed_time: None,
        level: if row.report == 0 { Level::Info } else { Level::Error },
        message: format!("{} {}", row.report, text_of(row)),
        logger: None,
        service: None,
        trace_id: Some(trace_id(row.trace)),
        span_id: None,
        session_id: None,
        user_id: row.user.map(user_name),
        attributes: Default::default(),
        ingest_time: start_of(row),
    }
}

pub(super) fn batch_of(project: ProjectId, rows: &[Row]) -> RowBatch {
    let mut batch = RowBatch::new(project);
    for row in rows {
        match row.is_log {
            true => batch.logs.push(Incoming::new(log(row), Some(digest(row)))),
            false => batch.spans.push(Incoming::new(span(row), Some(digest(row)))),
        }
    }
    batch
}

/// Questions that every sequence is asked, for spans.
pub(super) const FILTERS: [&str; 12] = [
    "",
    "status:error",
    "-status:error",
    "user:\"user 1\"",
    "model:model-1 tokens>100",
    "refund",
    "\"refund policy\"",
    "ref*",
    "/r.fund|sun/",
    "退",
    "grüße -policy",
    "(refund OR order_17) user:*",
];
