//! The cells of one project and grain, as they are kept in memory: decompressed, but read number by number when they are asked for.

use super::{Damaged, Grain, VERSION, block::Stored, dims::Dims, numbers::Numbers};
use model::{
    ProjectId, Timestamp,
    sketch::{DdSketch, varint},
};

pub(crate) struct Table {
    grain: Grain,
    count: usize,
    columns: Vec<Vec<u8>>,
    durations: Vec<u8>,
    first_tokens: Vec<u8>,
    users: Vec<u8>,
    sessions: Vec<u8>,
    combinations: Vec<Dims>,
    user_hashes: Vec<u64>,
    session_hashes: Vec<u64>,
}

/// The requests of one combination of dimensions in one minute or hour.
#[derive(Debug)]
pub(crate) struct Cell<'a> {
    /// Start of the minute or hour.
    pub(crate) time: Timestamp,
    /// Place in [`Table::combinations`].
    pub(crate) combination: usize,
    pub(crate) numbers: Numbers,
    /// A stored `DdSketch` of milliseconds, or empty.
    pub(crate) durations: &'a [u8],
    pub(crate) first_tokens: &'a [u8],
    /// For [`ids`]: places in [`Table::user_hashes`].
    pub(crate) users: &'a [u8],
    pub(crate) sessions: &'a [u8],
}

impl Table {
    /// Finds the table in a section. `None` when it is not there, and the rows must be read.
    pub(crate) fn read(section: &[u8], project: ProjectId, grain: Grain) -> Result<Option<Self>, Damaged> {
        let Some(part) = part_of(section, project)? else { return Ok(None) };
        let (&tables, mut rest) = part.split_first().ok_or(Damaged)?;
        let wanted = match (grain, tables) {
            (Grain::Hour, 1 | 2) | (Grain::Moment, 1) => 0,
            (Grain::Minute, 2) => 1,
            (Grain::Minute, 1) => return Ok(None),
            _ => return Err(Damaged),
        };
        let mut blocks = Vec::new();
        for _ in 0..tables {
            blocks.push([(); 5].map(|()| Stored::take(&mut rest)));
        }
        let [numbers, durations, first_tokens, users, sessions] = blocks.swap_remove(wanted);
        let [combinations, user_hashes, session_hashes] = [(); 3].map(|()| Stored::take(&mut rest));
        let (count, columns) = read_columns(&numbers?.read()?)?;
        let table = Self {
            grain,
            count,
            columns,
            durations: durations?.read()?,
            first_tokens: first_tokens?.read()?,
            users: users?.read()?,
            sessions: sessions?.read()?,
            combinations: read_combinations(&combinations?.read()?)?,
            user_hashes: read_hashes(&user_hashes?.read()?)?,
            session_hashes: read_hashes(&session_hashes?.read()?)?,
        };
        table.check()?;
        Ok(Some(table))
    }

    /// Every cell can be read, and names what is there: so that a query does not stop half-way.
    fn check(&self) -> Result<(), Damaged> {
        let mut cells = self.cells();
        for _ in 0..self.count {
            let cell = cells.next().ok_or(Damaged)?;
            let mut sketch = DdSketch::default();
            let is_sketch = |bytes: &[u8], sketch: &mut DdSketch| bytes.is_empty() || sketch.merge_bytes(bytes).is_some();
            let are_sketches = is_sketch(cell.durations, &mut sketch) && is_sketch(cell.first_tokens, &mut sketch);
            let is_known = cell.combination < self.combinations.len();
            let in_users = ids(cell.users).all(|id| id.is_some_and(|id| id < self.user_hashes.len()));
            let in_sessions = ids(cell.sessions).all(|id| id.is_some_and(|id| id < self.session_hashes.len()));
            if !(are_sketches && is_known && in_users && in_sessions) {
                return Err(Damaged);
            }
        }
        if cells.is_at_end() { Ok(()) } else { Err(Damaged) }
    }

    /// In order of time.
    pub(crate) fn cells(&self) -> Cells<'_> {
        Cells {
            left: self.count,
            grain: self.grain,
            slot: 0,
            columns: self.columns.iter().map(Vec::as_slice).collect(),
            durations: &self.durations,
            first_tokens: &self.first_tokens,
            users: &self.users,
            sessions: &self.sessions,
        }
    }

    pub(crate) fn combinations(&self) -> &[Dims] {
        &self.combinations
    }

    pub(crate) fn user_hashes(&self) -> &[u64] {
        &self.user_hashes
    }

    pub(crate) fn session_hashes(&self) -> &[u64] {
        &self.session_hashes
    }

    /// Bytes in memory, about.
    pub(crate) fn memory(&self) -> usize {
        let columns: usize = self.columns.iter().map(Vec::len).sum();
        let lists = self.durations.len() + self.first_tokens.len() + self.users.len() + self.sessions.len();
        let shared = self.combinations.len() * 2 * size_of::<Dims>() + (self.user_hashes.len() + self.session_hashes.len()) * 8;
        size_of::<Self>() + columns + lists + shared
    }
}

/// The bytes of a project's part. `None` when there is none.
fn part_of(section: &[u8], project: ProjectId) -> Result<Option<&[u8]>, Damaged> {
    let (&version, mut rest) = section.split_first().ok_or(Damaged)?;
    if version != VERSION {
        return Err(Damaged);
    }
    let projects = varint::take(&mut rest).ok_or(Damaged)?;
    let (mut start, mut found) = (0usize, None);
    for _ in 0..projects {
        let (id, after) = rest.split_at_checked(project.as_bytes().len()).ok_or(Damaged)?;
        rest = after;
        let length = varint::take(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or(Damaged)?;
        let end = start.checked_add(length).ok_or(Damaged)?;
        if id == project.as_bytes() {
            found = Some(start..end);
        }
        start = end;
    }
    match found {
        Some(range) if !range.is_empty() => rest.get(range).map(Some).ok_or(Damaged),
        _ => Ok(None),
    }
}

fn read_columns(block: &[u8]) -> Result<(usize, Vec<Vec<u8>>), Damaged> {
    let mut rest = block;
    let count = varint::take(&mut rest).ok_or(Damaged)?;
    let mut columns = Vec::with_capacity(2 + Numbers::COLUMNS);
    for _ in 0..2 + Numbers::COLUMNS {
        let length = varint::take(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or(Damaged)?;
        let (column, after) = rest.split_at_checked(length).ok_or(Damaged)?;
        columns.push(column.to_vec());
        rest = after;
    }
    // Every cell takes at least a byte.
    let count = usize::try_from(count).ok().filter(|count| *count <= block.len()).ok_or(Damaged)?;
    if rest.is_empty() { Ok((count, columns)) } else { Err(Damaged) }
}

fn read_combinations(block: &[u8]) -> Result<Vec<Dims>, Damaged> {
    let mut rest = block;
    let mut combinations = Vec::new();
    while !rest.is_empty() {
        combinations.push(Dims::take(&mut rest)?);
    }
    Ok(combinations)
}

fn read_hashes(block: &[u8]) -> Result<Vec<u64>, Damaged> {
    let (chunks, rest) = block.as_chunks();
    if rest.is_empty() { Ok(chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect()) } else { Err(Damaged) }
}

/// The numbers of users or sessions in a cell, in order. `None` for what is damaged.
pub(crate) fn ids(mut bytes: &[u8]) -> impl Iterator<Item = Option<usize>> {
    let mut last = 0usize;
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let distance = varint::take(&mut bytes).and_then(|distance| usize::try_from(distance).ok());
        match distance.and_then(|distance| last.checked_add(distance)) {
            Some(id) => {
                last = id;
                Some(Some(id))
            }
            None => {
                bytes = &[];
                Some(None)
            }
        }
    })
}

/// Walks through the cells of a table.
pub(crate) struct Cells<'a> {
    left: usize,
    grain: Grain,
    slot: i64,
    columns: Vec<&'a [u8]>,
    durations: &'a [u8],
    first_tokens: &'a [u8],
    users: &'a [u8],
    sessions: &'a [u8],
}

impl Cells<'_> {
    fn is_at_end(&self) -> bool {
        let lists = [self.durations, self.first_tokens, self.users, self.sessions];
        self.left == 0 && self.columns.iter().chain(&lists).all(|rest| rest.is_empty())
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    /// Also ends at the first cell that is damaged.
    fn next(&mut self) -> Option<Cell<'a>> {
        self.left = self.left.checked_sub(1)?;
        let [times, combinations, columns @ ..] = self.columns.as_mut_slice() else { return None };
        self.slot = self.slot.checked_add(i64::try_from(varint::take_signed(times)?).ok()?)?;
        let combination = usize::try_from(varint::take(combinations)?).ok()?;
        let mut numbers = [0; Numbers::COLUMNS];
        for (number, column) in numbers.iter_mut().zip(columns) {
            *number = varint::take_signed(column)?;
        }
        Some(Cell {
            time: Timestamp::from_nanos(self.slot.checked_mul(self.grain.nanos())?),
            combination,
            numbers: Numbers::from_columns(&numbers)?,
            durations: take_run(&mut self.durations)?,
            first_tokens: take_run(&mut self.first_tokens)?,
            users: take_run(&mut self.users)?,
            sessions: take_run(&mut self.sessions)?,
        })
    }
}

/// A length, and so many bytes.
fn take_run<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint::take(bytes)?).ok()?;
    let (run, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(run)
}
