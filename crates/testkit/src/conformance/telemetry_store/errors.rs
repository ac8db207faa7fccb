//! Failed spans in groups.

use super::subject::{Subject, ok};
use crate::fixtures::{at, hour, llm_span};
use model::{
    query::ErrorExample,
    telemetry::{Span, SpanKind, Status},
};

fn failed(number: u32, error_type: Option<&str>) -> Span {
    let mut span = llm_span(number);
    span.status = Status::Error;
    span.error_type = error_type.map(str::to_owned);
    span.error_message = Some(format!("failure {number}"));
    span
}

pub(super) async fn are_grouped_by_type_provider_and_model(subject: &Subject) {
    let mut elsewhere = failed(4, Some("Timeout"));
    elsewhere.provider = Some("anthropic".into());
    subject.spans(vec![failed(1, Some("Timeout")), failed(3, Some("Timeout")), elsewhere]).await;
    subject.spans(vec![failed(2, Some("Timeout")), failed(5, None)]).await;
    let groups = ok(subject.store.errors(subject.period(hour(), ""), 10).await);
    assert_eq!(groups.len(), 3);
    let first = &groups[0];
    assert_eq!(
        (first.error_type.as_deref(), first.provider.as_deref(), first.model.as_deref()),
        (Some("Timeout"), Some("openai"), Some("gpt-4o-2024-08-06"))
    );
    assert_eq!((first.count, first.first_seen, first.last_seen), (3, at(1), at(3)), "most frequent first");
    let newest = failed(3, None);
    let example =
        ErrorExample { trace_id: newest.trace_id, span_id: newest.span_id, name: newest.name, error_message: newest.error_message };
    assert_eq!(first.example, example, "the newest of them");
    let fingerprints: std::collections::BTreeSet<_> = groups.iter().map(|group| &group.fingerprint).collect();
    assert_eq!(fingerprints.len(), 3);
    let again = ok(subject.store.errors(subject.period(hour(), ""), 1).await);
    assert_eq!(again[..], groups[..1], "the same answer again, cut to the limit");
}

pub(super) async fn only_failed_spans_count(subject: &Subject) {
    let mut warned = llm_span(1);
    warned.error_type = Some("Warned".into());
    let mut tool = failed(2, Some("ToolError"));
    tool.kind = SpanKind::Tool;
    subject.spans(vec![warned, tool, failed(3, Some("Timeout"))]).await;
    let groups = ok(subject.store.errors(subject.period(hour(), ""), 10).await);
    let mut types: Vec<_> = groups.iter().filter_map(|group| group.error_type.as_deref()).collect();
    types.sort_unstable();
    assert_eq!(types, ["Timeout", "ToolError"], "a failed tool counts, a success does not");
    let narrowed = ok(subject.store.errors(subject.period(hour(), "error:timeout"), 10).await);
    assert_eq!(narrowed.len(), 1);
}
