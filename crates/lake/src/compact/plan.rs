//! Which segments to compact next.

use crate::{config::CompactionLimits, segment::LiveSegment};
use model::{ProjectId, Timestamp, telemetry::RowKind};
use std::{collections::BTreeMap, sync::Arc};

/// Compacted bytes times this is about what they take in memory: how prompts compress.
const ASSUMED_RATIO: u64 = 8;
/// Merged at once at most: bounds the open files and the transaction.
const MAX_MERGE_INPUTS: usize = 64;

/// Inputs of one kind, oldest first. As many of them are taken as fit into memory.
pub(super) struct Plan {
    pub(super) kind: RowKind,
    pub(super) inputs: Vec<Arc<LiveSegment>>,
    /// Level of what comes out.
    pub(super) level: u8,
}

/// Level 0 first: it is what holds up ingest and what readers decode whole.
pub(super) fn choose(segments: &[Arc<LiveSegment>], limits: &CompactionLimits, now: Timestamp, force: bool) -> Option<Plan> {
    level0(segments, limits, now, force).or_else(|| merge(segments, limits))
}

/// The kind whose oldest segment is the oldest, once the debt of all kinds together is worth it.
fn level0(segments: &[Arc<LiveSegment>], limits: &CompactionLimits, now: Timestamp, force: bool) -> Option<Plan> {
    let waiting: Vec<_> = segments.iter().filter(|segment| segment.meta.level == 0).collect();
    let oldest = waiting.iter().min_by_key(|segment| (segment.meta.created_at, segment.meta.commit_seq))?;
    let age = now.as_nanos().saturating_sub(oldest.meta.created_at.as_nanos());
    let bytes: u64 = waiting.iter().map(|segment| segment.meta.bytes).sum();
    let is_due = force
        || waiting.len() >= limits.start_segments
        || bytes >= limits.start_bytes
        || i128::from(age) >= limits.start_age.as_nanos() as i128;
    if !is_due {
        return None;
    }
    let kind = oldest.meta.kind;
    let mut inputs: Vec<_> = waiting.into_iter().filter(|segment| segment.meta.kind == kind).map(Arc::clone).collect();
    inputs.sort_unstable_by_key(|segment| (segment.meta.commit_seq, segment.id()));
    Some(Plan { kind, inputs, level: 1 })
}

/// Small files of one partition and one set of projects, of the same level: each level holds few, so the files of a day stay few
/// while a row is rewritten once per level at most.
fn merge(segments: &[Arc<LiveSegment>], limits: &CompactionLimits) -> Option<Plan> {
    type Group<'a> = (RowKind, &'a str, &'a [ProjectId], u8);
    let largest = limits.max_decoded_bytes as u64 / 4;
    let mut groups: BTreeMap<Group<'_>, Vec<&Arc<LiveSegment>>> = BTreeMap::new();
    for segment in segments {
        let meta = &segment.meta;
        if meta.level >= 1 && meta.level < u8::MAX && meta.bytes.saturating_mul(ASSUMED_RATIO) <= largest {
            groups.entry((meta.kind, &meta.partition, &meta.projects, meta.level)).or_default().push(segment);
        }
    }
    let ((kind, .., level), mut inputs) =
        groups.into_iter().filter(|(_, group)| group.len() >= limits.merge_segments).max_by_key(|(_, group)| group.len())?;
    inputs.sort_unstable_by_key(|segment| (segment.meta.commit_seq, segment.id()));
    Some(Plan { kind, inputs: inputs.into_iter().take(MAX_MERGE_INPUTS).map(Arc::clone).collect(), level: level + 1 })
}
