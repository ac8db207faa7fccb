//! What every `CatalogInspection` owes. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::{
    case::{Case, cases},
    segments::{new_segment, publication, publish_one},
};
use model::{ports::CatalogInspection, segment::SegmentState};
use std::{sync::Arc, time::Duration};

type Store = Arc<dyn CatalogInspection>;

pub const CASES: &[Case<dyn CatalogInspection>] =
    cases![a_new_catalog_is_sound, the_state_is_everything, a_reinstated_segment_is_live_and_noticed, only_the_quarantined_are_reinstated];

async fn a_new_catalog_is_sound(store: Store) {
    assert_eq!(store.integrity().await.unwrap(), [""; 0]);
    let state = store.state().await.unwrap();
    assert_eq!((state.commit_seq, state.segments.len(), state.writers.len(), state.leases), (0, 0, 0, 0));
    assert!(state.schema_version > 0);
    store.tidy().await.unwrap();
}

async fn the_state_is_everything(store: Store) {
    let writer = store.register_writer("somebody").await.unwrap();
    let retired = publish_one(store.as_ref(), writer, &[]).await;
    let live = publish_one(store.as_ref(), writer, &[retired]).await;
    let file = new_segment(writer, Some("l1/a.parquet"));
    let damaged = file.segment.id;
    store.publish(publication(writer, vec![file], &[])).await.unwrap();
    store.quarantine(damaged, "it smells").await.unwrap();
    store.lease_snapshot(2, Duration::from_secs(60)).await.unwrap();
    let state = store.state().await.unwrap();
    let states: Vec<_> = state.segments.iter().map(|segment| (segment.id, segment.state)).collect();
    assert_eq!(states, [(retired, SegmentState::Retired), (live, SegmentState::Live), (damaged, SegmentState::Quarantined)]);
    assert_eq!(state.quarantine_reasons.get(&damaged).map(String::as_str), Some("it smells"));
    assert!(state.inline.contains(&live) && !state.inline.contains(&damaged));
    assert_eq!((state.writers.len(), state.writers[0].label.as_str(), state.writers[0].is_fenced, state.leases), (1, "somebody", false, 1));
    assert_eq!(state.commit_seq, store.current_seq().await.unwrap());
    assert_eq!(store.integrity().await.unwrap(), [""; 0]);
}

async fn a_reinstated_segment_is_live_and_noticed(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let (damaged, other) = (publish_one(store.as_ref(), writer, &[]).await, publish_one(store.as_ref(), writer, &[]).await);
    let commit_seq =
        |segments: &[model::segment::Segment]| segments.iter().find(|segment| segment.id == damaged).map(|segment| segment.commit_seq);
    let before = commit_seq(&store.changes_since(0).await.unwrap().added);
    store.quarantine(damaged, "test").await.unwrap();
    let known = store.current_seq().await.unwrap();
    assert!(store.reinstate(damaged).await.unwrap());
    // Whoever knew the catalog before asks for what came after, and must get the segment, too.
    assert!(store.current_seq().await.unwrap() > known);
    let changes = store.changes_since(known).await.unwrap();
    assert!(changes.reset || changes.added.iter().any(|segment| segment.id == damaged));
    let live = store.changes_since(0).await.unwrap().added;
    assert!(live.iter().any(|segment| segment.id == other));
    assert_eq!(commit_seq(&live), before, "its rows keep their place in the order of reports");
    assert_eq!(store.quarantined().await.unwrap(), 0);
}

async fn only_the_quarantined_are_reinstated(store: Store) {
    let writer = store.register_writer("test").await.unwrap();
    let retired = publish_one(store.as_ref(), writer, &[]).await;
    let live = publish_one(store.as_ref(), writer, &[retired]).await;
    for id in [retired, live, model::SegmentId::generate()] {
        assert!(!store.reinstate(id).await.unwrap());
    }
    let added = store.changes_since(0).await.unwrap().added;
    assert_eq!(added.iter().map(|segment| segment.id).collect::<Vec<_>>(), [live]);
}
