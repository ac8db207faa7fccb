//! A cell while it is built.

use super::numbers::Numbers;
use model::sketch::{DdSketch, varint};

/// What one request adds.
pub(super) struct Request<'a> {
    pub(super) numbers: &'a Numbers,
    pub(super) duration_ms: Option<f64>,
    pub(super) first_token_ms: Option<f64>,
    pub(super) user: Option<u32>,
    pub(super) session: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) numbers: Numbers,
    pub(super) durations: Values,
    pub(super) first_tokens: Values,
    pub(super) users: Ids,
    pub(super) sessions: Ids,
}

impl Cell {
    pub(super) fn add(&mut self, request: &Request<'_>) {
        self.numbers += request.numbers;
        self.durations.0.extend(request.duration_ms.and_then(DdSketch::place_of));
        self.first_tokens.0.extend(request.first_token_ms.and_then(DdSketch::place_of));
        request.user.into_iter().for_each(|user| self.users.add(user));
        request.session.into_iter().for_each(|session| self.sessions.add(session));
    }

    pub(super) fn merge(&mut self, other: &Cell) {
        self.numbers += &other.numbers;
        self.durations.0.extend(&other.durations.0);
        self.first_tokens.0.extend(&other.first_tokens.0);
        other.users.0.iter().for_each(|user| self.users.add(*user));
        other.sessions.0.iter().for_each(|session| self.sessions.add(*session));
    }
}

/// Values by their place in a sketch: two bytes each, where the bins of a sketch would take hundreds.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<u16>);

impl Values {
    /// Its length in bytes and the sketch; nothing but a zero when there is no value.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let mut sketch = Vec::new();
        if !self.0.is_empty() {
            DdSketch::of_places(&self.0).write(&mut sketch);
        }
        varint::put(bytes, sketch.len() as u64);
        bytes.extend(sketch);
    }
}

/// A set of numbers that stand for users or sessions.
#[derive(Debug, Default)]
pub(super) struct Ids(Vec<u32>);

impl Ids {
    fn add(&mut self, id: u32) {
        if self.0.last() == Some(&id) {
            return;
        }
        if self.0.len() == self.0.capacity() {
            // Repeats go before the list grows.
            self.0.sort_unstable();
            self.0.dedup();
        }
        self.0.push(id);
    }

    /// In order, each once.
    pub(super) fn sorted(&self, number_of: impl Fn(u32) -> u32) -> Vec<u32> {
        let mut ids: Vec<u32> = self.0.iter().map(|id| number_of(*id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}

/// Its length in bytes, then the distance of each from the one before it (the first: from 0).
pub(super) fn write_ids(ids: &[u32], bytes: &mut Vec<u8>) {
    let mut distances = Vec::with_capacity(ids.len() * 2);
    let mut before = 0;
    for id in ids {
        varint::put(&mut distances, u64::from(id - before));
        before = *id;
    }
    varint::put(bytes, distances.len() as u64);
    bytes.extend(distances);
}
