//! Retention: rows that are over go, texts that are over go before them, a segment at a time.

mod due;

use crate::{
    compact::{Compactor, Rules, rules_of},
    fault,
    segment::LiveSegment,
    snapshot::Snapshot,
};
use due::{Due, Limits};
use model::{StoreResult, Timestamp, ports::RetentionReport};
use std::{collections::HashSet, sync::Arc};

/// Does what retention asks of one segment.
pub(crate) async fn retain_one(compactor: &Compactor) -> StoreResult<RetentionReport> {
    let policies = compactor.storage.catalog.retention_policies().await?;
    if policies.is_empty() {
        return Ok(RetentionReport::default());
    }
    let _one = compactor.running.lock().await;
    let snapshot = compactor.snapshots.newest().await?;
    let limits = Limits::new(&policies, &snapshot, Timestamp::now());
    let compacted = snapshot.segments.iter().filter(|segment| segment.meta.level > 0);
    let Some((segment, due)) = compacted.filter_map(|segment| Some((segment, limits.due(&segment.meta)?))).next() else {
        return Ok(RetentionReport::default());
    };
    let rows = segment.meta.rows;
    let piece = match due {
        Due::Drop => return drop_whole(compactor, segment).await,
        Due::Rewrite { over, texts } => {
            let passes = passes(&snapshot, segment, &over, &texts, &limits);
            let partition = segment.meta.partition.clone();
            compactor.rewrite(&snapshot, segment.meta.kind, vec![Arc::clone(segment)], &partition, passes).await?
        }
    };
    Ok(RetentionReport { segments: piece.segments_in, rows: if piece.is_void { 0 } else { rows }, more: true })
}

async fn drop_whole(compactor: &Compactor, segment: &Arc<LiveSegment>) -> StoreResult<RetentionReport> {
    fault::point("retain.before_drop");
    let was_dropped = compactor.retire(std::slice::from_ref(segment)).await?;
    fault::point("retain.after_drop");
    Ok(RetentionReport { segments: u64::from(was_dropped), rows: if was_dropped { segment.meta.rows } else { 0 }, more: true })
}

/// What stays as it is, and what stays without its texts: each in files of its own.
fn passes(
    snapshot: &Snapshot,
    segment: &LiveSegment,
    over: &HashSet<String>,
    texts: &HashSet<String>,
    limits: &Limits,
) -> Vec<(Rules, bool)> {
    let owners: HashSet<String> = segment.meta.projects.iter().map(|project| project.to_hex()).collect();
    let stripped: HashSet<String> = owners.iter().filter(|owner| texts.contains(*owner) && !over.contains(*owner)).cloned().collect();
    let kept: HashSet<String> = owners.iter().filter(|owner| !texts.contains(*owner) && !over.contains(*owner)).cloned().collect();
    let rules_for = |owners: HashSet<String>| {
        let mut rules = rules_of(snapshot);
        rules.cutoffs = limits.cutoffs(segment.meta.kind);
        rules.only_projects = Some(Arc::new(owners));
        rules
    };
    let mut passes = Vec::new();
    if !kept.is_empty() {
        passes.push((rules_for(kept), segment.meta.without_payload));
    }
    if !stripped.is_empty() {
        passes.push((rules_for(stripped), true));
    }
    passes
}
