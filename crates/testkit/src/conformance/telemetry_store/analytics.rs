//! Dashboard and providers.

use super::subject::{Subject, ok};
use crate::fixtures::{at, cost, hour, llm_span, usage};
use model::{
    TimeRange,
    query::{LatencyStats, PeriodStats},
    sketch::RELATIVE_ACCURACY,
    telemetry::{Span, SpanKind, Status},
};

fn close(estimate: Option<f64>, exact: f64) -> bool {
    estimate.is_some_and(|estimate| (estimate - exact).abs() <= exact * RELATIVE_ACCURACY * 1.000_1)
}

fn lasting(number: u32, millis: f64) -> Span {
    let mut span = llm_span(number);
    span.duration_ms = Some(millis);
    span
}

pub(super) async fn a_period_and_the_one_before(subject: &Subject) {
    let mut failed = lasting(3, 400.0);
    failed.status = Status::Error;
    failed.user_id = Some("bob".into());
    let mut unset = lasting(2, 200.0);
    unset.status = Status::Unset;
    unset.user_id = Some("ann".into());
    unset.session_id = Some("talk".into());
    unset.usage.buckets.cache_read = Some(64);
    let mut before = llm_span(4);
    before.start_time = at(-1);
    let mut long_before = llm_span(5);
    long_before.start_time = at(-3_601);
    subject.spans(vec![lasting(1, 100.0), unset, before]).await;
    subject.spans(vec![failed, long_before]).await;
    let dashboard = ok(subject.store.dashboard(subject.period(hour(), "")).await);
    let current = &dashboard.current;
    assert_eq!((current.total_requests, current.successful_requests, current.failed_requests), (3, 2, 1), "a success is what is no error");
    assert_eq!(current.success_rate, Some(2.0 / 3.0));
    assert_eq!(current.requests_per_minute, 3.0 / 60.0);
    assert_eq!((current.input_tokens, current.output_tokens, current.total_tokens), (Some(300), Some(60), Some(360)));
    assert_eq!(current.cached_input_tokens, Some(64));
    assert_eq!((current.total_cost_usd, current.unpriced_requests), (cost(1_350).total_usd, 0));
    assert_eq!((current.active_users, current.active_sessions), (2, 1));
    let latency = current.latency_ms;
    assert!(latency.avg.is_some_and(|avg| (avg - 700.0 / 3.0).abs() < 1e-6), "{latency:?}");
    assert!(close(latency.p50, 200.0) && close(latency.p95, 200.0) && close(latency.p99, 200.0), "{latency:?}");
    assert_eq!((dashboard.previous.total_requests, dashboard.previous.total_tokens), (1, Some(120)), "an hour before, and no more");
}

pub(super) async fn nothing_known_is_null(subject: &Subject) {
    let mut unknown = llm_span(1);
    unknown.usage = Default::default();
    unknown.cost = Default::default();
    unknown.duration_ms = None;
    subject.spans(vec![unknown.clone()]).await;
    let stats = ok(subject.store.dashboard(subject.period(hour(), "")).await).current;
    let expected = PeriodStats {
        total_requests: 1,
        successful_requests: 1,
        success_rate: Some(1.0),
        requests_per_minute: 1.0 / 60.0,
        unpriced_requests: 1,
        ..PeriodStats::default()
    };
    assert_eq!(stats, expected, "unknown is null, never zero");
    let mut known = llm_span(2);
    known.usage = usage(5, 1);
    subject.spans(vec![known]).await;
    let stats = ok(subject.store.dashboard(subject.period(hour(), "")).await).current;
    assert_eq!((stats.total_tokens, stats.total_cost_usd, stats.unpriced_requests), (Some(6), cost(450).total_usd, 1));
}

pub(super) async fn only_requests_count(subject: &Subject) {
    let of_kind = |number, kind| Span { kind, ..llm_span(number) };
    let mut unbilled = llm_span(6);
    unbilled.billed = false;
    subject
        .spans(vec![
            of_kind(1, SpanKind::Llm),
            of_kind(2, SpanKind::Embedding),
            of_kind(3, SpanKind::Reranker),
            of_kind(4, SpanKind::Agent),
            of_kind(5, SpanKind::Tool),
            unbilled,
        ])
        .await;
    let stats = ok(subject.store.dashboard(subject.period(hour(), "")).await).current;
    assert_eq!((stats.total_requests, stats.total_tokens), (3, Some(360)));
    let providers = ok(subject.store.providers(subject.period(hour(), "")).await);
    assert_eq!(providers.iter().map(|provider| provider.requests).collect::<Vec<_>>(), [3]);
}

pub(super) async fn a_filter_narrows(subject: &Subject) {
    let mut marked = llm_span(2);
    marked.environment = Some("dev".into());
    subject.spans(vec![llm_span(1), marked]).await;
    let stats = ok(subject.store.dashboard(subject.period(hour(), "env:dev")).await);
    assert_eq!(stats.current.total_requests, 1);
    let stats = ok(subject.store.dashboard(subject.period(TimeRange { from: at(2), to: at(3) }, "-env:dev")).await);
    assert_eq!((stats.current.total_requests, stats.previous.total_requests), (0, 1), "the period before is filtered too");
    assert_eq!((stats.current.success_rate, stats.current.latency_ms), (None, LatencyStats::default()));
}

pub(super) async fn providers_by_provider_and_model(subject: &Subject) {
    let mut timed = lasting(2, 2_000.0);
    timed.time_to_first_token_ms = Some(500.0);
    let mut failed = lasting(3, 3_000.0);
    failed.status = Status::Error;
    failed.usage = Default::default();
    failed.cost = Default::default();
    let mut other = lasting(4, 1_000.0);
    other.provider = None;
    other.response_model = None;
    other.request_model = Some("local".into());
    subject.spans(vec![lasting(1, 2_000.0), other]).await;
    subject.spans(vec![timed, failed]).await;
    let providers = ok(subject.store.providers(subject.period(hour(), "")).await);
    assert_eq!(providers.len(), 2);
    let (first, second) = (&providers[0], &providers[1]);
    assert_eq!((first.provider.as_deref(), first.model.as_deref()), (Some("openai"), Some("gpt-4o-2024-08-06")), "most requests first");
    assert_eq!((first.requests, first.errors, first.success_rate), (3, 1, Some(2.0 / 3.0)));
    assert_eq!((first.total_tokens, first.cost_usd, first.unpriced_requests), (Some(240), cost(900).total_usd, 1));
    assert!(
        first.output_tokens_per_second.is_some_and(|rate| (rate - 10.0).abs() < 1e-9),
        "40 tokens in the 4 s of the calls that have both"
    );
    assert!(first.time_to_first_token_ms.avg == Some(500.0) && close(first.time_to_first_token_ms.p50, 500.0));
    assert!(close(first.latency_ms.p50, 2_000.0), "{:?}", first.latency_ms);
    assert_eq!((second.provider.as_deref(), second.model.as_deref(), second.requests), (None, Some("local"), 1));
    assert_eq!(second.time_to_first_token_ms, LatencyStats::default());
}
