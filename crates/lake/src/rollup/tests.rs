//! Sections as they are written and read back.

use super::*;
use crate::rows;
use model::{
    ProjectId,
    sketch::{DdSketch, distinct_hash},
    telemetry::{Incoming, RowKind, Span, Status},
    time::NANOS_PER_SECOND,
};
use testkit::fixtures::{cost, llm_span};

fn project(number: u8) -> ProjectId {
    ProjectId::from_bytes([number; 16]).unwrap()
}

fn section_of(rows: &[(ProjectId, Vec<Span>)]) -> Option<Vec<u8>> {
    let mut builder = RollupBuilder::new(RowKind::Span);
    for (project, spans) in rows {
        let spans: Vec<_> = spans.iter().cloned().map(|span| Incoming::new(span, None)).collect();
        builder.add(&rows::encode_spans(*project, &spans).unwrap()).unwrap();
    }
    builder.finish()
}

/// `count` calls of `users` users, one every `gap` seconds.
fn calls(count: u32, gap: u32, users: u32) -> Vec<Span> {
    let call = |number: u32| {
        let mut span = llm_span(number);
        span.start_time = llm_span(0).start_time.saturating_add_nanos(i64::from(number * gap) * NANOS_PER_SECOND);
        span.user_id = Some(format!("user-{}", number * 7 % users));
        span.session_id = (!number.is_multiple_of(5)).then(|| format!("session-{}", number / 4));
        span.status = if number.is_multiple_of(11) { Status::Error } else { Status::Ok };
        span.duration_ms = Some(f64::from(number % 90) * 37.0);
        span
    };
    (0..count).map(call).collect()
}

fn total(table: &Table) -> (Numbers, DdSketch, usize) {
    let (mut numbers, mut durations, mut users) = (Numbers::default(), DdSketch::default(), std::collections::BTreeSet::new());
    for cell in table.cells() {
        numbers += &cell.numbers;
        durations.merge_bytes(cell.durations).unwrap();
        users.extend(ids(cell.users).map(|id| table.user_hashes()[id.unwrap()]));
    }
    (numbers, durations, users.len())
}

#[test]
fn hours_and_minutes_hold_the_same_sums() {
    let spans = calls(2_000, 5, 40);
    let section = section_of(&[(project(1), spans.clone())]).unwrap();
    let [hours, minutes] = [Grain::Hour, Grain::Minute].map(|grain| Table::read(&section, project(1), grain).unwrap().unwrap());
    assert_eq!(hours.cells().count(), 3 * 2, "three hours, failed or not");
    assert_eq!(total(&hours), total(&minutes));
    let (numbers, durations, users) = total(&minutes);
    assert_eq!((numbers.requests, numbers.errors, users), (2_000, 182, 40));
    assert_eq!(numbers.cost, cost(450 * 2_000).total_usd.unwrap().as_picodollars());
    assert_eq!((numbers.input_tokens.total(), numbers.cache_read.total()), (Some(200_000), None));
    let mut expected = DdSketch::default();
    spans.iter().for_each(|span| expected.add(span.duration_ms.unwrap()));
    assert_eq!(durations, expected);
    let first = minutes.cells().next().unwrap();
    assert_eq!(
        (first.time, first.numbers.requests),
        (llm_span(0).start_time, 2),
        "of twelve in the minute two failed, the first of them first"
    );
    assert!(minutes.cells().is_sorted_by_key(|cell| cell.time));
    assert!(minutes.user_hashes().contains(&distinct_hash("user-7")));
    assert!(section.len() < 6 * spans.len(), "{} bytes", section.len());
}

#[test]
fn projects_are_apart_and_what_is_not_there_must_be_read() {
    let mut tool = llm_span(3);
    tool.kind = model::telemetry::SpanKind::Tool;
    let section = section_of(&[(project(1), calls(30, 1, 2)), (project(2), vec![tool])]).unwrap();
    let requests = |number: u8| Table::read(&section, project(number), Grain::Hour).unwrap().map(|table| total(&table).0.requests);
    assert_eq!(requests(1), Some(30));
    assert_eq!(requests(2), Some(0), "known to have no requests");
    assert_eq!(requests(3), None);
}

#[test]
fn rows_of_a_project_that_comes_back_must_be_read() {
    let section = section_of(&[(project(1), calls(30, 1, 2)), (project(2), calls(30, 1, 2)), (project(1), calls(5, 1, 2))]).unwrap();
    assert!(Table::read(&section, project(1), Grain::Hour).unwrap().is_none());
    assert!(Table::read(&section, project(2), Grain::Hour).unwrap().is_some());
}

#[test]
fn what_would_hold_a_cell_for_each_row_is_not_written() {
    let sparse = calls(1_000, 120, 10);
    let section = section_of(&[(project(1), sparse.clone())]).unwrap();
    assert!(Table::read(&section, project(1), Grain::Minute).unwrap().is_none(), "a call every other minute");
    assert_eq!(total(&Table::read(&section, project(1), Grain::Hour).unwrap().unwrap()).0.requests, 1_000);
    let of_many_services = sparse.into_iter().enumerate().map(|(number, span)| Span { service: Some(format!("s{number}")), ..span });
    assert_eq!(section_of(&[(project(1), of_many_services.collect())]), None);
}

#[test]
fn damage_is_an_error_or_at_least_no_panic() {
    let section = section_of(&[(project(1), calls(300, 7, 20))]).unwrap();
    for end in 0..section.len() {
        let read = Table::read(&section[..end], project(1), Grain::Minute);
        assert!(matches!(read, Err(Damaged)), "{end} of {}", section.len());
    }
    for at in 0..section.len() {
        let mut bad = section.clone();
        bad[at] ^= 0x41;
        for grain in [Grain::Hour, Grain::Minute] {
            if let Ok(Some(table)) = Table::read(&bad, project(1), grain) {
                total(&table);
            }
        }
    }
    assert_eq!(Table::read(&[], project(1), Grain::Hour).err(), Some(Damaged));
    assert_eq!(Table::read(&[VERSION + 1, 0], project(1), Grain::Hour).err(), Some(Damaged));
}

#[test]
fn other_kinds_have_no_rollup() {
    let builder = RollupBuilder::new(RowKind::Log);
    assert_eq!(builder.finish(), None);
}
