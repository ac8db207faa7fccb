//! Rows of `segment` to words and back.

use crate::sql::{column, parsed, signed, unsigned};
use model::{
    ProjectId, StoreResult, Timestamp,
    segment::{Location, Segment, SegmentState, Sidecar},
    telemetry::RowKind,
};
use sqlx::{Any, any::AnyRow, query::Query};

/// Everything that [`from_row`] reads.
macro_rules! select_segments {
    ($condition:literal) => {
        concat!(
            "SELECT id, kind, level, partition_key, projects, min_time, max_time, row_count, byte_count, file, checksum, schema_version, ",
            "writer_id, created_at, commit_seq, first_seq, clean_seq, without_payload, sidecar_bytes, sidecar_checksum, state FROM segment WHERE ",
            $condition
        )
    };
}
pub(crate) use select_segments;

pub(crate) fn from_row(row: &AnyRow) -> StoreResult<Segment> {
    Ok(Segment {
        id: parsed(row, "id", |text| text.parse().ok())?,
        kind: parsed(row, "kind", RowKind::from_name)?,
        level: unsigned(row, "level")?,
        partition: column(row, "partition_key")?,
        projects: parsed(row, "projects", parse_projects)?,
        min_time: Timestamp::from_nanos(column(row, "min_time")?),
        max_time: Timestamp::from_nanos(column(row, "max_time")?),
        rows: unsigned(row, "row_count")?,
        bytes: unsigned(row, "byte_count")?,
        location: column::<Option<String>>(row, "file")?.map_or(Location::Inline, Location::File),
        checksum: checksum(column(row, "checksum")?, "checksum")?,
        schema_version: unsigned(row, "schema_version")?,
        writer: parsed(row, "writer_id", |text| text.parse().ok())?,
        created_at: Timestamp::from_nanos(column(row, "created_at")?),
        commit_seq: unsigned(row, "commit_seq")?,
        first_seq: unsigned(row, "first_seq")?,
        clean_seq: unsigned(row, "clean_seq")?,
        without_payload: column::<i64>(row, "without_payload")? != 0,
        sidecar: sidecar(row)?,
        state: parsed(row, "state", SegmentState::from_name)?,
    })
}

fn checksum(bytes: &[u8], name: &'static str) -> StoreResult<[u8; 32]> {
    bytes.try_into().map_err(|_| crate::sql::damaged(name))
}

fn sidecar(row: &AnyRow) -> StoreResult<Option<Sidecar>> {
    let Some(bytes) = column::<Option<i64>>(row, "sidecar_bytes")? else { return Ok(None) };
    let checksum = checksum(column(row, "sidecar_checksum")?, "sidecar_checksum")?;
    Ok(Some(Sidecar { bytes: bytes.unsigned_abs(), checksum }))
}

pub(super) fn insert(segment: &Segment, commit_seq: i64) -> Query<'_, Any, sqlx::any::AnyArguments> {
    let file = match &segment.location {
        Location::Inline => None,
        Location::File(path) => Some(path.as_str()),
    };
    sqlx::query(
        "INSERT INTO segment (id, kind, level, partition_key, projects, min_time, max_time, row_count, byte_count, file, checksum, \
         schema_version, writer_id, created_at, commit_seq, first_seq, clean_seq, without_payload, sidecar_bytes, sidecar_checksum, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'live')",
    )
    .bind(segment.id.to_hex())
    .bind(segment.kind.as_str())
    .bind(i64::from(segment.level))
    .bind(segment.partition.as_str())
    .bind(segment.projects.iter().map(|project| project.to_hex()).collect::<Vec<_>>().join(","))
    .bind(segment.min_time.as_nanos())
    .bind(segment.max_time.as_nanos())
    .bind(signed(segment.rows))
    .bind(signed(segment.bytes))
    .bind(file)
    .bind(segment.checksum.as_slice())
    .bind(i64::from(segment.schema_version))
    .bind(segment.writer.to_hex())
    .bind(segment.created_at.as_nanos())
    .bind(commit_seq)
    .bind(signed(segment.first_seq))
    .bind(signed(segment.clean_seq))
    .bind(i64::from(segment.without_payload))
    .bind(segment.sidecar.map(|sidecar| signed(sidecar.bytes)))
    .bind(segment.sidecar.as_ref().map(|sidecar| sidecar.checksum.as_slice()))
}

fn parse_projects(text: &str) -> Option<Vec<ProjectId>> {
    text.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().ok()).collect()
}
