//! Requests that commit together: duplicates dropped, one batch and one blob per row kind.

use super::{
    digests::{DigestKey, Digests},
    request::Encoded,
};
use crate::{
    rows::ipc,
    schema::{BODY_DIGEST, SCHEMA_VERSION, stored_level0_schema, time_column},
    storage::segment_path,
};
use bytes::Bytes;
use datafusion::arrow::{
    array::{Array, AsArray, BooleanArray},
    compute::{concat_batches, filter_record_batch, max, min},
    datatypes::TimestampNanosecondType,
    error::ArrowError,
    record_batch::RecordBatch,
};
use model::{
    ProjectId, SegmentId, Timestamp, WriterId,
    segment::{Location, Segment, SegmentState},
    telemetry::{BodyDigest, RowKind},
};
use std::collections::{BTreeSet, HashSet};

/// Rows stored and resends dropped, per request in the group's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) stored: usize,
    pub(super) duplicates: usize,
}

/// What is new in a group.
#[derive(Default)]
pub(super) struct Distinct {
    pub(super) outcomes: Vec<Outcome>,
    /// Digests to remember once the group is published.
    pub(super) digests: HashSet<DigestKey>,
    parts: Vec<(RowKind, ProjectId, RecordBatch)>,
}

/// A segment ready to be stored.
pub(super) struct Level0 {
    pub(super) segment: Segment,
    pub(super) blob: Bytes,
    /// As stored: without the commit columns.
    pub(super) batch: RecordBatch,
}

/// Drops rows that `stored` knows or that an earlier row of the group repeats.
pub(super) fn distinct(requests: Vec<Encoded>, stored: &Digests) -> Result<Distinct, ArrowError> {
    let mut group = Distinct::default();
    for request in requests {
        let mut outcome = Outcome::default();
        for (kind, part) in request.parts {
            let keep = keep_mask(kind, request.project, &part, stored, &mut group.digests);
            let kept = keep.true_count();
            outcome.stored += kept;
            outcome.duplicates += part.num_rows() - kept;
            match kept {
                0 => {}
                all if all == part.num_rows() => group.parts.push((kind, request.project, part)),
                _ => group.parts.push((kind, request.project, filter_record_batch(&part, &keep)?)),
            }
        }
        group.outcomes.push(outcome);
    }
    Ok(group)
}

fn keep_mask(kind: RowKind, project: ProjectId, part: &RecordBatch, stored: &Digests, group: &mut HashSet<DigestKey>) -> BooleanArray {
    digests_of(part)
        .map(|digest| match digest {
            None => Some(true),
            Some(digest) => {
                let key = DigestKey::new(project, kind, &digest);
                Some(!stored.contains(&key) && group.insert(key))
            }
        })
        .collect()
}

/// The digest of every row; `None` for rows without one.
pub(super) fn digests_of(batch: &RecordBatch) -> impl Iterator<Item = Option<BodyDigest>> {
    let column = batch.column_by_name(BODY_DIGEST).map(|column| column.as_fixed_size_binary());
    (0..batch.num_rows()).map(move |row| {
        let column = column.filter(|column| column.is_valid(row))?;
        column.value(row).try_into().ok()
    })
}

impl Distinct {
    /// One segment per kind that has new rows.
    pub(super) fn into_segments(self, writer: WriterId, max_inline_bytes: usize) -> Result<Vec<Level0>, ArrowError> {
        let mut segments = Vec::new();
        let mut rest = self.parts;
        for kind in RowKind::ALL {
            let (of_kind, others) = rest.into_iter().partition::<Vec<_>, _>(|(part_kind, ..)| *part_kind == kind);
            rest = others;
            let projects: BTreeSet<ProjectId> = of_kind.iter().map(|(_, project, _)| *project).collect();
            if !projects.is_empty() {
                let joined = concat_batches(&stored_level0_schema(kind), of_kind.iter().map(|(.., part)| part))?;
                drop(of_kind);
                segments.push(level0(kind, projects, shrunk(joined)?, writer, max_inline_bytes)?);
            }
        }
        Ok(segments)
    }
}

/// Builders leave up to half of their buffers unused, and recent batches stay in memory.
fn shrunk(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let (schema, mut columns, _) = batch.into_parts();
    columns.iter_mut().for_each(|column| column.shrink_to_fit());
    RecordBatch::try_new(schema, columns)
}

fn level0(
    kind: RowKind,
    projects: BTreeSet<ProjectId>,
    batch: RecordBatch,
    writer: WriterId,
    max_inline_bytes: usize,
) -> Result<Level0, ArrowError> {
    let blob = Bytes::from(ipc::encode(&batch)?);
    let id = SegmentId::generate();
    let (min_time, max_time) = time_bounds(kind, &batch);
    let location = if blob.len() <= max_inline_bytes { Location::Inline } else { Location::File(segment_path(0, writer, id)) };
    let segment = Segment {
        id,
        kind,
        level: 0,
        partition: String::new(),
        projects: projects.into_iter().collect(),
        min_time,
        max_time,
        rows: batch.num_rows() as u64,
        bytes: blob.len() as u64,
        location,
        checksum: *blake3::hash(&blob).as_bytes(),
        schema_version: SCHEMA_VERSION,
        writer,
        created_at: Timestamp::now(),
        commit_seq: 0,
        first_seq: 0,
        clean_seq: 0,
        without_payload: false,
        sidecar: None,
        state: SegmentState::Live,
    };
    Ok(Level0 { segment, blob, batch })
}

/// First and last time of the rows; the whole of time for a batch without its time column, so that nothing is ever pruned wrongly.
fn time_bounds(kind: RowKind, batch: &RecordBatch) -> (Timestamp, Timestamp) {
    let times = batch.column_by_name(time_column(kind)).and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>());
    let bounds = times.and_then(|times| Some((min(times)?, max(times)?)));
    bounds.map_or((Timestamp::MIN, Timestamp::MAX), |(first, last)| (Timestamp::from_nanos(first), Timestamp::from_nanos(last)))
}
