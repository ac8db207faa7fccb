//! Sums from the cells of a rollup.

use super::{Slice, Sums, dim_filter::DimFilter, grouping::Grouping};
use crate::rollup::{Cell, Table, ids};
use model::{StoreError, StoreResult, sketch::DdSketch};
use std::collections::HashMap;

/// Adds the cells of a slice whose ends are ends of cells.
pub(super) fn add_cells<G: Grouping>(
    sums: &mut Sums<G::Key>,
    table: &Table,
    slice: Slice,
    filter: &DimFilter,
    grouping: &G,
) -> StoreResult<()> {
    // Looked at once for each combination, not for each cell.
    let keys: Vec<Option<G::Key>> = table.combinations().iter().map(|dims| filter.matches(dims).then(|| grouping.of(dims))).collect();
    let mut places: Vec<Option<usize>> = vec![None; keys.len()];
    let mut people = HashMap::new();
    let mut bucket = None;
    let Slice { range, wanted, .. } = slice;
    let cells = table.cells().skip_while(|cell| cell.time < range.from).take_while(|cell| cell.time < range.to);
    for cell in cells {
        let Some(Some(key)) = keys.get(cell.combination) else { continue };
        let its_bucket = slice.bucket_of(cell.time);
        if bucket != Some(its_bucket) {
            bucket = Some(its_bucket);
            places.fill(None);
        }
        let place = *places[cell.combination].get_or_insert_with(|| sums.place(key.clone(), its_bucket));
        let measures = &mut sums.measures[place];
        if !wanted.numbers {
            measures.numbers.requests += cell.numbers.requests;
            continue;
        }
        measures.numbers += &cell.numbers;
        merge_sketch(&mut measures.durations, cell.durations)?;
        if wanted.first_tokens {
            merge_sketch(&mut measures.first_tokens, cell.first_tokens)?;
        }
        if wanted.people {
            people.entry(place).or_insert_with(|| People::new(table)).add(&cell);
        }
    }
    for (place, people) in people {
        let measures = &mut sums.measures[place];
        measures.users.add_hashes(people.users.of(table.user_hashes()));
        measures.sessions.add_hashes(people.sessions.of(table.session_hashes()));
    }
    Ok(())
}

fn merge_sketch(sketch: &mut DdSketch, bytes: &[u8]) -> StoreResult<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    sketch.merge_bytes(bytes).ok_or_else(|| StoreError::Internal("a rollup holds a damaged sketch".to_owned()))
}

/// Which users and sessions of a table were seen: marked first, because most cells repeat those of the cells before.
struct People {
    users: Marks,
    sessions: Marks,
}

impl People {
    fn new(table: &Table) -> Self {
        Self { users: Marks::new(table.user_hashes().len()), sessions: Marks::new(table.session_hashes().len()) }
    }

    fn add(&mut self, cell: &Cell<'_>) {
        self.users.add(cell.users);
        self.sessions.add(cell.sessions);
    }
}

struct Marks(Vec<u64>);

impl Marks {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(u64::BITS as usize)])
    }

    fn add(&mut self, list: &[u8]) {
        for id in ids(list).flatten() {
            if let Some(word) = self.0.get_mut(id / u64::BITS as usize) {
                *word |= 1 << (id % u64::BITS as usize);
            }
        }
    }

    /// The marked ones of `hashes`.
    fn of(&self, hashes: &[u64]) -> impl Iterator<Item = u64> {
        hashes
            .iter()
            .enumerate()
            .filter(|(at, _)| self.0[at / u64::BITS as usize] >> (at % u64::BITS as usize) & 1 == 1)
            .map(|(_, hash)| *hash)
    }
}
