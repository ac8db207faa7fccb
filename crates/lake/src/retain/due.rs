//! What is over, by the policies of all projects.

use crate::snapshot::Snapshot;
use model::{ProjectId, Timestamp, retention::RetentionPolicy, segment::Segment, telemetry::RowKind, time::NANOS_PER_DAY};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a segment is due for.
#[derive(Debug, PartialEq)]
pub(super) enum Due {
    /// All its rows are over.
    Drop,
    /// The rows of some projects (in hex) are over, or their texts are.
    Rewrite { over: HashSet<String>, texts: HashSet<String> },
}

/// The policies as points in time.
pub(super) struct Limits {
    rows: HashMap<(ProjectId, RowKind), Timestamp>,
    texts: HashMap<(ProjectId, RowKind), Timestamp>,
}

impl Limits {
    pub(super) fn new(policies: &[(ProjectId, RetentionPolicy)], snapshot: &Snapshot, now: Timestamp) -> Self {
        Self::of(policies, snapshot.segments.iter().map(|segment| &segment.meta), now)
    }

    fn of<'a>(policies: &[(ProjectId, RetentionPolicy)], segments: impl Iterator<Item = &'a Segment> + Clone, now: Timestamp) -> Self {
        let mut limits = Self { rows: HashMap::new(), texts: HashMap::new() };
        for (project, policy) in policies {
            let by_size = policy.max_bytes.and_then(|max| cutoff_by_size(*project, max, segments.clone()));
            for kind in RowKind::ALL {
                if let Some(cutoff) = policy.cutoff(kind, now).max(by_size) {
                    limits.rows.insert((*project, kind), cutoff);
                }
                if let Some(cutoff) = policy.payload_cutoff(kind, now) {
                    limits.texts.insert((*project, kind), cutoff);
                }
            }
        }
        limits
    }

    /// What a compacted segment is due for. One that is over in part waits: segments are a day long at most.
    pub(super) fn due(&self, segment: &Segment) -> Option<Due> {
        let is_past = |cutoffs: &HashMap<(ProjectId, RowKind), Timestamp>, project: &ProjectId| {
            cutoffs.get(&(*project, segment.kind)).is_some_and(|cutoff| segment.max_time < *cutoff)
        };
        let names = |cutoffs| segment.projects.iter().filter(|project| is_past(cutoffs, project)).map(|project| project.to_hex()).collect();
        let over: HashSet<String> = names(&self.rows);
        if over.len() == segment.projects.len() {
            return Some(Due::Drop);
        }
        let texts: HashSet<String> = if segment.without_payload { HashSet::new() } else { names(&self.texts) };
        (!over.is_empty() || !texts.is_empty()).then_some(Due::Rewrite { over, texts })
    }

    /// Of all projects, by their hex, for rows of a kind.
    pub(super) fn cutoffs(&self, kind: RowKind) -> HashMap<String, Timestamp> {
        let of_kind = self.rows.iter().filter(|((_, of), _)| *of == kind);
        of_kind.map(|((project, _), cutoff)| (project.to_hex(), *cutoff)).collect()
    }
}

/// The end of the newest day that has to go so that the rest fits; `None` when everything does. A shared file counts in equal parts.
fn cutoff_by_size<'a>(project: ProjectId, max: u64, segments: impl Iterator<Item = &'a Segment>) -> Option<Timestamp> {
    let mut days: BTreeMap<Timestamp, u64> = BTreeMap::new();
    for segment in segments.filter(|segment| segment.projects.contains(&project)) {
        let bytes = segment.bytes + segment.sidecar.map_or(0, |sidecar| sidecar.bytes);
        *days.entry(segment.max_time.floor_to(NANOS_PER_DAY)).or_default() += bytes / segment.projects.len() as u64;
    }
    let mut total: u64 = days.values().sum();
    let mut cutoff = None;
    for (day, bytes) in days {
        if total <= max {
            break;
        }
        total -= bytes;
        cutoff = Some(day.saturating_add_nanos(NANOS_PER_DAY));
    }
    cutoff
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SegmentId, WriterId, segment::*};

    fn segment(projects: &[ProjectId], day: i64, bytes: u64) -> Segment {
        Segment {
            id: SegmentId::generate(),
            kind: RowKind::Span,
            level: 1,
            partition: String::new(),
            projects: projects.to_vec(),
            min_time: Timestamp::from_nanos(day * NANOS_PER_DAY + 1),
            max_time: Timestamp::from_nanos(day * NANOS_PER_DAY + 9),
            rows: 1,
            bytes,
            location: Location::Inline,
            checksum: [0; 32],
            schema_version: 2,
            writer: WriterId::generate(),
            created_at: Timestamp::from_nanos(0),
            commit_seq: 1,
            first_seq: 1,
            clean_seq: 0,
            without_payload: false,
            sidecar: None,
            state: SegmentState::Live,
        }
    }

    #[test]
    fn days_and_texts_go_by_project() {
        let [one, two] = [1, 2].map(|byte| ProjectId::from_bytes([byte; 16]).unwrap());
        let now = Timestamp::from_nanos(100 * NANOS_PER_DAY + 5);
        let policies = [
            (one, RetentionPolicy { span_days: Some(30), payload_days: Some(7), ..Default::default() }),
            (two, RetentionPolicy { payload_days: Some(20), ..Default::default() }),
        ];
        let limits = Limits::of(&policies, std::iter::empty(), now);
        let due = |projects: &[ProjectId], day| limits.due(&segment(projects, day, 0));
        let set = |projects: &[ProjectId]| projects.iter().map(|project| project.to_hex()).collect::<HashSet<_>>();
        assert_eq!(due(&[one], 69), Some(Due::Drop));
        assert_eq!(due(&[one], 70), Some(Due::Rewrite { over: set(&[]), texts: set(&[one]) }));
        assert_eq!(due(&[one, two], 69), Some(Due::Rewrite { over: set(&[one]), texts: set(&[one, two]) }));
        assert_eq!(due(&[one], 93), None);
        assert_eq!(due(&[two], 79), Some(Due::Rewrite { over: set(&[]), texts: set(&[two]) }));
        assert_eq!(due(&[two], 80), None);
    }

    #[test]
    fn the_oldest_days_go_until_the_rest_fits() {
        let one = ProjectId::from_bytes([1; 16]).unwrap();
        let segments = [segment(&[one], 1, 50), segment(&[one], 2, 30), segment(&[one], 3, 30)];
        let cutoff = |max| cutoff_by_size(one, max, segments.iter()).map(|cutoff| cutoff.as_nanos() / NANOS_PER_DAY);
        assert_eq!([cutoff(110), cutoff(100), cutoff(59), cutoff(0)], [None, Some(2), Some(3), Some(4)]);
    }
}
