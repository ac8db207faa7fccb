//! The filter language, asked of spans.

use super::subject::{Subject, ok, read_filter};
use crate::fixtures::{attributes, cost, hour, llm_span, usage};
use model::{
    StoreError,
    telemetry::{Message, Part, RowKind, Span, SpanKind, Status},
};
use serde_json::json;

/// A name, and what sets the span apart.
type Named<'a> = (&'a str, fn(&mut Span));

/// Stores the spans in two commits; the newest is listed last.
async fn named(subject: &Subject, spans: &[Named<'_>]) {
    let mut made = Vec::new();
    for (number, (name, change)) in (1..).zip(spans) {
        let mut span = llm_span(number);
        span.name = (*name).to_owned();
        change(&mut span);
        made.push(span);
    }
    let second = made.split_off(made.len() / 2);
    subject.spans(made).await;
    subject.spans(second).await;
}

async fn expect(subject: &Subject, filter: &str, mut names: Vec<&str>) {
    let mut found = subject.names_of_spans(filter).await;
    found.sort();
    names.sort_unstable();
    assert_eq!(found, names, "{filter}");
}

pub(super) async fn text_fields(subject: &Subject) {
    named(
        subject,
        &[
            ("one", |span| span.environment = Some("Prod EU".into())),
            ("two", |span| {
                span.environment = Some("dev".into());
                span.status = Status::Error;
                span.error_type = Some("Timeout".into());
            }),
            ("three", |span| {
                span.response_model = None;
                span.request_model = Some("claude-sonnet-4".into());
                span.kind = SpanKind::Tool;
            }),
        ],
    )
    .await;
    expect(subject, "env:\"prod eu\"", vec!["one"]).await;
    expect(subject, "env:prod*", vec!["one"]).await;
    expect(subject, "env:prod", vec![]).await;
    expect(subject, "env:(dev OR \"prod eu\")", vec!["one", "two"]).await;
    expect(subject, "status:error OR kind:tool", vec!["two", "three"]).await;
    expect(subject, "-kind:tool", vec!["one", "two"]).await;
    expect(subject, "-(kind:tool OR env:dev)", vec!["one"]).await;
    expect(subject, "error:timeout status:error", vec!["two"]).await;
    // `model` is what answered, else what was asked for.
    expect(subject, "model:gpt-4o-2024-08-06", vec!["one", "two"]).await;
    expect(subject, "model:claude*", vec!["three"]).await;
    expect(subject, "model:gpt-4o", vec![]).await;
    expect(subject, "request_model:GPT-4O", vec!["one", "two"]).await;
    let first = llm_span(1);
    expect(subject, &format!("trace:{}", first.trace_id), vec!["one"]).await;
    expect(subject, &format!("span:{}", first.span_id.to_string().to_uppercase()), vec!["one"]).await;
    expect(subject, "name:on%", vec![]).await;
    expect(subject, "name:\"o_e\"", vec![]).await;
    expect(subject, "", vec!["one", "two", "three"]).await;
}

pub(super) async fn numbers_money_durations_times_and_flags(subject: &Subject) {
    named(
        subject,
        &[
            ("small", |span| {
                span.usage = usage(10, 5);
                span.cost = cost(100);
                span.duration_ms = Some(250.0);
            }),
            ("large", |span| {
                span.usage = usage(1_000, 500);
                span.cost = cost(20_000);
                span.duration_ms = Some(2_500.0);
                span.billed = false;
            }),
            ("unknown", |span| {
                span.usage = Default::default();
                span.cost = Default::default();
                span.duration_ms = None;
            }),
        ],
    )
    .await;
    expect(subject, "cost>0.01", vec!["large"]).await;
    expect(subject, "cost<=0.0001", vec!["small"]).await;
    expect(subject, "cost:0.02", vec!["large"]).await;
    expect(subject, "tokens>=1500", vec!["large"]).await;
    expect(subject, "input_tokens<11", vec!["small"]).await;
    expect(subject, "output_tokens:5", vec!["small"]).await;
    expect(subject, "duration>2s", vec!["large"]).await;
    expect(subject, "duration<=250ms", vec!["small"]).await;
    expect(subject, "billed:false", vec!["large"]).await;
    expect(subject, "time>=2026-01-31T10:00:02Z", vec!["large", "unknown"]).await;
    expect(subject, "time<2026-01-31T10:00:02Z", vec!["small"]).await;
    expect(subject, "cost_source:computed", vec!["small", "large"]).await;
}

pub(super) async fn sets_attributes_and_metadata(subject: &Subject) {
    named(
        subject,
        &[
            ("tagged", |span| span.tags = vec!["Beta".into(), "with space".into()]),
            ("attributed", |span| {
                span.payload.attributes =
                    attributes(json!({"http.status": 503, "route": "/V1/chat", "cached": true, "ratio": "0.5", "none": null}));
            }),
            ("described", |span| {
                span.payload.metadata = attributes(json!({"team": "Blue", "attempt": 2}));
                span.finish_reasons = vec!["length".into()];
            }),
        ],
    )
    .await;
    expect(subject, "tag:beta", vec!["tagged"]).await;
    expect(subject, "tag:\"with space\"", vec!["tagged"]).await;
    expect(subject, "tag:be", vec![]).await;
    expect(subject, "tag:be*", vec!["tagged"]).await;
    expect(subject, "-tag:beta", vec!["attributed", "described"]).await;
    expect(subject, "tag:*", vec!["tagged"]).await;
    expect(subject, "finish_reason:length", vec!["described"]).await;
    expect(subject, "attr.http.status:503", vec!["attributed"]).await;
    expect(subject, "attr.http.status>499", vec!["attributed"]).await;
    expect(subject, "attr.http.status>503", vec![]).await;
    expect(subject, "attr.route:/v1/CHAT", vec!["attributed"]).await;
    expect(subject, "attr.route:/v1*", vec!["attributed"]).await;
    expect(subject, "attr.cached:true", vec!["attributed"]).await;
    expect(subject, "attr.ratio<1", vec!["attributed"]).await;
    expect(subject, "attr.none:*", vec![]).await;
    expect(subject, "attr.route:*", vec!["attributed"]).await;
    expect(subject, "-attr.route:*", vec!["tagged", "described"]).await;
    expect(subject, "metadata.team:blue", vec!["described"]).await;
    expect(subject, "metadata.attempt>=2", vec!["described"]).await;
}

pub(super) async fn unknown_fields_match_only_the_negation(subject: &Subject) {
    named(subject, &[("known", |span| span.user_id = Some("ann".into())), ("unknown", |span| span.cost = Default::default())]).await;
    expect(subject, "user:ann", vec!["known"]).await;
    expect(subject, "user:*", vec!["known"]).await;
    expect(subject, "-user:*", vec!["unknown"]).await;
    expect(subject, "-user:ann", vec!["unknown"]).await;
    expect(subject, "-user:bob", vec!["known", "unknown"]).await;
    expect(subject, "-cost>100", vec!["known", "unknown"]).await;
    expect(subject, "-(user:ann OR cost>100)", vec!["unknown"]).await;
    expect(subject, "-(user:bob cost>0)", vec!["known", "unknown"]).await;
}

pub(super) async fn words_phrases_prefixes_and_patterns(subject: &Subject) {
    named(
        subject,
        &[
            ("n1", |span| span.payload.input = Some(vec![Message::text("user", "Our Refund-Policy, is generous")])),
            ("n2", |span| span.payload.output = Some(vec![Message::text("assistant", "the policy on refunds")])),
            ("n3", |span| span.payload.system = Some(vec![Message::text("system", "東京の天気 ÜBER")])),
        ],
    )
    .await;
    expect(subject, "policy", vec!["n1", "n2"]).await;
    expect(subject, "REFUND", vec!["n1"]).await;
    expect(subject, "refund*", vec!["n1", "n2"]).await;
    expect(subject, "\"refund policy\"", vec!["n1"]).await;
    expect(subject, "\"policy refund\"", vec![]).await;
    expect(subject, "polic", vec![]).await;
    expect(subject, "/refunds?.policy/", vec!["n1"]).await;
    expect(subject, "/ON REFUNDS$/", vec!["n2"]).await;
    expect(subject, "über", vec!["n3"]).await;
    expect(subject, "\"天気\"", vec!["n3"]).await;
    expect(subject, "policy -refunds", vec!["n1"]).await;
    expect(subject, "refund OR refunds", vec!["n1", "n2"]).await;
}

pub(super) async fn texts_of_tools_errors_and_names(subject: &Subject) {
    named(
        subject,
        &[
            ("zebra crossing", |_| {}),
            ("n2", |span| span.error_message = Some("quota exceeded".into())),
            ("n3", |span| {
                let call = Part::ToolCall { id: None, name: "lookup".into(), arguments: json!({"city": "Paris"}) };
                span.payload.output = Some(vec![Message { role: "assistant".into(), parts: vec![call], name: None, finish_reason: None }]);
            }),
            ("n4", |span| {
                let result = Part::ToolResult { id: None, result: json!({"weather": "drizzle"}) };
                span.payload.input = Some(vec![Message { role: "tool".into(), parts: vec![result], name: None, finish_reason: None }]);
            }),
        ],
    )
    .await;
    expect(subject, "zebra", vec!["zebra crossing"]).await;
    expect(subject, "quota", vec!["n2"]).await;
    expect(subject, "paris", vec!["n3"]).await;
    expect(subject, "drizzle", vec!["n4"]).await;
}

pub(super) async fn a_broken_pattern_is_refused(subject: &Subject) {
    subject.spans(vec![llm_span(1)]).await;
    let answer = subject.store.list_spans(subject.matching(RowKind::Span, "/(/")).await;
    assert!(matches!(answer, Err(StoreError::Invalid { .. })), "{answer:?}");
}

pub(super) async fn field_values_are_counted(subject: &Subject) {
    let span = |number, environment: &str| {
        let mut span = llm_span(number);
        span.environment = Some(environment.into());
        span.tags = vec!["all".into(), environment.into()];
        span
    };
    subject.spans(vec![span(1, "prod"), span(2, "dev"), span(3, "prod"), llm_span(4)]).await;
    let values = async |field: &str, filter: &str, limit| {
        ok(subject.store.field_values(subject.project, RowKind::Span, field, hour(), read_filter(filter, RowKind::Span), limit).await)
    };
    assert_eq!(values("environment", "", 10).await, [("prod".to_owned(), 2), ("dev".to_owned(), 1)]);
    assert_eq!(values("environment", "", 1).await, [("prod".to_owned(), 2)]);
    assert_eq!(values("environment", "env:dev", 10).await, [("dev".to_owned(), 1)]);
    assert_eq!(values("tags", "", 1).await, [("all".to_owned(), 3)]);
    assert_eq!(values("user_id", "", 10).await, []);
    let refused = subject.store.field_values(subject.project, RowKind::Span, "no_such", hour(), model::filter::Filter::All, 10).await;
    assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
}
