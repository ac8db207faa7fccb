//! A live segment and how its level-0 rows are read.

use crate::{
    rows::ipc,
    sidecar::{Section, Sidecar},
    storage::{Storage, blocking, unavailable},
};
use bytes::Bytes;
use datafusion::arrow::{error::ArrowError, record_batch::RecordBatch};
use model::{
    SegmentId, StoreError, StoreResult,
    segment::{CommitSeq, Location, Segment},
    telemetry::RowKind,
};
use std::{fs::File, path::PathBuf, sync::Arc};

/// One segment of a snapshot.
pub(crate) struct LiveSegment {
    pub(crate) meta: Segment,
    storage: Arc<Storage>,
}

impl LiveSegment {
    pub(crate) fn new(meta: Segment, storage: Arc<Storage>) -> Self {
        Self { meta, storage }
    }

    pub(crate) fn id(&self) -> SegmentId {
        self.meta.id
    }

    /// The Parquet file of a compacted segment; `None` at level 0.
    pub(crate) fn parquet_path(&self) -> Option<PathBuf> {
        match &self.meta.location {
            Location::File(path) if self.meta.level >= 1 => Some(self.storage.path_of(path)),
            Location::File(_) | Location::Inline => None,
        }
    }

    /// The rows of a level-0 segment in `schema_of(kind)`, decoded from where they are stored.
    /// A damaged segment is quarantined and read as empty, so that the rest stays readable.
    pub(crate) async fn decode(&self) -> StoreResult<Vec<RecordBatch>> {
        self.decode_with(ipc::decode).await
    }

    /// Some columns of a level-0 segment (by index in `schema_of`), from memory or decoded. One query's reading does not push out of
    /// memory what the next one wants: what is decoded here is not kept.
    pub(crate) async fn columns(&self, columns: &[usize]) -> StoreResult<Vec<RecordBatch>> {
        if let Some(batches) = self.storage.hot.columns(self.meta.id, columns) {
            return Ok(batches);
        }
        let columns = columns.to_vec();
        self.decode_with(move |kind, seq, bytes| ipc::decode_columns(kind, seq, bytes, &columns)).await
    }

    async fn decode_with(
        &self,
        decode: impl FnOnce(RowKind, CommitSeq, &[u8]) -> Result<Vec<RecordBatch>, ArrowError> + Send + 'static,
    ) -> StoreResult<Vec<RecordBatch>> {
        let Some(bytes) = self.stored_bytes().await? else {
            return self.quarantine("its bytes are missing").await.map(|()| Vec::new());
        };
        let (kind, seq, checksum) = (self.meta.kind, self.meta.commit_seq, self.meta.checksum);
        let decoded = blocking(move || {
            if *blake3::hash(&bytes).as_bytes() != checksum {
                return Ok(Err("its checksum does not match".to_owned()));
            }
            Ok(decode(kind, seq, &bytes).map_err(|error| error.to_string()))
        })
        .await?;
        match decoded {
            Ok(batches) => Ok(batches),
            Err(reason) => self.quarantine(&reason).await.map(|()| Vec::new()),
        }
    }

    /// A section of the data derived from this segment's rows. `None` when there is none, or it is damaged: the rows say the same, slower.
    pub(crate) async fn sidecar_section(&self, section: Section) -> StoreResult<Option<Bytes>> {
        let Some(path) = self.meta.sidecar_path() else { return Ok(None) };
        let (path, id) = (self.storage.path_of(&path), self.meta.id);
        blocking(move || {
            let read = Sidecar::open(&path).and_then(|sidecar| sidecar.section(section));
            Ok(read.map(|bytes| bytes.map(Bytes::from)).unwrap_or_else(|error| {
                tracing::error!(segment = %id, ?section, %error, "derived data cannot be read: the rows are read instead");
                None
            }))
        })
        .await
    }

    /// Takes the segment out of every later snapshot. For readers that find the bytes damaged.
    pub(crate) async fn quarantine(&self, reason: &str) -> StoreResult<()> {
        self.storage.quarantine(&self.meta, reason).await
    }

    /// The same for a compacted segment whose reader failed, if its file is not what was published. A whole file is only out of reach
    /// for now (too many open files, say): its rows must not be hidden for good.
    pub(crate) async fn quarantine_if_changed(&self, reason: &str) -> StoreResult<()> {
        let Some(path) = self.parquet_path() else { return self.quarantine(reason).await };
        let checksum = self.meta.checksum;
        let is_whole = blocking(move || {
            let file = File::open(&path).map_err(|error| unavailable("opening a segment file", &error))?;
            let mut hasher = blake3::Hasher::new();
            // What the disk cannot give back is damaged too.
            let is_read = hasher.update_reader(file).is_ok();
            Ok(is_read && *hasher.finalize().as_bytes() == checksum)
        })
        .await?;
        if is_whole {
            return Err(StoreError::Unavailable(format!("segment {} is whole but could not be read: {reason}", self.meta.id)));
        }
        self.quarantine(reason).await
    }

    /// `None` when a segment that is still live has no bytes. An error when it was retired and deleted meanwhile.
    async fn stored_bytes(&self) -> StoreResult<Option<Bytes>> {
        let found = match &self.meta.location {
            Location::Inline => self.storage.catalog.inline_bytes(self.meta.id).await?,
            Location::File(path) => self.storage.read(path).await?,
        };
        if found.is_none() && !self.storage.is_live(self.meta.id).await? {
            return Err(StoreError::Unavailable("a segment was replaced while it was read: read again".to_owned()));
        }
        Ok(found)
    }
}
