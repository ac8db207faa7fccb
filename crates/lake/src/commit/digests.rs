//! Which rows were stored in the last hour: how an exporter's exact resend is recognised.

use model::{
    ProjectId, Timestamp,
    telemetry::{BodyDigest, RowKind},
};
use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

/// A row's digest within its project and kind, hashed to 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DigestKey([u8; 16]);

impl DigestKey {
    pub(crate) fn new(project: ProjectId, kind: RowKind, digest: &BodyDigest) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(project.as_bytes()).update(digest).update(kind.as_str().as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(key)
    }
}

/// A bounded set, oldest forgotten first.
pub(crate) struct Digests {
    known: HashSet<DigestKey>,
    by_age: VecDeque<(Timestamp, DigestKey)>,
    window_nanos: i64,
    max: usize,
}

impl Digests {
    pub(crate) fn new(window: Duration, max: usize) -> Self {
        let window_nanos = i64::try_from(window.as_nanos()).unwrap_or(i64::MAX);
        Self { known: HashSet::new(), by_age: VecDeque::new(), window_nanos, max }
    }

    pub(crate) fn contains(&self, key: &DigestKey) -> bool {
        self.known.contains(key)
    }

    /// `stored_at` should not go backwards from call to call: the front of the queue is what expires.
    pub(crate) fn insert(&mut self, stored_at: Timestamp, keys: impl IntoIterator<Item = DigestKey>) {
        for key in keys {
            if self.known.insert(key) {
                self.by_age.push_back((stored_at, key));
            }
        }
        self.expire(stored_at);
    }

    fn expire(&mut self, now: Timestamp) {
        let horizon = now.saturating_add_nanos(-self.window_nanos);
        while self.by_age.front().is_some_and(|(stored_at, _)| *stored_at < horizon || self.by_age.len() > self.max) {
            if let Some((_, key)) = self.by_age.pop_front() {
                self.known.remove(&key);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.by_age.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_age.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(from: u8, to: u8) -> Vec<DigestKey> {
        let project = ProjectId::from_bytes([1; 16]).unwrap();
        (from..to).map(|byte| DigestKey::new(project, RowKind::Span, &[byte; 16])).collect()
    }

    #[test]
    fn digests_are_forgotten_by_age_and_by_number() {
        let mut digests = Digests::new(Duration::from_nanos(10), 3);
        digests.insert(Timestamp::from_nanos(0), keys(0, 5));
        assert_eq!(digests.len(), 3);
        assert!(!digests.contains(&keys(1, 2)[0]) && digests.contains(&keys(4, 5)[0]));
        digests.insert(Timestamp::from_nanos(11), []);
        assert_eq!(digests.len(), 0);
    }

    #[test]
    fn projects_and_kinds_do_not_share_digests() {
        let other = ProjectId::from_bytes([2; 16]).unwrap();
        let first = keys(7, 8)[0];
        assert_ne!(first, DigestKey::new(other, RowKind::Span, &[7; 16]));
        assert_ne!(first, DigestKey::new(ProjectId::from_bytes([1; 16]).unwrap(), RowKind::Log, &[7; 16]));
    }
}
