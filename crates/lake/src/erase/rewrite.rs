//! Rewriting what holds erased rows, one segment (or all of level 0 of a kind) at a time.

use super::concerns;
use crate::{
    compact::{Compactor, Plan, rules_of},
    fault,
    identity::{name_hash, span_hash, trace_hash},
    segment::LiveSegment,
    snapshot::Snapshot,
};
use model::{StoreResult, erase::Tombstone, ports::EraseReport, telemetry::RowKind};
use std::sync::Arc;

/// Rewrites one segment that an erasure or a deleted project asks for, or says in the catalog that none is left.
pub(crate) async fn rewrite_one(compactor: &Compactor) -> StoreResult<EraseReport> {
    let _one = compactor.running.lock().await;
    let snapshot = compactor.snapshots.newest().await?;
    for tombstone in &snapshot.tombstones {
        match first_holding(&snapshot, tombstone).await? {
            Some(segment) => return rewrite(compactor, &snapshot, segment).await,
            None => {
                fault::point("erase.before_mark");
                compactor.storage.catalog.mark_rewritten(tombstone.id).await?;
                fault::point("erase.after_mark");
            }
        }
    }
    for project in &snapshot.deleted_projects {
        match snapshot.segments.iter().find(|segment| segment.meta.projects.contains(project)) {
            Some(segment) => return rewrite(compactor, &snapshot, Arc::clone(segment)).await,
            None => _ = compactor.storage.catalog.mark_project_erased(*project).await?,
        }
    }
    compactor.storage.catalog.finish_erasures().await?;
    Ok(EraseReport::default())
}

async fn rewrite(compactor: &Compactor, snapshot: &Arc<Snapshot>, segment: Arc<LiveSegment>) -> StoreResult<EraseReport> {
    let kind = segment.meta.kind;
    let piece = if segment.meta.level == 0 {
        let Plan::Level0 { inputs, .. } = compactor.situation(snapshot, &|_| false).level0_of(kind) else {
            return Ok(EraseReport::default());
        };
        compactor.level0(snapshot, kind, inputs).await?
    } else {
        let partition = segment.meta.partition.clone();
        let without_payload = segment.meta.without_payload;
        compactor.rewrite(snapshot, kind, vec![segment], &partition, vec![(rules_of(snapshot), without_payload)]).await?
    };
    Ok(EraseReport { segments: piece.segments_in, rows_erased: piece.rows_in.saturating_sub(piece.rows_out()), more: true })
}

/// A live segment with rows that the erasure hides, or that may have some.
async fn first_holding(snapshot: &Snapshot, tombstone: &Tombstone) -> StoreResult<Option<Arc<LiveSegment>>> {
    for segment in snapshot.segments.iter().filter(|segment| concerns(tombstone, &segment.meta)) {
        if may_hold(segment, tombstone).await? {
            return Ok(Some(Arc::clone(segment)));
        }
    }
    Ok(None)
}

async fn may_hold(segment: &LiveSegment, tombstone: &Tombstone) -> StoreResult<bool> {
    let hidden = &tombstone.hidden;
    if hidden.all {
        return Ok(true);
    }
    if segment.meta.kind == RowKind::Metric {
        return Ok(false);
    }
    let filters = if segment.meta.level == 0 { None } else { segment.filters().await? };
    // Level 0 is rewritten soon in any case.
    let Some(filters) = filters else { return Ok(true) };
    Ok(hidden.users.iter().any(|user| filters.may_hold_user(name_hash(user)))
        || hidden.sessions.iter().any(|session| filters.may_hold_session(name_hash(session)))
        || hidden.traces.iter().any(|trace| filters.may_hold_trace(trace_hash(&trace.to_hex())))
        || hidden.spans.iter().any(|(trace, span)| match segment.meta.kind {
            RowKind::Span => filters.may_hold_span(span_hash(&trace.to_hex(), &span.to_hex())),
            _ => filters.may_hold_trace(trace_hash(&trace.to_hex())),
        }))
}
