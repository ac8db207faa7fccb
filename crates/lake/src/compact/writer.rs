//! One output segment under construction: the Parquet file and the sidecar beside it, from rows in their final order.

use super::{
    derive::{Derived, DerivedInputs, Origin},
    parquet::{Hashing, properties},
};
use crate::{
    fault,
    identity::span_hash,
    schema::{PROJECT_ID, SCHEMA_VERSION, payload_columns, schema_of, text_column, time_column, times_of},
    storage::{Storage, create_parents, remove, segment_path, sync_parent, unavailable},
};
use datafusion::{
    arrow::{
        array::new_null_array,
        compute::{max, min},
        record_batch::RecordBatch,
    },
    parquet::{arrow::ArrowWriter, errors::ParquetError},
};
use model::{
    ProjectId, SegmentId, StoreError, StoreResult, Timestamp, WriterId,
    segment::{CommitSeq, Location, SIDECAR_EXTENSION, Segment, SegmentState},
    telemetry::RowKind,
};
use std::{
    collections::{BTreeSet, HashSet},
    fs::File,
    io::BufWriter,
    path::PathBuf,
    sync::Arc,
};

/// What all outputs of one piece of work have in common.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) storage: Arc<Storage>,
    pub(super) writer: WriterId,
    pub(super) kind: RowKind,
    pub(super) level: u8,
    pub(super) first_seq: CommitSeq,
    pub(super) clean_seq: CommitSeq,
    /// Drop the texts.
    pub(super) without_payload: bool,
    /// Spans that segments outside this piece of work report, too: outputs are marked with those they hold.
    pub(super) repeated_elsewhere: Arc<HashSet<u64>>,
}

/// Dropped before it is finished, it leaves no file.
pub(super) struct SegmentWriter {
    target: Target,
    partition: String,
    id: SegmentId,
    location: String,
    path: PathBuf,
    parquet: Option<ArrowWriter<Hashing<BufWriter<File>>>>,
    derived: Option<Derived>,
    marks: HashSet<u64>,
    projects: BTreeSet<ProjectId>,
    times: Option<(i64, i64)>,
    rows: u64,
}

/// What of a span is text without being a payload column.
const PREVIEWS: [&str; 2] = ["input_preview", "output_preview"];

impl SegmentWriter {
    pub(super) fn create(target: Target, partition: String) -> StoreResult<Self> {
        let id = SegmentId::generate();
        let location = segment_path(target.level, target.writer, id);
        let path = target.storage.path_of(&location);
        create_parents(&path).map_err(|error| unavailable("making a directory", &error))?;
        let file = File::create_new(&path).map_err(|error| unavailable("making a segment file", &error))?;
        let derived = Derived::create(&target.storage.path_of(&format!("{location}.{SIDECAR_EXTENSION}")), target.kind);
        let mut writer = Self {
            target,
            partition,
            id,
            location,
            path,
            parquet: None,
            derived: None,
            marks: HashSet::new(),
            projects: BTreeSet::new(),
            times: None,
            rows: 0,
        };
        writer.derived = Some(derived.map_err(|error| unavailable("making a sidecar", &error))?);
        let kind = writer.target.kind;
        let sink = Hashing::new(BufWriter::new(file));
        writer.parquet =
            Some(ArrowWriter::try_new(sink, schema_of(kind), Some(properties(kind).map_err(store_error)?)).map_err(store_error)?);
        Ok(writer)
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows in `schema_of(kind)` and in order; `origins` says of each where it came from.
    pub(super) fn write(&mut self, rows: &RecordBatch, origins: &[Origin], inputs: &DerivedInputs) -> StoreResult<()> {
        let stripped;
        let rows = if self.target.without_payload {
            stripped = without_texts(self.target.kind, rows)?;
            &stripped
        } else {
            rows
        };
        self.note(rows)?;
        let (Some(parquet), Some(derived)) = (&mut self.parquet, &mut self.derived) else {
            return Err(StoreError::Internal("a finished segment was written to".to_owned()));
        };
        derived.add(rows, origins, !self.target.without_payload, inputs)?;
        parquet.write(rows).map_err(store_error)?;
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// What the catalog's row will say of the rows.
    fn note(&mut self, rows: &RecordBatch) -> StoreResult<()> {
        let lacking = |name: &str| StoreError::Internal(format!("rows without {name}"));
        let names = text_column(rows, PROJECT_ID).ok_or_else(|| lacking(PROJECT_ID))?;
        let mut last = "";
        for name in names.iter().flatten() {
            if name != last {
                self.projects.insert(name.parse().map_err(StoreError::internal)?);
                last = name;
            }
        }
        let times = times_of(rows, time_column(self.target.kind)).ok_or_else(|| lacking("time"))?;
        if let (Some(first), Some(last)) = (min(times), max(times)) {
            let (from, to) = self.times.unwrap_or((first, last));
            self.times = Some((from.min(first), to.max(last)));
        }
        let repeated = &self.target.repeated_elsewhere;
        if self.target.kind == RowKind::Span && !repeated.is_empty() {
            let (Some(traces), Some(spans)) = (text_column(rows, "trace_id"), text_column(rows, "span_id")) else {
                return Err(lacking("ids"));
            };
            let hashes = (0..rows.num_rows()).map(|row| span_hash(traces.value(row), spans.value(row)));
            self.marks.extend(hashes.filter(|hash| repeated.contains(hash)));
        }
        Ok(())
    }

    /// Both files are durable when it returns.
    pub(super) fn finish(mut self, inputs: &DerivedInputs) -> StoreResult<Segment> {
        let (Some(parquet), Some(derived)) = (self.parquet.take(), self.derived.take()) else {
            return Err(StoreError::Internal("a segment was finished twice".to_owned()));
        };
        let sink = parquet.into_inner().map_err(store_error)?;
        let (bytes, checksum) = sink.finish().map_err(|error| unavailable("writing a segment", &error))?;
        fault::point("compact.after_segment_file");
        let sidecar = derived.finish(&self.marks, inputs)?;
        fault::point("compact.after_sidecar");
        sync_parent(&self.path).map_err(|error| unavailable("syncing a directory", &error))?;
        let (first, last) = self.times.unwrap_or((i64::MIN, i64::MAX));
        let segment = Segment {
            id: self.id,
            kind: self.target.kind,
            level: self.target.level,
            partition: std::mem::take(&mut self.partition),
            projects: std::mem::take(&mut self.projects).into_iter().collect(),
            min_time: Timestamp::from_nanos(first),
            max_time: Timestamp::from_nanos(last),
            rows: self.rows,
            bytes,
            location: Location::File(std::mem::take(&mut self.location)),
            checksum,
            schema_version: SCHEMA_VERSION,
            writer: self.target.writer,
            created_at: Timestamp::now(),
            commit_seq: 0,
            first_seq: self.target.first_seq,
            clean_seq: self.target.clean_seq,
            without_payload: self.target.without_payload,
            sidecar: Some(sidecar),
            state: SegmentState::Live,
        };
        Ok(segment)
    }
}

impl Drop for SegmentWriter {
    fn drop(&mut self) {
        // Finished ones have no location any more.
        if !self.location.is_empty() {
            remove(&self.path);
            remove(&self.target.storage.path_of(&format!("{}.{SIDECAR_EXTENSION}", self.location)));
        }
    }
}

fn without_texts(kind: RowKind, rows: &RecordBatch) -> StoreResult<RecordBatch> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| {
        let name = field.name().as_str();
        let is_text = payload_columns(kind).contains(&name) || PREVIEWS.contains(&name);
        match (is_text, field.is_nullable()) {
            (true, true) => new_null_array(field.data_type(), rows.num_rows()),
            // A log's message.
            (true, false) => empty_texts(rows.num_rows()),
            (false, _) => Arc::clone(column),
        }
    });
    RecordBatch::try_new(Arc::clone(&schema), columns.collect()).map_err(StoreError::internal)
}

fn empty_texts(rows: usize) -> datafusion::arrow::array::ArrayRef {
    Arc::new(datafusion::arrow::array::LargeStringArray::from_iter_values(std::iter::repeat_n("", rows)))
}

/// Damage is `Internal`; a file that cannot be written or read now is `Unavailable`.
pub(super) fn store_error(error: ParquetError) -> StoreError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => unavailable("a segment file", &cause),
            Err(cause) => StoreError::internal(cause),
        },
        other => StoreError::internal(other),
    }
}
