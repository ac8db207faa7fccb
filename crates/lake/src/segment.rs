//! A live segment and how its level-0 rows are read.

use crate::{
    compact::read_columns,
    identity::{Filters, KEY_COLUMNS, Known, Level0Keys, decode_repeats},
    rows::ipc,
    schema::schema_of,
    sidecar::{Section, Sidecar, TextSection},
    storage::{Storage, blocking, unavailable},
};
use bytes::Bytes;
use datafusion::{
    arrow::{error::ArrowError, record_batch::RecordBatch},
    parquet::{
        arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
        file::metadata::PageIndexPolicy,
    },
};
use model::{
    SegmentId, StoreError, StoreResult,
    segment::{CommitSeq, Location, Segment},
    telemetry::RowKind,
};
use std::{collections::HashSet, fs::File, path::PathBuf, sync::Arc};
use textindex::{IndexError, Reader};
use tokio::sync::OnceCell;

/// One segment of a snapshot.
pub(crate) struct LiveSegment {
    pub(crate) meta: Segment,
    storage: Arc<Storage>,
    /// Of level 0.
    keys: OnceCell<Arc<Level0Keys>>,
}

impl LiveSegment {
    pub(crate) fn new(meta: Segment, storage: Arc<Storage>) -> Self {
        let keys = storage.take_level0_keys(meta.id).map_or_else(OnceCell::new, |keys| OnceCell::new_with(Some(keys)));
        Self { meta, storage, keys }
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

    /// Which spans and traces a level-0 segment of spans holds.
    pub(crate) async fn level0_keys(&self) -> StoreResult<Arc<Level0Keys>> {
        let made = self.keys.get_or_try_init(|| async { Ok::<_, StoreError>(Arc::new(Level0Keys::of(&self.identities().await?))) });
        made.await.map(Arc::clone)
    }

    /// The ids of its spans.
    pub(crate) async fn identities(&self) -> StoreResult<Vec<RecordBatch>> {
        let schema = schema_of(self.meta.kind);
        let columns: Vec<usize> = KEY_COLUMNS.iter().filter_map(|name| schema.index_of(name).ok()).collect();
        match self.parquet_path() {
            Some(path) => blocking(move || read_columns(&path, &KEY_COLUMNS)).await,
            None => self.columns(&columns).await,
        }
    }

    /// What is known about its spans without reading its rows.
    pub(crate) async fn known_spans(&self) -> StoreResult<Known> {
        if self.meta.level == 0 {
            return self.level0_keys().await.map(Known::Level0);
        }
        Ok(self.filters().await?.map_or(Known::Nothing, Known::Filters))
    }

    /// The filters of a compacted segment; `None` when it has none that can be read.
    pub(crate) async fn filters(&self) -> StoreResult<Option<Arc<Filters>>> {
        if let Some(filters) = self.storage.filters.get(&self.meta.id) {
            return Ok(Some(filters));
        }
        let filters = self.sidecar_section(Section::Filters).await?.and_then(|bytes| Filters::decode(&bytes)).map(Arc::new);
        if let Some(filters) = &filters {
            self.storage.filters.insert(self.meta.id, Arc::clone(filters), filters.bytes());
        }
        Ok(filters)
    }

    /// Whether it may hold rows of any of these traces.
    pub(crate) async fn may_hold_traces(&self, hashes: &[u64]) -> StoreResult<bool> {
        if self.meta.level == 0 && self.meta.kind == RowKind::Span {
            let keys = self.level0_keys().await?;
            return Ok(hashes.iter().any(|hash| keys.holds_trace(*hash)));
        }
        let filters = if self.meta.level == 0 { None } else { self.filters().await? };
        Ok(filters.is_none_or(|filters| hashes.iter().any(|hash| filters.may_hold_trace(*hash))))
    }

    /// The spans that it was marked with when it was written.
    pub(crate) async fn repeats(&self) -> StoreResult<HashSet<u64>> {
        Ok(self.sidecar_section(Section::Repeats).await?.map(|bytes| decode_repeats(&bytes)).unwrap_or_default())
    }

    /// A section of the sidecar, checked. `None` when there is none or it is damaged, which is told: what is derived can be done without.
    pub(crate) async fn sidecar_section(&self, section: Section) -> StoreResult<Option<Bytes>> {
        let Some(path) = self.sidecar_path() else { return Ok(None) };
        let (id, storage) = (self.meta.id, Arc::clone(&self.storage));
        blocking(move || match Sidecar::open(&path).and_then(|sidecar| sidecar.section(section)) {
            Ok(bytes) => Ok(bytes.map(Bytes::from)),
            Err(error) => {
                tracing::error!(segment = %id, %error, "the derived data of a segment cannot be read: it is done without");
                storage.note_bad_sidecar(id);
                Ok(None)
            }
        })
        .await
    }

    /// Its text index; `None` when there is none or it is damaged, which is told. Reads from the disk.
    pub(crate) fn open_text_index(&self) -> Option<Reader<TextSection>> {
        let sidecar = Sidecar::open(&self.sidecar_path()?);
        let opened = sidecar.map_err(|error| error.to_string()).and_then(|sidecar| match sidecar.len(Section::Text) {
            Some(length) => Reader::open(TextSection::File(sidecar), 0, length).map(Some).map_err(|error| error.to_string()),
            None => Ok(None),
        });
        opened.unwrap_or_else(|error| {
            tracing::error!(segment = %self.meta.id, error, "the text index of a segment cannot be read: its texts are scanned");
            self.storage.note_bad_sidecar(self.meta.id);
            None
        })
    }

    /// The same, kept open for the next search.
    pub(crate) fn text_index(&self) -> Option<Arc<Reader<TextSection>>> {
        if let Some(open) = self.storage.text_indexes.get(&self.meta.id) {
            return Some(open);
        }
        let index = Arc::new(self.open_text_index()?);
        self.storage.text_indexes.insert(self.meta.id, Arc::clone(&index), index.memory());
        Some(index)
    }

    /// Its rows are not answered from the text index any more: it turned out to be damaged.
    pub(crate) fn distrust_text_index(&self, error: &IndexError) {
        tracing::error!(segment = %self.meta.id, %error, "the text index of a segment is damaged: its texts are scanned");
        self.storage.text_indexes.remove(&self.meta.id);
        self.storage.note_bad_sidecar(self.meta.id);
    }

    pub(crate) fn sidecar_path(&self) -> Option<PathBuf> {
        self.meta.sidecar_path().map(|path| self.storage.path_of(&path))
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

    /// Footer and page index of its Parquet file, which is open as `file`.
    pub(crate) fn parquet_metadata(&self, file: &File) -> StoreResult<ArrowReaderMetadata> {
        if let Some(known) = self.storage.parquet_metadata.get(&self.meta.id) {
            return Ok(known);
        }
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(file, options).map_err(StoreError::internal)?;
        self.storage.parquet_metadata.insert(self.meta.id, metadata.clone(), metadata.metadata().memory_size());
        Ok(metadata)
    }

    /// Takes the segment out of every later snapshot. For readers that find the bytes damaged.
    pub(crate) async fn quarantine(&self, reason: &str) -> StoreResult<()> {
        self.storage.quarantine(&self.meta, reason).await
    }

    /// The same for a compacted segment whose reader failed, if its file is not what was published. A whole file is only out of reach
    /// for now (too many open files, say): its rows must not be hidden for good.
    pub(crate) async fn quarantine_if_changed(&self, reason: &str) -> StoreResult<()> {
        if self.has_right_checksum().await? {
            return Err(StoreError::Unavailable(format!("segment {} is whole but could not be read: {reason}", self.meta.id)));
        }
        self.quarantine(reason).await
    }

    /// Whether a compacted segment's file is what was published. One that is not is quarantined.
    pub(crate) async fn is_whole(&self) -> StoreResult<bool> {
        let is_whole = self.has_right_checksum().await?;
        if !is_whole {
            self.quarantine("its checksum does not match").await?;
        }
        Ok(is_whole)
    }

    async fn has_right_checksum(&self) -> StoreResult<bool> {
        let Some(path) = self.parquet_path() else { return Ok(false) };
        let checksum = self.meta.checksum;
        blocking(move || {
            let file = File::open(&path).map_err(|error| unavailable("opening a segment file", &error))?;
            let mut hasher = blake3::Hasher::new();
            // What the disk cannot give back is damaged too.
            let is_read = hasher.update_reader(file).is_ok();
            Ok(is_read && *hasher.finalize().as_bytes() == checksum)
        })
        .await
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
