//! What was used and paid.

use super::subject::{Subject, ok};
use crate::fixtures::{at, cost, hour, llm_span, usage};
use model::{
    Money, TimeRange,
    query::{CostGroup, CostQuery, CostRow, Interval},
    telemetry::{CostSource, Span, SpanKind, Status, TokenBuckets},
    time::NANOS_PER_SECOND,
};

fn query(subject: &Subject, group_by: &[CostGroup]) -> CostQuery {
    CostQuery {
        project: subject.project,
        range: hour(),
        filter: model::filter::Filter::All,
        group_by: group_by.to_vec(),
        interval: None,
        limit: 100,
    }
}

fn paid(number: u32, model: &str, microdollars: i128) -> Span {
    let mut span = llm_span(number);
    span.response_model = Some(model.into());
    span.cost = cost(microdollars);
    span
}

fn named(row: &CostRow) -> Vec<Option<&str>> {
    row.groups.iter().map(Option::as_deref).collect()
}

pub(super) async fn sums_are_exact_by_group_and_interval(subject: &Subject) {
    let mut cached = paid(1, "a", 100);
    cached.usage.buckets =
        TokenBuckets { input_uncached: Some(30), cache_read: Some(70), output_text: Some(20), ..TokenBuckets::default() };
    (cached.cost.input_usd, cached.cost.output_usd) = (Some(Money::from_picodollars(1)), Some(Money::from_picodollars(2)));
    cached.cost.reported_usd = Some(Money::from_picodollars(3));
    let mut reported = paid(2, "a", 50);
    reported.cost.source = CostSource::Reported;
    reported.status = Status::Error;
    let mut unpriced = paid(61, "a", 0);
    unpriced.cost = Default::default();
    unpriced.usage = usage(5, 1);
    let mut tiny = paid(62, "b", 0);
    tiny.cost.total_usd = Some(Money::from_picodollars(7));
    subject.spans(vec![cached, unpriced]).await;
    subject.spans(vec![reported, tiny]).await;

    let report = ok(subject.store.costs(query(subject, &[CostGroup::Model])).await);
    assert!(!report.more);
    assert_eq!(report.rows.len(), 2, "{report:?}");
    let (a, b) = (&report.rows[0], &report.rows[1]);
    assert_eq!((named(a), named(b)), (vec![Some("a")], vec![Some("b")]), "most expensive first");
    assert_eq!((a.requests, a.failed_requests, a.priced_requests, a.reported_requests, a.time), (3, 1, 2, 1, None));
    assert_eq!((a.input_tokens, a.output_tokens, a.total_tokens), (Some(205), Some(41), Some(246)));
    assert_eq!((a.buckets.input_uncached, a.buckets.cache_read, a.buckets.output_text), (Some(135), Some(70), Some(41)));
    assert_eq!(a.buckets.web_searches, None, "what nobody reported is unknown");
    assert_eq!(a.cost_usd, cost(150).total_usd);
    let pico = |amount| Some(Money::from_picodollars(amount));
    assert_eq!((a.input_usd, a.output_usd, a.reported_usd), (pico(1), pico(2), pico(3)));
    assert_eq!((b.requests, b.cost_usd, b.input_usd), (1, pico(7), None));

    let mut by_minute = query(subject, &[CostGroup::Model]);
    by_minute.interval = Some(Interval { nanos: 60 * NANOS_PER_SECOND });
    let rows = ok(subject.store.costs(by_minute).await).rows;
    let found: Vec<_> = rows.iter().map(|row| (row.time, named(row), row.requests, row.cost_usd)).collect();
    let expected = [
        (Some(at(0)), vec![Some("a")], 2, cost(150).total_usd),
        (Some(at(60)), vec![Some("b")], 1, pico(7)),
        (Some(at(60)), vec![Some("a")], 1, None),
    ];
    assert_eq!(found, expected, "by time, then by cost with the unknown last");
}

pub(super) async fn groups_are_ranked_and_bounded(subject: &Subject) {
    let mut spans: Vec<Span> = (1..=6).map(|number| paid(number, "m", 10)).collect();
    for (span, user) in spans.iter_mut().zip([Some("ann"), Some("bob"), Some("bob"), None, Some("eve"), Some("ann")]) {
        span.user_id = user.map(str::to_owned);
        span.environment = user.map(|user| if user == "bob" { "prod" } else { "dev" }.to_owned());
    }
    spans[5].cost = cost(100);
    subject.spans(spans).await;
    let rows = ok(subject.store.costs(query(subject, &[CostGroup::User, CostGroup::Environment])).await).rows;
    let found: Vec<_> = rows.iter().map(|row| (named(row), row.requests)).collect();
    let expected = [
        (vec![Some("ann"), Some("dev")], 2),
        (vec![Some("bob"), Some("prod")], 2),
        (vec![Some("eve"), Some("dev")], 1),
        (vec![None, None], 1),
    ];
    assert_eq!(found, expected, "by cost, then requests, then name, the unknown last");
    let mut two = query(subject, &[CostGroup::User]);
    two.limit = 2;
    let report = ok(subject.store.costs(two).await);
    assert!(report.more);
    assert_eq!(report.rows.iter().map(named).collect::<Vec<_>>(), [[Some("ann")], [Some("bob")]]);
    let rows = ok(subject.store.costs(query(subject, &[])).await).rows;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let all = &rows[0];
    assert_eq!((all.requests, all.cost_usd), (6, cost(150).total_usd), "the groups' sums are the sum of all");
}

pub(super) async fn a_span_counts_with_each_of_its_tags(subject: &Subject) {
    let mut both = paid(1, "m", 10);
    both.tags = vec!["x".into(), "y".into()];
    let mut one = paid(2, "m", 5);
    one.tags = vec!["y".into()];
    subject.spans(vec![both, one, paid(3, "m", 1)]).await;
    let rows = ok(subject.store.costs(query(subject, &[CostGroup::Tag])).await).rows;
    let found: Vec<_> = rows.iter().map(|row| (named(row), row.requests, row.cost_usd)).collect();
    let expected = [(vec![Some("y")], 2, cost(15).total_usd), (vec![Some("x")], 1, cost(10).total_usd), (vec![None], 1, cost(1).total_usd)];
    assert_eq!(found, expected);
}

pub(super) async fn nothing_is_one_empty_row(subject: &Subject) {
    assert_eq!(ok(subject.store.costs(query(subject, &[])).await).rows, [CostRow::default()]);
    assert_eq!(ok(subject.store.costs(query(subject, &[CostGroup::Model])).await).rows, []);
}

pub(super) async fn only_billed_requests_that_pass_count(subject: &Subject) {
    let mut tool = paid(1, "m", 10);
    tool.kind = SpanKind::Tool;
    let mut repeated = paid(2, "m", 10);
    repeated.billed = false;
    let mut outside = paid(3, "m", 10);
    outside.start_time = at(-1);
    let mut keyed = paid(5, "m", 10);
    keyed.payload.attributes.insert(model::query::API_KEY_ATTRIBUTE.to_owned(), "key-1".into());
    subject.spans(vec![tool, repeated, outside, paid(4, "m", 10), keyed]).await;
    let mut filtered = query(subject, &[CostGroup::ApiKey]);
    filtered.range = TimeRange { from: at(0), to: at(3_600) };
    filtered.filter = subject.period(hour(), "model:m").filter;
    let rows = ok(subject.store.costs(filtered).await).rows;
    assert_eq!(rows.iter().map(|row| (named(row), row.requests)).collect::<Vec<_>>(), [(vec![Some("key-1")], 1), (vec![None], 1)]);
}
