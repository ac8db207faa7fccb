//! The cells of one project while they are built, and how they are written.

use super::{
    Grain, block,
    cell::{Cell, Request, write_ids},
    numbers::Numbers,
};
use model::{Timestamp, sketch::varint};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

/// Cells held while building, of about 400 bytes each: beyond it minutes become hours, and beyond it again there is no rollup.
const MAX_CELLS: usize = 100_000;
/// A cell must stand for so many requests on average, or reading the rows costs about as little.
const MIN_REQUESTS_PER_CELL: u64 = 2;
/// So few cells are always worth it: opening the file of the rows costs more.
const FREE_CELLS: u64 = 64;

/// Number of the cell's minute or hour since the epoch, and of its combination of dimensions.
type Key = (i64, u32);

pub(super) struct Part {
    grain: Grain,
    cells: HashMap<Key, Cell>,
    requests: u64,
    /// Combinations of dimensions, as written.
    combinations: HashMap<Box<[u8]>, u32>,
    users: Numbering,
    sessions: Numbering,
    is_given_up: bool,
}

/// Hashes, numbered as they come.
#[derive(Default)]
struct Numbering {
    numbers: HashMap<u64, u32>,
    hashes: Vec<u64>,
}

impl Numbering {
    fn number_of(&mut self, hash: u64) -> u32 {
        *self.numbers.entry(hash).or_insert_with(|| {
            self.hashes.push(hash);
            self.hashes.len() as u32 - 1
        })
    }
}

/// One request, read from its row.
pub(super) struct Row<'a> {
    pub(super) time: Timestamp,
    /// As `dims::put` writes them.
    pub(super) dims: &'a [u8],
    pub(super) numbers: &'a Numbers,
    pub(super) duration_ms: Option<f64>,
    pub(super) first_token_ms: Option<f64>,
    /// `model::sketch::distinct_hash` of the id.
    pub(super) user: Option<u64>,
    pub(super) session: Option<u64>,
}

impl Part {
    pub(super) fn new(grain: Grain) -> Self {
        Self {
            grain,
            cells: HashMap::new(),
            requests: 0,
            combinations: HashMap::new(),
            users: Numbering::default(),
            sessions: Numbering::default(),
            is_given_up: false,
        }
    }

    /// One that says: read the rows.
    pub(super) fn given_up() -> Self {
        Self { is_given_up: true, ..Self::new(Grain::Hour) }
    }

    pub(super) fn add(&mut self, row: &Row<'_>) {
        if self.is_given_up {
            return;
        }
        let combination = match self.combinations.get(row.dims) {
            Some(number) => *number,
            None => {
                let number = self.combinations.len() as u32;
                self.combinations.insert(row.dims.into(), number);
                number
            }
        };
        let request = Request {
            numbers: row.numbers,
            duration_ms: row.duration_ms,
            first_token_ms: row.first_token_ms,
            user: row.user.map(|hash| self.users.number_of(hash)),
            session: row.session.map(|hash| self.sessions.number_of(hash)),
        };
        let slot = row.time.as_nanos().div_euclid(self.grain.nanos());
        self.cells.entry((slot, combination)).or_default().add(&request);
        self.requests += 1;
        if self.cells.len() > MAX_CELLS {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        if self.grain == Grain::Minute {
            self.cells = hours_of(std::mem::take(&mut self.cells));
            self.grain = Grain::Hour;
        }
        if self.cells.len() > MAX_CELLS {
            *self = Self::given_up();
        }
    }

    /// Whether so many cells are less than what they sum up.
    fn is_worthwhile(&self, cells: usize) -> bool {
        let cells = cells as u64;
        cells <= FREE_CELLS || cells * MIN_REQUESTS_PER_CELL <= self.requests
    }

    /// The part as written. `None` when reading the rows is better.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let cells = std::mem::take(&mut self.cells);
        let tables = match self.grain {
            Grain::Minute if self.is_worthwhile(cells.len()) => {
                let mut hours = HashMap::new();
                for ((minute, combination), cell) in &cells {
                    merge_into(&mut hours, (hour_of(*minute), *combination), cell);
                }
                vec![hours, cells]
            }
            Grain::Minute => vec![hours_of(cells)],
            Grain::Hour | Grain::Moment => vec![cells],
        };
        let is_worthwhile = self.grain == Grain::Moment || self.is_worthwhile(tables[0].len());
        (is_worthwhile && !self.is_given_up).then(|| self.write(&tables))
    }

    /// The last table has the finest grain.
    fn write(&self, tables: &[HashMap<Key, Cell>]) -> Vec<u8> {
        let tables: Vec<BTreeMap<Key, &Cell>> = tables.iter().map(|cells| cells.iter().map(|(key, cell)| (*key, cell)).collect()).collect();
        // By first appearance: what is there at the same time gets numbers close to each other, which take few bytes.
        let by_time = tables.last().into_iter().flat_map(|finest| finest.values());
        let users = Renumbered::new(&self.users, by_time.clone().flat_map(|cell| cell.users.iter()));
        let sessions = Renumbered::new(&self.sessions, by_time.flat_map(|cell| cell.sessions.iter()));
        let mut bytes = vec![tables.len() as u8];
        for cells in &tables {
            write_table(cells, &users, &sessions, &mut bytes);
        }
        let mut combinations: Vec<_> = self.combinations.iter().collect();
        combinations.sort_unstable_by_key(|(_, number)| **number);
        block::put(&mut bytes, &combinations.into_iter().flat_map(|(dims, _)| dims.iter().copied()).collect::<Vec<u8>>());
        block::put(&mut bytes, &users.hashes);
        block::put(&mut bytes, &sessions.hashes);
        bytes
    }
}

fn hour_of(minute: i64) -> i64 {
    minute.div_euclid(Grain::Hour.nanos() / Grain::Minute.nanos())
}

fn hours_of(minutes: HashMap<Key, Cell>) -> HashMap<Key, Cell> {
    let mut hours = HashMap::new();
    for ((minute, combination), cell) in minutes {
        merge_into(&mut hours, (hour_of(minute), combination), &cell);
    }
    hours
}

fn merge_into(cells: &mut HashMap<Key, Cell>, key: Key, cell: &Cell) {
    match cells.entry(key) {
        Entry::Occupied(mut sum) => sum.get_mut().merge(cell),
        Entry::Vacant(place) => place.insert(Cell::default()).merge(cell),
    }
}

/// New numbers for the hashes, and the hashes in their order, eight bytes each.
struct Renumbered {
    numbers: Vec<u32>,
    hashes: Vec<u8>,
}

impl Renumbered {
    fn new(old: &Numbering, order: impl Iterator<Item = u32>) -> Self {
        let mut numbers = vec![u32::MAX; old.hashes.len()];
        let mut hashes = Vec::with_capacity(old.hashes.len() * size_of::<u64>());
        for id in order {
            let number = &mut numbers[id as usize];
            if *number == u32::MAX {
                *number = (hashes.len() / size_of::<u64>()) as u32;
                hashes.extend(old.hashes[id as usize].to_le_bytes());
            }
        }
        Self { numbers, hashes }
    }

    fn number_of(&self, id: u32) -> u32 {
        self.numbers[id as usize]
    }
}

/// The blocks of one grain.
fn write_table(cells: &BTreeMap<Key, &Cell>, users: &Renumbered, sessions: &Renumbered, bytes: &mut Vec<u8>) {
    block::put(bytes, &numbers_block(cells));
    let block = |write: &dyn Fn(&Cell, &mut Vec<u8>)| {
        let mut block = Vec::new();
        cells.values().for_each(|cell| write(cell, &mut block));
        block
    };
    block::put(bytes, &block(&|cell, block| cell.durations.write(block)));
    block::put(bytes, &block(&|cell, block| cell.first_tokens.write(block)));
    block::put(bytes, &block(&|cell, block| write_ids(&cell.users.sorted(|id| users.number_of(id)), block)));
    block::put(bytes, &block(&|cell, block| write_ids(&cell.sessions.sorted(|id| sessions.number_of(id)), block)));
}

/// The number of cells, then column after column, each with its length: distance in time from the cell before (the first: since the
/// epoch), combination of dimensions, and the columns of [`Numbers`].
fn numbers_block(cells: &BTreeMap<Key, &Cell>) -> Vec<u8> {
    let mut columns = vec![Vec::new(); 2 + Numbers::COLUMNS];
    let mut before = 0;
    for ((slot, combination), cell) in cells {
        varint::put_signed(&mut columns[0], i128::from(slot - before));
        varint::put(&mut columns[1], u64::from(*combination));
        for (column, number) in columns[2..].iter_mut().zip(cell.numbers.to_columns()) {
            varint::put_signed(column, number);
        }
        before = *slot;
    }
    let mut block = Vec::new();
    varint::put(&mut block, cells.len() as u64);
    for column in columns {
        varint::put(&mut block, column.len() as u64);
        block.extend(column);
    }
    block
}
