//! Whether the bytes of a segment are those that were published.

use super::ProblemKind;
use crate::{
    rows::ipc,
    schema::{PROJECT_ID, time_column},
    storage::blocking,
};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        compute::{max, min},
        datatypes::TimestampNanosecondType,
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use model::{
    StoreResult, Timestamp,
    ports::{CatalogInspection, CatalogState},
    segment::{Location, Segment},
};
use std::{
    collections::HashSet,
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Rows decoded at a time: a few megabytes of prompts.
const BATCH_ROWS: usize = 256;

#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) kind: ProblemKind,
    pub(super) detail: String,
}

impl Flaw {
    fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    fn of_reading(error: &io::Error) -> Self {
        let kind = if error.kind() == io::ErrorKind::NotFound { ProblemKind::Missing } else { ProblemKind::Undecodable };
        Self::new(kind, format!("its file cannot be read: {error}"))
    }
}

type Checked = Result<(), Flaw>;

/// What is wrong with a segment, if anything.
pub(super) async fn flaw_of(
    data_dir: &Path,
    catalog: &dyn CatalogInspection,
    state: &CatalogState,
    segment: &Segment,
) -> StoreResult<Option<Flaw>> {
    let segment_copy = segment.clone();
    let checked = match &segment.location {
        Location::Inline => {
            let bytes = if state.inline.contains(&segment.id) { catalog.inline_bytes(segment.id).await? } else { None };
            match bytes {
                Some(bytes) => blocking(move || Ok(check_level0(&segment_copy, &bytes))).await?,
                None => Err(Flaw::new(ProblemKind::Missing, "its bytes are not in the catalog")),
            }
        }
        Location::File(path) => {
            let path = data_dir.join(path);
            blocking(move || Ok(check_file(&segment_copy, path))).await?
        }
    };
    Ok(checked.err())
}

/// What is wrong with the sidecar of a segment, if it has one.
pub(super) async fn sidecar_flaw_of(data_dir: &Path, segment: &Segment) -> StoreResult<Option<String>> {
    let (Some(path), Some(sidecar)) = (segment.sidecar_path(), segment.sidecar) else { return Ok(None) };
    let path = data_dir.join(path);
    blocking(move || {
        Ok(match hash(&path) {
            Err(error) => Some(format!("it cannot be read: {error}")),
            Ok((bytes, checksum)) if (bytes, checksum) != (sidecar.bytes, sidecar.checksum) => {
                Some("its bytes are not those that were written".to_owned())
            }
            Ok(_) => None,
        })
    })
    .await
}

fn hash(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok((hasher.count(), *hasher.finalize().as_bytes()))
}

fn check_file(segment: &Segment, path: PathBuf) -> Checked {
    let (bytes, checksum) = hash(&path).map_err(|error| Flaw::of_reading(&error))?;
    check_identity(segment, bytes, checksum)?;
    if segment.level == 0 {
        let bytes = std::fs::read(&path).map_err(|error| Flaw::of_reading(&error))?;
        return check_level0(segment, &bytes);
    }
    let undecodable = |error: &dyn std::fmt::Display| Flaw::new(ProblemKind::Undecodable, format!("its rows cannot be decoded: {error}"));
    let file = File::open(&path).map_err(|error| Flaw::of_reading(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.with_batch_size(BATCH_ROWS).build());
    let mut facts = Facts::default();
    for batch in reader.map_err(|error| undecodable(&error))? {
        facts.add(segment, &batch.map_err(|error| undecodable(&error))?);
    }
    facts.compare(segment)
}

fn check_level0(segment: &Segment, bytes: &[u8]) -> Checked {
    check_identity(segment, bytes.len() as u64, *blake3::hash(bytes).as_bytes())?;
    let batches = ipc::decode(segment.kind, segment.commit_seq, bytes)
        .map_err(|error| Flaw::new(ProblemKind::Undecodable, format!("its rows cannot be decoded: {error}")))?;
    let mut facts = Facts::default();
    batches.iter().for_each(|batch| facts.add(segment, batch));
    facts.compare(segment)
}

fn check_identity(segment: &Segment, bytes: u64, checksum: [u8; 32]) -> Checked {
    if bytes != segment.bytes {
        return Err(Flaw::new(ProblemKind::WrongSize, format!("it has {bytes} bytes and had {} when it was written", segment.bytes)));
    }
    if checksum != segment.checksum {
        return Err(Flaw::new(ProblemKind::WrongChecksum, "its bytes are not those that were written"));
    }
    Ok(())
}

/// What the rows of a segment say about it.
#[derive(Default)]
struct Facts {
    rows: u64,
    times: Option<(i64, i64)>,
    projects: HashSet<String>,
}

impl Facts {
    fn add(&mut self, segment: &Segment, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        let times = batch.column_by_name(time_column(segment.kind)).and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>());
        if let Some((low, high)) = times.and_then(|times| Some((min(times)?, max(times)?))) {
            let (from, to) = self.times.unwrap_or((low, high));
            self.times = Some((from.min(low), to.max(high)));
        }
        let projects = batch.column_by_name(PROJECT_ID).and_then(|column| column.as_string_opt::<i32>());
        for project in projects.iter().flat_map(|projects| projects.iter()).flatten() {
            if !self.projects.contains(project) {
                self.projects.insert(project.to_owned());
            }
        }
    }

    fn compare(&self, segment: &Segment) -> Checked {
        let wrong = |detail: String| Err(Flaw::new(ProblemKind::WrongCounts, detail));
        if self.rows != segment.rows {
            return wrong(format!("it has {} rows, and the catalog says {}", self.rows, segment.rows));
        }
        if let Some((from, to)) = self.times
            && (from < segment.min_time.as_nanos() || to > segment.max_time.as_nanos())
        {
            let (from, to) = (Timestamp::from_nanos(from), Timestamp::from_nanos(to));
            return wrong(format!("its rows are from {from} to {to}, and the catalog says {} to {}", segment.min_time, segment.max_time));
        }
        let listed: HashSet<String> = segment.projects.iter().map(|project| project.to_hex()).collect();
        match self.projects.iter().find(|project| !listed.contains(*project)) {
            Some(project) => wrong(format!("it has rows of project {project}, which the catalog does not say")),
            None => Ok(()),
        }
    }
}
