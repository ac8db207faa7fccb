//! What to compact next.
//!
//! Level 0 first: it is what holds up ingest and what readers decode whole. Then reports that wait to be folded, segments whose derived
//! data is missing, and at last small files: files of one day (or hour) and owner are merged once eight are of about one size, so that a
//! row is rewritten a few times at most and the files of a day stay few.

use super::arrange::RUNNING;
use crate::{config::CompactionLimits, identity::Repeats, segment::LiveSegment};
use model::{
    ProjectId, SegmentId, Timestamp,
    telemetry::RowKind,
    time::{NANOS_PER_DAY, NANOS_PER_HOUR, NANOS_PER_SECOND},
};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

/// Bounds the open files of a merge, and what it holds in memory: some megabytes of decoded pages an input.
pub(super) const MAX_MERGE_INPUTS: usize = 8;
/// Files up to the first size are of one class, up to eight times that of the next, and so on. The largest class is left alone.
const SMALLEST_CLASS_BYTES: u64 = 4 << 20;
const CLASS_FACTOR: u64 = 8;
const CLASSES: u32 = 3;
/// A day or hour that ended so long ago and got no file since is done: its files are merged whatever their sizes.
const SETTLED_AFTER_NANOS: i64 = NANOS_PER_HOUR;
/// Folding rewrites the segment that holds the earlier report, so some are collected first.
const FOLD_MARKS: usize = 1_000;
/// No report waits for longer.
const FOLD_AFTER_NANOS: i64 = 300 * NANOS_PER_SECOND;

pub(crate) enum Plan {
    /// Segments of level 0 (and running spans) of one kind, oldest first. As many are taken as fit into memory.
    Level0 { kind: RowKind, inputs: Vec<Arc<LiveSegment>> },
    /// Compacted segments of one kind and day, and the partition of what they become.
    Merge { kind: RowKind, inputs: Vec<Arc<LiveSegment>>, partition: String },
}

/// Kind, partition, owner (`None`: shared by small projects), and whether the texts were dropped.
type Group<'a> = (RowKind, &'a str, Option<ProjectId>, bool);

/// What the choice is made from.
pub(crate) struct Situation<'a> {
    pub(super) segments: &'a [Arc<LiveSegment>],
    pub(super) repeats: &'a Repeats,
    pub(super) limits: &'a CompactionLimits,
    pub(super) now: Timestamp,
    /// Segments whose sidecar is missing or damaged.
    pub(super) needs_sidecar: &'a dyn Fn(&LiveSegment) -> bool,
}

impl Situation<'_> {
    /// `force`: any level 0 at all, and every fold.
    pub(super) fn choose(&self, force: bool) -> Option<Plan> {
        self.level0(force).or_else(|| self.fold(force)).or_else(|| self.derive_again()).or_else(|| self.merge())
    }

    /// Of the kind whose oldest segment is the oldest, once the debt of all kinds together is worth it.
    fn level0(&self, force: bool) -> Option<Plan> {
        let waiting: Vec<_> = self.segments.iter().filter(|segment| segment.meta.level == 0).collect();
        let oldest = waiting.iter().min_by_key(|segment| (segment.meta.created_at, segment.meta.commit_seq))?;
        let age = self.now.as_nanos().saturating_sub(oldest.meta.created_at.as_nanos());
        let bytes: u64 = waiting.iter().map(|segment| segment.meta.bytes).sum();
        let is_due = force
            || waiting.len() >= self.limits.start_segments
            || bytes >= self.limits.start_bytes
            || i128::from(age) >= self.limits.start_age.as_nanos() as i128;
        is_due.then(|| self.level0_of(oldest.meta.kind))
    }

    /// All of level 0 of a kind.
    pub(crate) fn level0_of(&self, kind: RowKind) -> Plan {
        let is_input = |segment: &&Arc<LiveSegment>| segment.meta.kind == kind && (segment.meta.level == 0 || is_running(segment));
        let mut inputs: Vec<_> = self.segments.iter().filter(is_input).map(Arc::clone).collect();
        // Running spans first: what follows ends them.
        inputs.sort_unstable_by_key(|segment| (segment.meta.level == 0, segment.meta.commit_seq, segment.id()));
        Plan::Level0 { kind, inputs }
    }

    /// The day with the most reports to fold.
    fn fold(&self, force: bool) -> Option<Plan> {
        let mut days: BTreeMap<i64, Vec<&Arc<LiveSegment>>> = BTreeMap::new();
        for segment in self.compacted().filter(|segment| self.repeats.of(segment.id()).is_some()) {
            days.entry(day_of(segment)).or_default().push(segment);
        }
        let marks = |segments: &[&Arc<LiveSegment>]| -> usize {
            segments.iter().filter_map(|segment| self.repeats.marks_of(segment.id())).map(|marks| marks.len()).sum()
        };
        let is_due = |segments: &[&Arc<LiveSegment>]| {
            let marked = segments.iter().filter(|segment| self.repeats.marks_of(segment.id()).is_some());
            let oldest = marked.map(|segment| segment.meta.created_at).min();
            let waited = oldest.is_some_and(|oldest| self.now.as_nanos() - oldest.as_nanos() >= FOLD_AFTER_NANOS);
            force || waited || marks(segments) >= FOLD_MARKS
        };
        let days = days.into_values().filter(|segments| marks(segments) > 0 && is_due(segments));
        let mut inputs = days.max_by_key(|segments| marks(segments))?;
        // The most reports for the least rewriting.
        inputs.sort_by_key(|segment| (self.repeats.marks_of(segment.id()).is_none(), segment.meta.bytes));
        let group = together(self.repeats, &inputs);
        let largest = group.iter().max_by_key(|segment| segment.meta.bytes)?;
        let (kind, partition) = (largest.meta.kind, largest.meta.partition.clone());
        Some(Plan::Merge { kind, inputs: group, partition })
    }

    fn derive_again(&self) -> Option<Plan> {
        let segment = self.compacted().find(|segment| (self.needs_sidecar)(segment))?;
        let (kind, partition) = (segment.meta.kind, segment.meta.partition.clone());
        Some(Plan::Merge { kind, inputs: vec![Arc::clone(segment)], partition })
    }

    fn merge(&self) -> Option<Plan> {
        let groups = self.groups();
        let by_size = groups.values().filter_map(|group| self.same_size(group));
        let best = by_size.max_by_key(|inputs| inputs.len()).or_else(|| groups.values().find_map(|group| self.settled(group)))?;
        let (kind, partition) = (best[0].meta.kind, best[0].meta.partition.clone());
        Some(Plan::Merge { kind, inputs: best.into_iter().map(Arc::clone).collect(), partition })
    }

    /// Segments that a merge would gain from.
    pub(crate) fn to_merge(&self) -> usize {
        self.groups().values().filter_map(|group| self.same_size(group).or_else(|| self.settled(group))).map(|inputs| inputs.len()).sum()
    }

    /// Mergeable files, smallest first.
    fn groups(&self) -> BTreeMap<Group<'_>, Vec<&Arc<LiveSegment>>> {
        let mut groups: BTreeMap<_, Vec<&Arc<LiveSegment>>> = BTreeMap::new();
        for segment in self.compacted().filter(|segment| class_of(segment.meta.bytes) < CLASSES) {
            let meta = &segment.meta;
            let owner = (meta.projects.len() == 1).then(|| meta.projects[0]);
            // A project alone in a small file is about to share one.
            let owner = owner.filter(|_| meta.rows >= self.limits.own_file_rows as u64);
            groups.entry((meta.kind, meta.partition.as_str(), owner, meta.without_payload)).or_default().push(segment);
        }
        groups.values_mut().for_each(|group| group.sort_by_key(|segment| (segment.meta.bytes, segment.id())));
        groups
    }

    /// Enough files up to one class.
    fn same_size<'g>(&self, group: &[&'g Arc<LiveSegment>]) -> Option<Vec<&'g Arc<LiveSegment>>> {
        (0..CLASSES).find_map(|class| {
            let small: Vec<_> = group.iter().copied().filter(|segment| class_of(segment.meta.bytes) <= class).collect();
            (small.len() >= self.limits.merge_segments).then(|| small.into_iter().take(MAX_MERGE_INPUTS).collect())
        })
    }

    /// All of a partition that is done, unless a large file would be rewritten for a little.
    fn settled<'g>(&self, group: &[&'g Arc<LiveSegment>]) -> Option<Vec<&'g Arc<LiveSegment>>> {
        let newest = group.iter().map(|segment| segment.meta.created_at.max(segment.meta.max_time)).max()?;
        let end = partition_end(&group[0].meta.partition)?.max(newest);
        if self.now.as_nanos() - end.as_nanos() < SETTLED_AFTER_NANOS {
            return None;
        }
        let mut inputs: Vec<_> = group.iter().copied().take(MAX_MERGE_INPUTS).collect();
        while let [rest @ .., largest] = inputs.as_slice() {
            let others: u64 = rest.iter().map(|segment| segment.meta.bytes).sum();
            if rest.is_empty() {
                return None;
            }
            if others * CLASS_FACTOR >= largest.meta.bytes || rest.len() >= self.limits.merge_segments / 2 {
                return Some(inputs);
            }
            inputs.pop();
        }
        None
    }

    fn compacted(&self) -> impl Iterator<Item = &Arc<LiveSegment>> {
        self.segments.iter().filter(|segment| segment.meta.level > 0 && !is_running(segment))
    }
}

/// The marked segments that come first, each with what holds the other reports, as long as it is not too many.
fn together(repeats: &Repeats, inputs: &[&Arc<LiveSegment>]) -> Vec<Arc<LiveSegment>> {
    let mut taken: Vec<&Arc<LiveSegment>> = Vec::new();
    for segment in inputs {
        let Some(marks) = repeats.marks_of(segment.id()) else { continue };
        let holds_other = |other: &&&Arc<LiveSegment>| {
            other.meta.kind == segment.meta.kind && repeats.of(other.id()).is_some_and(|held| marks.iter().any(|mark| held.contains(mark)))
        };
        let known: HashSet<SegmentId> = taken.iter().map(|segment| segment.id()).collect();
        let new: Vec<_> = inputs.iter().filter(holds_other).filter(|other| !known.contains(&other.id())).copied().collect();
        if taken.is_empty() || taken.len() + new.len() <= MAX_MERGE_INPUTS {
            taken.extend(new.into_iter().take(2 * MAX_MERGE_INPUTS));
        }
    }
    taken.into_iter().map(Arc::clone).collect()
}

pub(super) fn is_running(segment: &LiveSegment) -> bool {
    segment.meta.partition == RUNNING
}

fn class_of(bytes: u64) -> u32 {
    let mut limit = SMALLEST_CLASS_BYTES;
    let mut class = 0;
    while bytes > limit && class < CLASSES {
        limit *= CLASS_FACTOR;
        class += 1;
    }
    class
}

fn day_of(segment: &LiveSegment) -> i64 {
    segment.meta.min_time.floor_to(NANOS_PER_DAY).as_nanos()
}

/// The end of a day or an hour by its name.
fn partition_end(name: &str) -> Option<Timestamp> {
    let (start, length) = match name.len() {
        10 => (format!("{name}T00:00:00Z"), NANOS_PER_DAY),
        13 => (format!("{name}:00:00Z"), NANOS_PER_HOUR),
        _ => return None,
    };
    start.parse::<Timestamp>().ok().map(|start| start.saturating_add_nanos(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_end() {
        assert_eq!(partition_end("2026-11-23"), "2026-11-24T00:00:00Z".parse().ok());
        assert_eq!(partition_end("2026-11-23T14"), "2026-11-23T15:00:00Z".parse().ok());
        assert_eq!(partition_end(RUNNING), None);
    }

    #[test]
    fn sizes_fall_into_classes() {
        assert_eq!([0, 4 << 20, (4 << 20) + 1, 32 << 20, 200 << 20, 300 << 20].map(class_of), [0, 0, 1, 1, 2, 3]);
    }
}
