//! What every `SegmentCatalog` owes. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::case::{Case, cases};
use bytes::Bytes;
use model::{
    ProjectId, SegmentId, StoreError, Timestamp, WriterId,
    ports::SegmentCatalog,
    segment::{Location, NewSegment, Publication, PublishOutcome, Segment, SegmentState, Sidecar},
    telemetry::RowKind,
};
use std::{sync::Arc, time::Duration};

type Store = Arc<dyn SegmentCatalog>;
const LONG: Duration = Duration::from_secs(3_600);

pub const CASES: &[Case<dyn SegmentCatalog>] = cases![
    publications_are_numbered_and_listed_as_they_were,
    inline_bytes_come_back_as_they_were,
    a_switch_is_seen_as_one,
    an_input_that_is_not_live_conflicts_and_changes_nothing,
    of_concurrent_publishers_with_one_input_one_wins,
    concurrent_publications_get_different_numbers,
    many_inputs_are_retired_at_once,
    publishing_again_answers_the_first_number,
    what_was_ever_published_is_known,
    malformed_publications_are_refused,
    fenced_and_unknown_writers_are_refused,
    only_writers_fenced_earlier_are_returned,
    leases_keep_segments_from_deletion,
    young_segments_are_not_deletable,
    forgotten_segments_are_gone_with_their_bytes,
    live_segments_cannot_be_forgotten,
    a_reader_left_too_far_behind_starts_again,
    a_quarantined_segment_leaves_reads_and_stays_stored,
    files_are_known_while_a_row_names_them,
];

/// A segment as a writer makes it.
pub fn new_segment(writer: WriterId, file: Option<&str>) -> NewSegment {
    let inline = file.is_none().then(|| Bytes::from_static(b"\x00rows\xff"));
    let segment = Segment {
        id: SegmentId::generate(),
        kind: RowKind::Log,
        level: u8::from(file.is_some()),
        partition: if file.is_some() { "2026-11-23T14".into() } else { String::new() },
        projects: vec![ProjectId::generate(), ProjectId::generate()],
        min_time: Timestamp::from_nanos(-5),
        max_time: Timestamp::from_nanos(1_800_000_000_123_456_789),
        rows: 3_000_000_000,
        bytes: 6,
        location: file.map_or(Location::Inline, |path| Location::File(path.to_owned())),
        checksum: [0xab; 32],
        schema_version: 7,
        writer,
        created_at: Timestamp::from_nanos(1_700_000_000_000_000_001),
        commit_seq: 0,
        first_seq: 3,
        clean_seq: 2,
        without_payload: file.is_some(),
        sidecar: file.map(|_| Sidecar { bytes: 9, checksum: [0xcd; 32] }),
        state: SegmentState::Live,
    };
    NewSegment { segment, inline }
}

pub fn publication(writer: WriterId, add: Vec<NewSegment>, retire: &[SegmentId]) -> Publication {
    Publication { writer, add, retire: retire.to_vec() }
}

/// Publishes one new inline segment and returns its id.
pub async fn publish_one(store: &dyn SegmentCatalog, writer: WriterId, retire: &[SegmentId]) -> SegmentId {
    let new = new_segment(writer, None);
    let id = new.segment.id;
    let outcome = store.publish(publication(writer, vec![new], retire)).await.unwrap();
    assert!(matches!(outcome, PublishOutcome::Published(_)));
    id
}

async fn live(store: &dyn SegmentCatalog) -> Vec<SegmentId> {
    store.changes_since(0).await.unwrap().added.into_iter().map(|segment| segment.id).collect()
}

async fn publications_are_numbered_and_listed_as_they_were(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    assert_eq!(store.current_seq().await.unwrap(), 0);
    let (inline, file) = (new_segment(writer, None), new_segment(writer, Some("l1/a.parquet")));
    let first = store.publish(publication(writer, vec![inline.clone(), file.clone()], &[])).await.unwrap();
    assert_eq!(first, PublishOutcome::Published(1));
    let third = new_segment(writer, None);
    assert_eq!(store.publish(publication(writer, vec![third.clone()], &[])).await.unwrap(), PublishOutcome::Published(2));
    assert_eq!(store.current_seq().await.unwrap(), 2);
    let changes = store.changes_since(0).await.unwrap();
    let numbered = |new: &NewSegment, commit_seq| Segment { commit_seq, ..new.segment.clone() };
    let mut expected = vec![numbered(&inline, 1), numbered(&file, 1)];
    expected.sort_by_key(|segment| segment.id);
    expected.push(numbered(&third, 2));
    assert_eq!((changes.upto, changes.added, changes.removed), (2, expected, vec![]));
    let changes = store.changes_since(1).await.unwrap();
    assert_eq!((changes.upto, changes.added), (2, vec![numbered(&third, 2)]));
}

async fn inline_bytes_come_back_as_they_were(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let mut new = new_segment(writer, None);
    let bytes: Bytes = (0..300_000u32).map(|number| (number % 251) as u8).collect();
    new.inline = Some(bytes.clone());
    let id = new.segment.id;
    store.publish(publication(writer, vec![new], &[])).await.unwrap();
    assert_eq!(store.inline_bytes(id).await.unwrap(), Some(bytes));
    assert_eq!(store.inline_bytes(SegmentId::generate()).await.unwrap(), None);
}

async fn a_switch_is_seen_as_one(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let old = publish_one(&*store, writer, &[]).await;
    let before = store.current_seq().await.unwrap();
    let new = publish_one(&*store, writer, &[old]).await;
    let changes = store.changes_since(before).await.unwrap();
    assert_eq!(changes.removed, [old]);
    assert_eq!(changes.added.iter().map(|segment| segment.id).collect::<Vec<_>>(), [new]);
    assert_eq!(live(&*store).await, [new]);
    assert!(store.inline_bytes(old).await.unwrap().is_some(), "older snapshots still read it");
    let outcome = store.publish(publication(writer, vec![], &[new])).await.unwrap();
    assert_eq!(outcome, PublishOutcome::Published(before + 2), "a publication may only retire");
    assert!(live(&*store).await.is_empty());
}

async fn an_input_that_is_not_live_conflicts_and_changes_nothing(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let (retired, alive) = (publish_one(&*store, writer, &[]).await, publish_one(&*store, writer, &[]).await);
    let new = publish_one(&*store, writer, &[retired]).await;
    let before = store.current_seq().await.unwrap();
    for input in [retired, SegmentId::generate()] {
        let attempt = publication(writer, vec![new_segment(writer, None)], &[alive, input]);
        assert_eq!(store.publish(attempt).await.unwrap(), PublishOutcome::Conflict);
    }
    assert_eq!(store.current_seq().await.unwrap(), before);
    assert_eq!(live(&*store).await, [alive, new]);
}

async fn of_concurrent_publishers_with_one_input_one_wins(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let input = publish_one(&*store, writer, &[]).await;
    let attempts = (0..8).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.publish(publication(writer, vec![new_segment(writer, None)], &[input])).await.unwrap() })
    });
    let outcomes: Vec<_> = futures::future::join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == PublishOutcome::Published(2)).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == PublishOutcome::Conflict).count(), 7, "{outcomes:?}");
    assert_eq!(live(&*store).await.len(), 1);
}

async fn concurrent_publications_get_different_numbers(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let attempts = (0..16).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { publish_one(&*store, writer, &[]).await })
    });
    futures::future::join_all(attempts).await.into_iter().for_each(|done| assert!(done.is_ok()));
    let numbers: Vec<u64> = store.changes_since(0).await.unwrap().added.iter().map(|segment| segment.commit_seq).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<u64>>());
}

async fn many_inputs_are_retired_at_once(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let inputs: Vec<NewSegment> = (0..1_100).map(|_| new_segment(writer, None)).collect();
    let ids: Vec<SegmentId> = inputs.iter().map(|new| new.segment.id).collect();
    store.publish(publication(writer, inputs, &[])).await.unwrap();
    let new = publish_one(&*store, writer, &ids).await;
    assert_eq!(live(&*store).await, [new]);
    assert_eq!(store.deletable_segments(Duration::ZERO, 2_000).await.unwrap().len(), 1_100);
    assert_eq!(store.deletable_segments(Duration::ZERO, 10).await.unwrap().len(), 10);
    store.forget_segments(&ids).await.unwrap();
    assert!(store.deletable_segments(Duration::ZERO, 2_000).await.unwrap().is_empty());
}

async fn publishing_again_answers_the_first_number(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let input = publish_one(&*store, writer, &[]).await;
    let again = publication(writer, vec![new_segment(writer, None), new_segment(writer, Some("f"))], &[input]);
    assert_eq!(store.publish(again.clone()).await.unwrap(), PublishOutcome::Published(2));
    publish_one(&*store, writer, &[]).await;
    assert_eq!(store.publish(again).await.unwrap(), PublishOutcome::Published(2));
    assert_eq!(store.current_seq().await.unwrap(), 3);
    assert_eq!(live(&*store).await.len(), 3);
}

async fn what_was_ever_published_is_known(store: Store) {
    let writer = store.register_writer("a").await.unwrap();
    let id = publish_one(&*store, writer, &[]).await;
    assert!(store.was_published(id).await.unwrap());
    publish_one(&*store, writer, &[id]).await;
    assert!(store.was_published(id).await.unwrap(), "retired ones too");
    assert!(!store.was_published(SegmentId::generate()).await.unwrap());
}

async fn malformed_publications_are_refused(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let input = publish_one(&*store, writer, &[]).await;
    let mut without_bytes = new_segment(writer, None);
    without_bytes.inline = None;
    let of_another = new_segment(WriterId::generate(), None);
    for attempt in [
        publication(writer, vec![], &[]),
        publication(writer, vec![without_bytes], &[]),
        publication(writer, vec![of_another], &[]),
        publication(writer, vec![], &[input, input]),
    ] {
        assert!(matches!(store.publish(attempt).await, Err(StoreError::Invalid { .. })));
    }
    assert_eq!(live(&*store).await, [input]);
}

async fn fenced_and_unknown_writers_are_refused(store: Store) {
    let writer = store.register_writer("silent").await.unwrap();
    store.heartbeat(writer).await.unwrap();
    store.fence_silent_writers(LONG).await.unwrap();
    let input = publish_one(&*store, writer, &[]).await;
    store.fence_silent_writers(Duration::ZERO).await.unwrap();
    for refused in [writer, WriterId::generate()] {
        assert!(matches!(store.heartbeat(refused).await, Err(StoreError::Fenced)));
        let attempt = publication(refused, vec![new_segment(refused, None)], &[input]);
        assert!(matches!(store.publish(attempt).await, Err(StoreError::Fenced)));
    }
    assert_eq!((live(&*store).await, store.current_seq().await.unwrap()), (vec![input], 1));
    let other = store.register_writer("after").await.unwrap();
    publish_one(&*store, other, &[input]).await;
}

async fn only_writers_fenced_earlier_are_returned(store: Store) {
    let writer = store.register_writer("silent").await.unwrap();
    assert!(store.fence_silent_writers(Duration::ZERO).await.unwrap().is_empty(), "fenced now, returned from now on");
    let fresh = store.register_writer("fresh").await.unwrap();
    assert_eq!(store.fence_silent_writers(LONG).await.unwrap(), [writer]);
    assert_eq!(store.fence_silent_writers(LONG).await.unwrap(), [writer], "until it is forgotten");
    store.forget_writer(writer).await.unwrap();
    assert!(store.fence_silent_writers(LONG).await.unwrap().is_empty());
    store.heartbeat(fresh).await.unwrap();
}

async fn leases_keep_segments_from_deletion(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let old = publish_one(&*store, writer, &[]).await;
    let before = store.current_seq().await.unwrap();
    let lease = store.lease_snapshot(before, LONG).await.unwrap();
    let expired = store.lease_snapshot(before, Duration::ZERO).await.unwrap();
    let new = publish_one(&*store, writer, &[old]).await;
    let newer = store.lease_snapshot(store.current_seq().await.unwrap(), LONG).await.unwrap();
    assert!(store.deletable_segments(Duration::ZERO, 10).await.unwrap().is_empty());
    store.release_snapshot(&lease).await.unwrap();
    let deletable = store.deletable_segments(Duration::ZERO, 10).await.unwrap();
    assert_eq!(deletable.iter().map(|segment| (segment.id, segment.state)).collect::<Vec<_>>(), [(old, SegmentState::Retired)]);
    store.release_snapshot(&expired).await.unwrap();
    store.release_snapshot(&newer).await.unwrap();
    assert_eq!(live(&*store).await, [new]);
}

async fn young_segments_are_not_deletable(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let old = publish_one(&*store, writer, &[]).await;
    publish_one(&*store, writer, &[old]).await;
    assert!(store.deletable_segments(LONG, 10).await.unwrap().is_empty());
    assert_eq!(store.deletable_segments(Duration::ZERO, 10).await.unwrap().len(), 1);
}

async fn forgotten_segments_are_gone_with_their_bytes(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let old = publish_one(&*store, writer, &[]).await;
    publish_one(&*store, writer, &[old]).await;
    store.forget_segments(&[old]).await.unwrap();
    store.forget_segments(&[old]).await.unwrap();
    store.forget_segments(&[]).await.unwrap();
    assert_eq!(store.inline_bytes(old).await.unwrap(), None);
    assert!(store.deletable_segments(Duration::ZERO, 10).await.unwrap().is_empty());
}

async fn live_segments_cannot_be_forgotten(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let id = publish_one(&*store, writer, &[]).await;
    store.forget_segments(&[id]).await.unwrap();
    assert_eq!(live(&*store).await, [id]);
    assert!(store.inline_bytes(id).await.unwrap().is_some());
}

async fn a_reader_left_too_far_behind_starts_again(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let old = publish_one(&*store, writer, &[]).await;
    let behind = store.current_seq().await.unwrap();
    let new = publish_one(&*store, writer, &[old]).await;
    let current = store.current_seq().await.unwrap();
    store.forget_segments(&[old]).await.unwrap();
    let changes = store.changes_since(behind).await.unwrap();
    assert!(changes.reset, "the removal of a forgotten segment cannot be listed");
    assert_eq!(changes.added.iter().map(|segment| segment.id).collect::<Vec<_>>(), [new]);
    let changes = store.changes_since(current).await.unwrap();
    assert!(!changes.reset && changes.added.is_empty());
    assert_eq!(live(&*store).await, [new]);
}

async fn a_quarantined_segment_leaves_reads_and_stays_stored(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let (bad, good) = (publish_one(&*store, writer, &[]).await, publish_one(&*store, writer, &[]).await);
    let before = store.current_seq().await.unwrap();
    assert_eq!(store.quarantined().await.unwrap(), 0);
    store.quarantine(bad, "checksum\0 differs").await.unwrap();
    store.quarantine(bad, "again").await.unwrap();
    assert_eq!(store.quarantined().await.unwrap(), 1);
    assert_eq!(store.changes_since(before).await.unwrap().removed, [bad], "other processes notice");
    assert_eq!(live(&*store).await, [good]);
    assert!(store.deletable_segments(Duration::ZERO, 10).await.unwrap().is_empty());
    store.forget_segments(&[bad]).await.unwrap();
    assert!(store.inline_bytes(bad).await.unwrap().is_some());
    let attempt = publication(writer, vec![new_segment(writer, None)], &[bad]);
    assert_eq!(store.publish(attempt).await.unwrap(), PublishOutcome::Conflict);
    assert!(matches!(store.quarantine(SegmentId::generate(), "x").await, Err(StoreError::NotFound(_))));
}

async fn files_are_known_while_a_row_names_them(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let (a, b) = (new_segment(writer, Some("l_1/a%")), new_segment(writer, Some("lx1/b")));
    let a_id = a.segment.id;
    store.publish(publication(writer, vec![a, b, new_segment(writer, None)], &[])).await.unwrap();
    assert_eq!(store.known_files("l_1/").await.unwrap(), ["l_1/a%", "l_1/a%.sidecar"]);
    let mut all = store.known_files("").await.unwrap();
    all.sort();
    assert_eq!(all, ["l_1/a%", "l_1/a%.sidecar", "lx1/b", "lx1/b.sidecar"]);
    publish_one(&*store, writer, &[a_id]).await;
    assert_eq!(store.known_files("l_1/").await.unwrap(), ["l_1/a%", "l_1/a%.sidecar"], "retired ones are known too");
    store.forget_segments(&[a_id]).await.unwrap();
    assert!(store.known_files("l_1/").await.unwrap().is_empty());
}
