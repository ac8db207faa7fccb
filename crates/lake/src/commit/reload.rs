//! Digests of the last hour from the segments themselves, at start.

use super::{
    digests::{DigestKey, Digests},
    group::digests_of,
};
use crate::{
    compact::read_columns,
    config::CommitLimits,
    schema::{BODY_DIGEST, PROJECT_ID},
    segment::LiveSegment,
    snapshot::Snapshot,
    storage::blocking,
};
use datafusion::arrow::{
    array::{Array, AsArray},
    datatypes::TimestampNanosecondType,
    record_batch::RecordBatch,
};
use model::{ProjectId, StoreError, StoreResult, Timestamp, telemetry::RowKind};
use parking_lot::Mutex;

const INGEST_TIME: &str = "ingest_time";

/// Newest segments first, until they are older than the window or the set is full.
pub(crate) async fn reload_digests(snapshot: &Snapshot, limits: &CommitLimits, digests: &Mutex<Digests>) -> StoreResult<()> {
    let window = i64::try_from(limits.dedupe_window.as_nanos()).unwrap_or(i64::MAX);
    let horizon = Timestamp::now().saturating_add_nanos(-window);
    let mut recent: Vec<_> = snapshot.segments.iter().filter(|segment| segment.meta.created_at >= horizon).collect();
    recent.sort_unstable_by_key(|segment| std::cmp::Reverse(segment.meta.created_at));
    let mut found = Vec::new();
    for segment in recent {
        if found.len() >= limits.max_digests {
            break;
        }
        for batch in columns_of(segment).await? {
            collect(segment.meta.kind, &batch, horizon, &mut found);
        }
    }
    found.sort_unstable_by_key(|(stored_at, _)| *stored_at);
    let mut digests = digests.lock();
    for (stored_at, key) in found {
        digests.insert(stored_at, [key]);
    }
    tracing::debug!(digests = digests.len(), "recent digests are loaded");
    Ok(())
}

async fn columns_of(segment: &LiveSegment) -> StoreResult<Vec<RecordBatch>> {
    match segment.parquet_path() {
        None => segment.decode().await,
        Some(path) => match blocking(move || read_columns(&path, &[PROJECT_ID, INGEST_TIME, BODY_DIGEST])).await {
            Err(StoreError::Internal(reason)) => segment.quarantine_if_changed(&reason).await.map(|()| Vec::new()),
            other => other,
        },
    }
}

fn collect(kind: RowKind, batch: &RecordBatch, horizon: Timestamp, found: &mut Vec<(Timestamp, DigestKey)>) {
    let projects = batch.column_by_name(PROJECT_ID).and_then(|column| column.as_string_opt::<i32>());
    let times = batch.column_by_name(INGEST_TIME).and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>());
    let (Some(projects), Some(times)) = (projects, times) else { return };
    for (row, digest) in digests_of(batch).enumerate() {
        let Some(digest) = digest else { continue };
        let stored_at = Timestamp::from_nanos(times.value(row));
        if stored_at < horizon || projects.is_null(row) {
            continue;
        }
        if let Ok(project) = projects.value(row).parse::<ProjectId>() {
            found.push((stored_at, DigestKey::new(project, kind, &digest)));
        }
    }
}
