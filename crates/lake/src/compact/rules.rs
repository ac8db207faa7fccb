//! Which rows of its inputs a piece of compaction leaves out: what was erased, what is over by retention, and what is put in anew,
//! folded from several reports.

use crate::{
    erase::{ErasedRows, columns},
    identity::span_hash,
    schema::{COMMIT_SEQ, PROJECT_ID, integer_column, text_column, time_column, times_of},
};
use datafusion::arrow::{
    array::{Array, BooleanArray},
    record_batch::RecordBatch,
};
use model::{ProjectId, StoreError, StoreResult, Timestamp, telemetry::RowKind};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

#[derive(Default, Clone)]
pub(crate) struct Rules {
    /// By project, in hex.
    pub(crate) erased: HashMap<String, Arc<ErasedRows>>,
    pub(crate) deleted_projects: HashSet<String>,
    /// Rows of a project from before this time are over.
    pub(crate) cutoffs: HashMap<String, Timestamp>,
    /// Leave out the rows of all other projects.
    pub(crate) only_projects: Option<Arc<HashSet<String>>>,
    /// Spans whose reports are folded: files do not give them, memory does.
    pub(crate) folded: Arc<HashSet<u64>>,
}

impl Rules {
    pub(crate) fn erase(&mut self, project: ProjectId, erased: ErasedRows) {
        self.erased.insert(project.to_hex(), Arc::new(erased));
    }

    /// Which rows stay; `None`: all. Folded spans are left out of files only.
    pub(crate) fn keeps(&self, kind: RowKind, rows: &RecordBatch, is_file: bool) -> StoreResult<Option<BooleanArray>> {
        let leaves_out_folded = is_file && kind == RowKind::Span && !self.folded.is_empty();
        let keeps_all =
            self.erased.is_empty() && self.deleted_projects.is_empty() && self.cutoffs.is_empty() && self.only_projects.is_none();
        if keeps_all && !leaves_out_folded {
            return Ok(None);
        }
        let lacking = || StoreError::Internal("rows without project, time or commit_seq".to_owned());
        let projects = text_column(rows, PROJECT_ID).ok_or_else(lacking)?;
        let times = times_of(rows, time_column(kind)).ok_or_else(lacking)?;
        let seqs = integer_column(rows, COMMIT_SEQ).ok_or_else(lacking)?;
        let (traces, spans) = (text_column(rows, "trace_id"), text_column(rows, "span_id"));
        let stays = |row: usize| {
            let project = projects.value(row);
            let is_over = self.cutoffs.get(project).is_some_and(|cutoff| times.value(row) < cutoff.as_nanos());
            let is_folded = || match (leaves_out_folded, traces, spans) {
                (true, Some(traces), Some(spans)) => self.folded.contains(&span_hash(traces.value(row), spans.value(row))),
                _ => false,
            };
            let is_erased = || {
                self.erased.get(project).is_some_and(|erased| {
                    let names = &columns(kind)[1..];
                    erased.hides(kind, seqs.value(row).unsigned_abs(), |column| {
                        let texts = text_column(rows, names[column])?;
                        texts.is_valid(row).then(|| texts.value(row))
                    })
                })
            };
            let is_other = self.only_projects.as_ref().is_some_and(|only| !only.contains(project));
            !is_other && !is_over && !self.deleted_projects.contains(project) && !is_folded() && !is_erased()
        };
        Ok(Some((0..rows.num_rows()).map(|row| Some(stays(row))).collect()))
    }
}
