//! The spans that more than one row of a snapshot reports, per segment that holds such a row.
//!
//! Every segment may be *marked* with spans: those that were in some other live segment, too, when it appeared. Of two segments with
//! the same span the later one is marked with it. A level-0 segment is marked here, when it is first seen; a compacted one carries its
//! marks in its sidecar, put there by compaction. A filter may be wrong, so a mark may be: that costs time, never a row.

use super::{Filters, level0::Level0Keys};
use crate::segment::LiveSegment;
use model::{SegmentId, StoreResult, telemetry::RowKind, time::NANOS_PER_SECOND};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

/// Reports of one span whose starts differ by more than this are not recognised as such by lists and sums; look-ups by trace merge them.
pub(crate) const START_TOLERANCE_NANOS: i64 = 60 * NANOS_PER_SECOND;

/// Hashes of spans.
pub(crate) type RepeatedSpans = Arc<HashSet<u64>>;

/// What a snapshot knows about spans with several reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repeats {
    /// What each segment is marked with.
    marks: HashMap<SegmentId, RepeatedSpans>,
    /// Per segment the repeated spans that it may hold, whoever is marked with them.
    held: HashMap<SegmentId, RepeatedSpans>,
    /// All marks.
    all: RepeatedSpans,
}

impl Repeats {
    /// Every repeated span.
    pub(crate) fn all(&self) -> &RepeatedSpans {
        &self.all
    }

    /// The repeated spans of a segment; `None` when it has none.
    pub(crate) fn of(&self, segment: SegmentId) -> Option<&RepeatedSpans> {
        self.held.get(&segment)
    }

    /// What a segment is marked with: it holds a report that is not the first.
    pub(crate) fn marks_of(&self, segment: SegmentId) -> Option<&RepeatedSpans> {
        self.marks.get(&segment)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Reports that wait to be folded.
    pub(crate) fn marked_spans(&self) -> usize {
        self.marks.values().map(|marks| marks.len()).sum()
    }
}

/// What is known of a segment's spans.
pub(crate) enum Known {
    Level0(Arc<Level0Keys>),
    Filters(Arc<Filters>),
    /// No sidecar, or a damaged one: it may hold anything.
    Nothing,
}

impl Known {
    fn may_hold(&self, hash: u64) -> bool {
        match self {
            Self::Level0(keys) => keys.holds_span(hash),
            Self::Filters(filters) => filters.may_hold_span(hash),
            Self::Nothing => true,
        }
    }
}

/// How many level-0 rows report each span.
pub(crate) type Level0Counts = HashMap<u64, u32, BuildHasherDefault<Hashed>>;

/// The hasher of what is a hash already.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Makes the repeats of a snapshot from those of the one before it.
pub(crate) struct Finder<'a> {
    /// Every live segment of the new snapshot.
    pub(crate) live: &'a [Arc<LiveSegment>],
    /// Of the level-0 segments of the snapshot before; brought up to date.
    pub(crate) counts: &'a mut Level0Counts,
}

impl Finder<'_> {
    /// `removed` were live before; `added` are those of `live` that `before` did not see, in the order of their publication.
    pub(crate) async fn advance(
        &mut self,
        before: &Repeats,
        removed: &[Arc<LiveSegment>],
        added: &[Arc<LiveSegment>],
    ) -> StoreResult<Repeats> {
        for segment in removed.iter().filter(|segment| is_level0(segment)) {
            let keys = segment.level0_keys().await?;
            keys.spans().iter().for_each(|(hash, _)| forget(self.counts, *hash));
        }
        let live: HashSet<SegmentId> = self.live.iter().map(|segment| segment.id()).collect();
        let lost_marks = before.marks.keys().any(|id| !live.contains(id));
        let mut next = before.clone();
        next.marks.retain(|id, _| live.contains(id));
        let mut newly_marked = Vec::new();
        for segment in added.iter().filter(|segment| segment.meta.kind == RowKind::Span) {
            let marks = match segment.meta.level {
                0 => self.marks_of_level0(segment).await?,
                _ => segment.repeats().await?,
            };
            if !marks.is_empty() {
                next.marks.insert(segment.id(), Arc::new(marks));
                newly_marked.push(Arc::clone(segment));
            }
        }
        if lost_marks {
            next.held.clear();
            let marked: Vec<_> = self.live.iter().filter(|segment| next.marks.contains_key(&segment.id())).map(Arc::clone).collect();
            self.find_holders(&mut next, &marked).await?;
        } else {
            next.held.retain(|id, _| live.contains(id));
            self.find_holders(&mut next, &newly_marked).await?;
        }
        if lost_marks || !newly_marked.is_empty() {
            next.all = Arc::new(next.marks.values().flat_map(|marks| marks.iter().copied()).collect());
        }
        Ok(next)
    }

    /// The spans of a level-0 segment that it holds twice, or that an earlier segment holds.
    async fn marks_of_level0(&mut self, segment: &LiveSegment) -> StoreResult<HashSet<u64>> {
        let keys = segment.level0_keys().await?;
        let mut marks = HashSet::new();
        for (hash, _) in keys.spans() {
            let count = self.counts.entry(*hash).or_default();
            *count += 1;
            if *count > 1 {
                marks.insert(*hash);
            }
        }
        for other in self.live.iter().filter(|other| other.meta.kind == RowKind::Span && other.meta.level > 0 && is_near(other, segment)) {
            let in_time = |start: i64| {
                other.meta.min_time.as_nanos().saturating_sub(START_TOLERANCE_NANOS) <= start
                    && start <= other.meta.max_time.as_nanos().saturating_add(START_TOLERANCE_NANOS)
            };
            let known = other.known_spans().await?;
            marks.extend(keys.spans().iter().filter(|(hash, start)| in_time(*start) && known.may_hold(*hash)).map(|(hash, _)| *hash));
        }
        Ok(marks)
    }

    /// Adds to every segment the repeated spans that it may hold.
    async fn find_holders(&self, repeats: &mut Repeats, marked: &[Arc<LiveSegment>]) -> StoreResult<()> {
        for segment in marked {
            let Some(marks) = repeats.marks.get(&segment.id()).map(Arc::clone) else { continue };
            hold(repeats, segment.id(), marks.iter().copied());
            for other in self.live.iter().filter(|other| other.meta.kind == RowKind::Span && other.id() != segment.id()) {
                if !is_near(other, segment) {
                    continue;
                }
                let known = other.known_spans().await?;
                let found: Vec<u64> = marks.iter().copied().filter(|hash| known.may_hold(*hash)).collect();
                if !found.is_empty() {
                    hold(repeats, other.id(), found);
                }
            }
        }
        Ok(())
    }
}

fn hold(repeats: &mut Repeats, segment: SegmentId, hashes: impl IntoIterator<Item = u64>) {
    Arc::make_mut(repeats.held.entry(segment).or_default()).extend(hashes);
}

fn is_level0(segment: &LiveSegment) -> bool {
    segment.meta.level == 0 && segment.meta.kind == RowKind::Span
}

fn forget(counts: &mut Level0Counts, hash: u64) {
    if let Entry::Occupied(mut count) = counts.entry(hash) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

fn is_near(other: &LiveSegment, segment: &LiveSegment) -> bool {
    let reach = START_TOLERANCE_NANOS;
    other.meta.min_time <= segment.meta.max_time.saturating_add_nanos(reach)
        && segment.meta.min_time <= other.meta.max_time.saturating_add_nanos(reach)
}

/// As a sidecar's section: sorted hashes, 8 bytes each.
pub(crate) fn encode_repeats(hashes: &HashSet<u64>) -> Vec<u8> {
    let mut sorted: Vec<u64> = hashes.iter().copied().collect();
    sorted.sort_unstable();
    sorted.iter().flat_map(|hash| hash.to_le_bytes()).collect()
}

pub(crate) fn decode_repeats(bytes: &[u8]) -> HashSet<u64> {
    bytes.chunks_exact(8).filter_map(|hash| Some(u64::from_le_bytes(hash.try_into().ok()?))).collect()
}
