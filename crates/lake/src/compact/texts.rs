//! The text index of a segment under construction: taken over from the inputs where a row comes from one, made anew where not.

use super::derive::Origin;
use crate::{query::filter::searchable_columns, segment::LiveSegment, sidecar::TextSection};
use datafusion::arrow::{
    array::{Array, AsArray},
    datatypes::DataType,
    record_batch::RecordBatch,
};
use model::{StoreError, StoreResult, telemetry::RowKind};
use std::{io::Write, sync::Arc};
use textindex::{Builder, Input, Reader, RowMap};

/// Whether rows of a kind have texts that are searched often enough for an index.
pub(super) fn has_index(kind: RowKind) -> bool {
    matches!(kind, RowKind::Span | RowKind::Log)
}

/// The indexes of the inputs; `None` where there is none that can be read.
#[derive(Default)]
pub(super) struct InputTexts(Vec<Option<Reader<TextSection>>>);

impl InputTexts {
    pub(super) fn of(files: &[Arc<LiveSegment>]) -> Self {
        Self(files.iter().map(|segment| segment.open_text_index()).collect())
    }
}

pub(super) struct Texts {
    kind: RowKind,
    fresh: Builder,
    has_fresh: bool,
    /// Where the rows of each input with an index went.
    maps: Vec<Option<RowMap>>,
    rows: u32,
}

impl Texts {
    pub(super) fn new(kind: RowKind) -> Self {
        Self { kind, fresh: Builder::new(), has_fresh: false, maps: Vec::new(), rows: 0 }
    }

    /// The next rows of the segment. Without `take_over` they are not what the inputs' indexes say they are.
    pub(super) fn add(&mut self, rows: &RecordBatch, origins: &[Origin], take_over: bool, inputs: &InputTexts) -> StoreResult<()> {
        if self.maps.len() < inputs.0.len() {
            let map = |index: &Option<Reader<TextSection>>| index.as_ref().map(|index| RowMap::all_gone(index.contents().rows));
            self.maps = inputs.0.iter().map(map).collect();
        }
        let mut anew = Vec::new();
        for (row, origin) in origins.iter().enumerate() {
            let place = self.rows + row as u32;
            let map = match origin {
                Origin::Input(input, _) if take_over => self.maps.get_mut(usize::from(*input)).and_then(Option::as_mut),
                _ => None,
            };
            match (origin, map) {
                (Origin::Input(_, old), Some(map)) => map.set(*old, place),
                _ => anew.push(row),
            }
        }
        self.index(rows, &anew)?;
        self.rows += rows.num_rows() as u32;
        Ok(())
    }

    fn index(&mut self, rows: &RecordBatch, which: &[usize]) -> StoreResult<()> {
        self.has_fresh |= !which.is_empty();
        let (texts, messages) = searchable_columns(self.kind);
        for (name, is_messages) in texts.iter().map(|name| (name, false)).chain(messages.iter().map(|name| (name, true))) {
            let Some(column) = rows.column_by_name(name) else { continue };
            for row in which.iter().copied().filter(|row| column.is_valid(*row)) {
                let text = match column.data_type() {
                    DataType::Utf8 => column.as_string::<i32>().value(row),
                    _ => column.as_string::<i64>().value(row),
                };
                let place = self.rows + row as u32;
                let added = if is_messages { self.fresh.add_messages(place, text) } else { self.fresh.add(place, text) };
                added.map_err(StoreError::internal)?;
            }
        }
        Ok(())
    }

    /// Writes the index.
    pub(super) fn finish(self, inputs: &InputTexts, out: &mut dyn Write) -> StoreResult<()> {
        let rows = self.rows;
        if self.maps.iter().all(Option::is_none) {
            self.fresh.finish(rows, out).map_err(StoreError::internal)?;
            return Ok(());
        }
        let mut fresh = Vec::new();
        if self.has_fresh {
            self.fresh.finish(rows, &mut fresh).map_err(StoreError::internal)?;
        }
        let fresh = self.has_fresh.then(|| in_memory(fresh)).transpose()?;
        let all = RowMap::identity(rows);
        let taken = inputs.0.iter().zip(&self.maps).filter_map(|(index, map)| Some((index.as_ref()?, map.as_ref()?)));
        let merged: Vec<Input<'_, TextSection>> =
            taken.chain(fresh.as_ref().map(|fresh| (fresh, &all))).map(|(index, rows)| Input { index, rows }).collect();
        textindex::merge(&merged, rows, out).map_err(StoreError::internal)?;
        Ok(())
    }
}

fn in_memory(bytes: Vec<u8>) -> StoreResult<Reader<TextSection>> {
    let length = bytes.len() as u64;
    Reader::open(TextSection::Memory(bytes.into()), 0, length).map_err(StoreError::internal)
}
