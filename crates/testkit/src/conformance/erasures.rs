//! What every `SegmentCatalog` owes about erasures and deleted projects. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::{
    case::{Case, cases},
    segments::{new_segment, publication, publish_one},
};
use model::{
    ErasureId, ProjectId, SegmentId, StoreError, TraceId, WriterId,
    erase::{EraseTarget, Erasure, ErasureState, Hidden, MAX_PENDING, NewErasure, TombstoneHead},
    ports::{Accounts, SegmentCatalog},
    segment::{CommitSeq, Segment},
};
use std::{sync::Arc, time::Duration};

/// Both halves of one catalog: erasures are of projects.
pub trait WholeCatalog: SegmentCatalog + Accounts {}
impl<T: SegmentCatalog + Accounts> WholeCatalog for T {}

type Store = Arc<dyn WholeCatalog>;

pub const CASES: &[Case<dyn WholeCatalog>] = cases![
    an_erasure_takes_its_place_among_the_publications,
    it_hides_until_it_is_rewritten,
    it_is_erased_when_nothing_retired_may_hold_it,
    what_cannot_hold_it_does_not_keep_it_waiting,
    a_quarantined_segment_keeps_it_waiting,
    receipts_are_of_one_project_newest_first,
    only_projects_that_are_there_have_erasures,
    pending_erasures_are_limited,
    a_deleted_project_is_told_to_everybody,
    a_project_is_erased_when_no_segment_names_it,
];

pub fn new_erasure(project: ProjectId) -> NewErasure {
    let trace = TraceId::from_bytes([7; 16]).unwrap();
    let hidden = Hidden { users: vec!["zoë \"x\"".into()], traces: vec![trace], ..Hidden::default() };
    NewErasure { project, target: EraseTarget::User { user_id: "zoë \"x\"".into() }, hidden, hidden_spans: 3 }
}

async fn project(store: &dyn WholeCatalog) -> ProjectId {
    store.create_project("p").await.unwrap().id
}

/// Publishes a segment with rows of these projects, in place of others.
async fn publish(
    store: &dyn WholeCatalog,
    writer: WriterId,
    projects: &[ProjectId],
    retire: &[SegmentId],
    clean_seq: CommitSeq,
) -> SegmentId {
    let mut new = new_segment(writer, None);
    new.segment = Segment { projects: projects.to_vec(), first_seq: 0, clean_seq, ..new.segment };
    let id = new.segment.id;
    store.publish(publication(writer, vec![new], retire)).await.unwrap();
    id
}

async fn forget_retired(store: &dyn WholeCatalog) {
    let ids: Vec<SegmentId> = store.deletable_segments(Duration::ZERO, 100).await.unwrap().into_iter().map(|segment| segment.id).collect();
    store.forget_segments(&ids).await.unwrap();
}

async fn receipt(store: &dyn WholeCatalog, project: ProjectId, id: ErasureId) -> Erasure {
    store.erasure(project, id).await.unwrap().unwrap()
}

async fn an_erasure_takes_its_place_among_the_publications(store: Store) {
    let project = project(&*store).await;
    let writer = store.register_writer("test").await.unwrap();
    publish_one(&*store, writer, &[]).await;
    let before = store.current_seq().await.unwrap();
    let new = new_erasure(project);
    let erasure = store.add_erasure(new.clone()).await.unwrap();
    assert_eq!((erasure.project_id, &erasure.target, erasure.hidden_spans), (project, &new.target, 3));
    assert_eq!((erasure.state, erasure.rewritten_at, erasure.erased_at), (ErasureState::Hidden, None, None));
    publish_one(&*store, writer, &[]).await;
    assert_eq!(store.current_seq().await.unwrap(), before + 2);
    let head = TombstoneHead { id: erasure.id, project, seq: before + 1 };
    for since in [0, before, before + 2] {
        assert_eq!(store.changes_since(since).await.unwrap().tombstones, [head], "since {since}");
    }
    assert_eq!(store.tombstones().await.unwrap(), [head]);
    assert_eq!(store.tombstone(erasure.id).await.unwrap(), Some(new.hidden));
    assert_eq!(receipt(&*store, project, erasure.id).await, erasure);
}

async fn it_hides_until_it_is_rewritten(store: Store) {
    let project = project(&*store).await;
    let (first, second) = (store.add_erasure(new_erasure(project)).await.unwrap(), store.add_erasure(new_erasure(project)).await.unwrap());
    let before = store.current_seq().await.unwrap();
    store.mark_rewritten(first.id).await.unwrap();
    assert_eq!(store.current_seq().await.unwrap(), before + 1, "other processes notice");
    let rewritten = receipt(&*store, project, first.id).await;
    assert_eq!((rewritten.state, rewritten.erased_at), (ErasureState::Rewritten, None));
    assert!(rewritten.rewritten_at.unwrap() >= first.requested_at);
    store.mark_rewritten(first.id).await.unwrap();
    assert_eq!((store.current_seq().await.unwrap(), receipt(&*store, project, first.id).await), (before + 1, rewritten), "once is enough");
    let ids = |heads: Vec<TombstoneHead>| heads.into_iter().map(|head| head.id).collect::<Vec<_>>();
    assert_eq!(ids(store.tombstones().await.unwrap()), [second.id]);
    assert_eq!(ids(store.changes_since(before).await.unwrap().tombstones), [second.id]);
    assert!(store.tombstone(first.id).await.unwrap().is_some(), "a snapshot from before may still ask");
    assert!(matches!(store.mark_rewritten(ErasureId::generate()).await, Err(StoreError::NotFound(_))));
    assert_eq!(store.current_seq().await.unwrap(), before + 1);
}

async fn it_is_erased_when_nothing_retired_may_hold_it(store: Store) {
    let project = project(&*store).await;
    let writer = store.register_writer("test").await.unwrap();
    let holder = publish(&*store, writer, &[ProjectId::generate(), project], &[], 0).await;
    let erasure = store.add_erasure(new_erasure(project)).await.unwrap();
    assert_eq!(store.finish_erasures().await.unwrap(), 0, "not even rewritten");
    publish(&*store, writer, &[project], &[holder], store.current_seq().await.unwrap()).await;
    store.mark_rewritten(erasure.id).await.unwrap();
    assert_eq!(store.finish_erasures().await.unwrap(), 0, "the replaced segment is still there");
    assert_eq!(receipt(&*store, project, erasure.id).await.state, ErasureState::Rewritten);
    forget_retired(&*store).await;
    assert_eq!(store.finish_erasures().await.unwrap(), 1);
    let erased = receipt(&*store, project, erasure.id).await;
    assert_eq!(erased.state, ErasureState::Erased);
    assert!(erased.erased_at >= erased.rewritten_at);
    assert_eq!(store.tombstone(erasure.id).await.unwrap(), None, "what it named is forgotten too");
    assert_eq!(store.finish_erasures().await.unwrap(), 0);
}

async fn what_cannot_hold_it_does_not_keep_it_waiting(store: Store) {
    let project = project(&*store).await;
    let writer = store.register_writer("test").await.unwrap();
    let other = publish(&*store, writer, &[ProjectId::generate()], &[], 0).await;
    let erasure = store.add_erasure(new_erasure(project)).await.unwrap();
    let seq = store.current_seq().await.unwrap();
    let clean = publish(&*store, writer, &[project], &[], seq).await;
    let mut later = new_segment(writer, None);
    later.segment = Segment { projects: vec![project], first_seq: seq + 1, clean_seq: 0, ..later.segment };
    let later_id = later.segment.id;
    store.publish(publication(writer, vec![later], &[])).await.unwrap();
    publish_one(&*store, writer, &[other, clean, later_id]).await;
    store.mark_rewritten(erasure.id).await.unwrap();
    assert_eq!(store.finish_erasures().await.unwrap(), 1);
}

async fn a_quarantined_segment_keeps_it_waiting(store: Store) {
    let project = project(&*store).await;
    let writer = store.register_writer("test").await.unwrap();
    let damaged = publish(&*store, writer, &[project], &[], 0).await;
    let erasure = store.add_erasure(new_erasure(project)).await.unwrap();
    store.quarantine(damaged, "checksum").await.unwrap();
    store.mark_rewritten(erasure.id).await.unwrap();
    assert_eq!(store.finish_erasures().await.unwrap(), 0, "its bytes are still there");
    assert_eq!(receipt(&*store, project, erasure.id).await.state, ErasureState::Rewritten);
}

async fn receipts_are_of_one_project_newest_first(store: Store) {
    let (mine, other) = (project(&*store).await, store.create_project("other").await.unwrap().id);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(store.add_erasure(new_erasure(mine)).await.unwrap().id);
        store.add_erasure(new_erasure(other)).await.unwrap();
    }
    ids.reverse();
    let listed: Vec<ErasureId> = store.erasures(mine, 10).await.unwrap().into_iter().map(|erasure| erasure.id).collect();
    assert_eq!(listed, ids);
    assert_eq!(store.erasures(mine, 2).await.unwrap().len(), 2);
    assert_eq!(store.erasure(other, ids[0]).await.unwrap(), None);
    assert!(store.erasures(ProjectId::generate(), 10).await.unwrap().is_empty());
}

async fn only_projects_that_are_there_have_erasures(store: Store) {
    let gone = project(&*store).await;
    let kept = store.add_erasure(new_erasure(gone)).await.unwrap();
    store.delete_project(gone).await.unwrap();
    let before = store.current_seq().await.unwrap();
    for absent in [gone, ProjectId::generate()] {
        assert!(matches!(store.add_erasure(new_erasure(absent)).await, Err(StoreError::NotFound(_))));
    }
    assert_eq!((store.current_seq().await.unwrap(), store.tombstones().await.unwrap().len()), (before, 1));
    assert_eq!(receipt(&*store, gone, kept.id).await, kept, "receipts outlive their project");
}

async fn pending_erasures_are_limited(store: Store) {
    let (full, other) = (project(&*store).await, store.create_project("other").await.unwrap().id);
    let first = store.add_erasure(new_erasure(full)).await.unwrap();
    for _ in 1..MAX_PENDING {
        store.add_erasure(new_erasure(full)).await.unwrap();
    }
    assert!(matches!(store.add_erasure(new_erasure(full)).await, Err(StoreError::Overloaded { .. })));
    store.add_erasure(new_erasure(other)).await.unwrap();
    store.mark_rewritten(first.id).await.unwrap();
    store.add_erasure(new_erasure(full)).await.unwrap();
}

async fn a_deleted_project_is_told_to_everybody(store: Store) {
    let project = project(&*store).await;
    let before = store.current_seq().await.unwrap();
    assert!(store.changes_since(0).await.unwrap().deleted_projects.is_empty());
    store.delete_project(project).await.unwrap();
    assert_eq!(store.current_seq().await.unwrap(), before + 1);
    assert!(matches!(store.delete_project(project).await, Err(StoreError::NotFound(_))));
    let changes = store.changes_since(before).await.unwrap();
    assert_eq!((changes.upto, changes.deleted_projects), (before + 1, vec![project]));
    assert_eq!(store.changes_since(before + 1).await.unwrap().deleted_projects, [project], "always all of them");
}

async fn a_project_is_erased_when_no_segment_names_it(store: Store) {
    let project = project(&*store).await;
    let writer = store.register_writer("test").await.unwrap();
    let holder = publish(&*store, writer, &[project, ProjectId::generate()], &[], 0).await;
    assert!(!store.mark_project_erased(project).await.unwrap(), "it is not deleted");
    store.delete_project(project).await.unwrap();
    assert!(!store.mark_project_erased(project).await.unwrap(), "a live segment names it");
    publish_one(&*store, writer, &[holder]).await;
    assert!(!store.mark_project_erased(project).await.unwrap(), "a retired segment names it");
    forget_retired(&*store).await;
    assert!(store.mark_project_erased(project).await.unwrap());
    assert!(store.changes_since(0).await.unwrap().deleted_projects.is_empty());
    assert!(!store.mark_project_erased(project).await.unwrap(), "once");
    assert!(!store.mark_project_erased(ProjectId::generate()).await.unwrap());
}
