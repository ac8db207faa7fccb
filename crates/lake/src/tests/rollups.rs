//! Answers do not depend on where they come from: fresh rows, rollups of compacted ones, compacted rows, or a plain model.

use super::{config, files_below, open};
use crate::{
    Lake,
    rollup::Grain,
    testing::{MemoryCatalog, project},
};
use model::{
    Money, ProjectId, TimeRange,
    filter::parse,
    ports::{Maintenance, TelemetryStore},
    query::{DashboardQuery, GroupBy, Interval, TimeseriesQuery},
    segment::SIDECAR_EXTENSION,
    telemetry::{RowBatch, RowKind, Span, SpanKind, Status},
    time::{NANOS_PER_MILLI, NANOS_PER_SECOND},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use testkit::{
    MemoryStore,
    fixtures::{at, fresh, llm_span},
};

/// What rollups cannot answer.
const ON_A_USER: &str = "user:ann";
const FILTERS: [&str; 6] = ["", "", "model:gpt-4o", "-env:dev provider:OPENAI", "(status:error OR service:zür*) kind:llm env:*", ON_A_USER];
/// Spans are spread over so many seconds from `fixtures::START` on.
const SECONDS: i64 = 5 * 3_600;

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    option::weighted(0.9, select(values).prop_map(str::to_owned))
}

fn span() -> impl Strategy<Value = Span> {
    let dims = (
        select(vec![SpanKind::Llm, SpanKind::Llm, SpanKind::Embedding, SpanKind::Tool]),
        select(vec![Status::Ok, Status::Ok, Status::Error, Status::Unset]),
        text(&["openai", "OpenAI", "anthropic"]),
        text(&["gpt-4o", "claude", ""]),
        text(&["production", "dev"]),
        text(&["shop", "Zürich"]),
        text(&["ann", "bob", "cid"]),
    );
    let numbers = (
        option::weighted(0.8, 0u64..10_000),
        option::weighted(0.8, select(vec![0u64, 1, 250, 4_000, i64::MAX as u64])),
        option::weighted(0.8, 0i128..10_000_000_000_000),
        option::weighted(0.9, select(vec![-3.5, 0.0, 1e-9, 0.1, 12.25, 1_234.567_891, 1e12])),
        option::weighted(0.5, 0.0..5_000.0f64),
    );
    (0..SECONDS * 1_000, 0u32..40, dims, numbers, prop::bool::weighted(0.9)).prop_map(|(millis, session, dims, numbers, billed)| {
        let mut span = llm_span(0);
        span.start_time = at(0).saturating_add_nanos(millis * NANOS_PER_MILLI);
        (span.kind, span.status, span.provider, span.response_model, span.environment, span.service, span.user_id) = dims;
        span.session_id = (session > 0).then(|| format!("session-{session}"));
        span.usage.input_tokens = numbers.0;
        span.usage.output_tokens = numbers.1;
        span.usage.total_tokens = numbers.0.map(|tokens| tokens * 2);
        span.usage.buckets.cache_read = numbers.0.filter(|tokens| tokens % 3 == 0);
        span.cost.total_usd = numbers.2.map(Money::from_picodollars);
        span.duration_ms = numbers.3;
        span.time_to_first_token_ms = numbers.4;
        span.billed = billed;
        span
    })
}

/// Every answer that may come from rollups, as JSON.
async fn answers(store: &impl TelemetryStore, project: ProjectId, ranges: &[TimeRange], filters: &[&str]) -> Vec<String> {
    let mut answers = Vec::new();
    for range in ranges {
        for text in filters {
            let query = DashboardQuery { project, range: *range, filter: parse(text, RowKind::Span).unwrap() };
            let dashboard = store.dashboard(query.clone()).await.unwrap();
            answers.push(format!("{range:?} {text}: {}", serde_json::to_string(&dashboard).unwrap()));
            let providers = store.providers(query.clone()).await.unwrap();
            answers.push(format!("{range:?} {text}: {}", serde_json::to_string(&providers).unwrap()));
            for (seconds, group_by, max_series) in [
                (60, None, 10),
                (5_400, Some(GroupBy::Model), 10),
                (3_600, Some(GroupBy::Provider), 1),
                (900, Some(GroupBy::Environment), 10),
                (86_400, Some(GroupBy::Status), 2),
                (3_600, Some(GroupBy::User), 10),
            ] {
                let interval = Interval { nanos: seconds * NANOS_PER_SECOND };
                let query = TimeseriesQuery { project, range: *range, filter: query.filter.clone(), interval, group_by, max_series };
                let series = store.timeseries(query).await.unwrap();
                answers.push(format!("{range:?} {text} by {group_by:?}: {}", serde_json::to_string(&series).unwrap()));
            }
        }
    }
    answers
}

async fn store(lake: &Lake, model: &MemoryStore, project: ProjectId, spans: &[Span]) {
    let batch = || RowBatch { spans: spans.iter().cloned().map(fresh).collect(), ..RowBatch::new(project) };
    lake.commit(batch()).await.unwrap();
    model.commit(batch()).await.unwrap();
}

async fn compact_all(lake: &Lake) {
    while lake.compact(true).await.unwrap().more {}
}

/// Gives each span an identity of its own.
fn numbered(spans: Vec<Span>) -> Vec<Span> {
    let with_ids = |(number, span): (u32, Span)| Span { trace_id: llm_span(number).trace_id, span_id: llm_span(number).span_id, ..span };
    (0..).zip(spans).map(with_ids).collect()
}

/// Says where they differ first.
fn assert_same(expected: &[String], found: &[String], what: &str) {
    for (expected, found) in expected.iter().zip(found) {
        assert_eq!(expected, found, "{what}");
    }
    assert_eq!(expected.len(), found.len());
}

async fn answers_agree(spans: Vec<Span>, later: Vec<Span>, filter: &str, from: i64, length: i64) {
    let dir = tempfile::tempdir().unwrap();
    let (catalog, model) = (MemoryCatalog::new(), MemoryStore::new());
    let mut config = config(dir.path());
    // Some hours get files of their own.
    config.compaction.day_split_rows = 100;
    let lake = open(config.clone(), &catalog).await;
    let (owner, other) = (project(1), project(2));
    store(&lake, &model, owner, &spans).await;
    store(&lake, &model, other, &spans[..spans.len() / 2]).await;
    let all = TimeRange { from: at(-60), to: at(2 * SECONDS) };
    let part = TimeRange { from: at(from).saturating_add_nanos(1), to: at(from + length) };
    let whole_hours = TimeRange { from: at(3_600), to: at(3 * 3_600) };
    let (ranges, filters) = ([all, part, whole_hours], [filter]);
    let fresh_rows = answers(&lake, owner, &ranges, &filters).await;
    assert_eq!(lake.engine().rollups().len(), 0);
    assert_same(&answers(&model, owner, &ranges, &filters).await, &fresh_rows, "rows");
    compact_all(&lake).await;
    assert_same(&fresh_rows, &answers(&lake, owner, &ranges, &filters).await, "rollups");
    assert_eq!(lake.engine().rollups().len() > 0, filter != ON_A_USER, "rollups are asked where they know the fields");
    for file in files_below(dir.path()).into_iter().filter(|file| file.extension().is_some_and(|end| end == SIDECAR_EXTENSION)) {
        std::fs::remove_file(file).unwrap();
    }
    let reopened = open(config, &catalog).await;
    assert_same(&fresh_rows, &answers(&reopened, owner, &ranges, &filters).await, "compacted rows");
    assert_eq!(reopened.engine().rollups().len(), 0);
    // Fresh rows beside rollups, some of them reports of spans that are in them.
    store(&lake, &model, owner, &later).await;
    let both = answers(&lake, owner, &ranges, &filters).await;
    assert_same(&answers(&model, owner, &ranges, &filters).await, &both, "rollups and rows");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn rollups_answer_what_the_rows_answer(
        spans in vec(span(), 1..400), later in vec(span(), 1..20), filter in select(&FILTERS[..]), from in 0..SECONDS, length in 1..SECONDS,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let later = numbered(later).into_iter().map(|span| Span { trace_id: llm_span(9_999).trace_id, ..span }).collect();
        runtime.block_on(answers_agree(numbered(spans), later, filter, from, length));
    }
}

#[tokio::test]
async fn tables_are_read_once_and_the_cache_stays_within_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = MemoryCatalog::new();
    let lake = open(config(dir.path()), &catalog).await;
    store(&lake, &MemoryStore::new(), project(1), &(0..200).map(llm_span).collect::<Vec<_>>()).await;
    compact_all(&lake).await;
    let segment = lake.snapshot().await.unwrap().segments[0].clone();
    let cache = crate::rollup::RollupCache::new(1 << 20);
    let first = cache.table(&segment, project(1), Grain::Hour).await.unwrap().unwrap();
    std::fs::remove_file(dir.path().join(segment.meta.sidecar_path().unwrap())).unwrap();
    let second = cache.table(&segment, project(1), Grain::Hour).await.unwrap().unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    assert!(cache.table(&segment, project(1), Grain::Minute).await.unwrap().is_none(), "the file is gone");
    assert_eq!(cache.len(), 1);
    let tiny = crate::rollup::RollupCache::new(16);
    assert!(tiny.table(&segment, project(1), Grain::Hour).await.unwrap().is_none());
    assert_eq!(tiny.bytes(), 0, "nothing fits");
}
