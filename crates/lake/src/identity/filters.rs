//! Filters of a compacted segment: a `false` is certain, a `true` is wrong once in 65,000 times.
//! Binary fuse filters of 16 bits (Graf, Lemire 2022): about 2.3 bytes an entry.

use super::hash::{name_hash, span_hash, trace_hash};
use crate::schema::text_column;
use datafusion::arrow::{array::Array, record_batch::RecordBatch};
use model::{StoreError, StoreResult, telemetry::RowKind};
use xorf::{BinaryFuse16, Descriptor, DmaSerializable, Filter};

/// What filters there are, in the order in which they are stored.
const COUNT: usize = 4;
const TRACES: usize = 0;
const SESSIONS: usize = 1;
const USERS: usize = 2;
const SPANS: usize = 3;

/// Collects what a segment holds while it is written.
pub(crate) struct FilterBuilder {
    kind: RowKind,
    hashes: [Vec<u64>; COUNT],
}

/// Hashes are collected up to this many beyond what is known to be distinct, then sorted and made distinct.
const SORT_EVERY: usize = 1 << 16;

impl FilterBuilder {
    pub(crate) fn new(kind: RowKind) -> Self {
        Self { kind, hashes: Default::default() }
    }

    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        let traces = text_column(batch, "trace_id");
        let spans = text_column(batch, "span_id").filter(|_| self.kind == RowKind::Span);
        if let Some(traces) = traces {
            let mut last = "";
            for row in (0..batch.num_rows()).filter(|row| traces.is_valid(*row)) {
                // Rows of a trace are neighbours.
                if traces.value(row) != last {
                    last = traces.value(row);
                    self.hashes[TRACES].push(trace_hash(last));
                }
                if let Some(spans) = spans {
                    self.hashes[SPANS].push(span_hash(last, spans.value(row)));
                }
            }
        }
        for (name, which) in [("session_id", SESSIONS), ("user_id", USERS)] {
            let Some(names) = text_column(batch, name) else { continue };
            let mut last = None;
            for name in names.iter().flatten().filter(|name| last.replace(*name).is_none_or(|last| last != *name)) {
                self.hashes[which].push(name_hash(name));
            }
            if self.hashes[which].len() > SORT_EVERY {
                distinct(&mut self.hashes[which]);
            }
        }
    }

    /// Four filters: length u32 and bytes of each.
    pub(crate) fn finish(self) -> StoreResult<Vec<u8>> {
        let mut bytes = Vec::new();
        for mut hashes in self.hashes {
            distinct(&mut hashes);
            let filter = BinaryFuse16::try_from(&hashes).map_err(StoreError::internal)?;
            let mut descriptor = [0; BinaryFuse16::DESCRIPTOR_LEN];
            filter.dma_copy_descriptor_to(&mut descriptor);
            let fingerprints = filter.dma_fingerprints();
            bytes.extend((hashes.len() as u32).to_le_bytes());
            bytes.extend((fingerprints.len() as u32).to_le_bytes());
            bytes.extend(descriptor);
            bytes.extend(fingerprints);
        }
        Ok(bytes)
    }
}

fn distinct(hashes: &mut Vec<u64>) {
    hashes.sort_unstable();
    hashes.dedup();
}

/// The filters of one segment.
pub(crate) struct Filters {
    parts: [Part; COUNT],
}

/// `None` for an empty one.
type Part = Option<BinaryFuse16>;

impl Filters {
    /// `None` when the bytes are no filters. Only for bytes whose checksum was right: a filter trusts its own numbers.
    pub(crate) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut parts: [Part; COUNT] = Default::default();
        for part in &mut parts {
            *part = read_part(&mut bytes)?;
        }
        Some(Self { parts })
    }

    fn may_hold(&self, which: usize, hash: u64) -> bool {
        self.parts[which].as_ref().is_some_and(|filter| filter.contains(&hash))
    }

    pub(crate) fn may_hold_trace(&self, hash: u64) -> bool {
        self.may_hold(TRACES, hash)
    }

    pub(crate) fn may_hold_session(&self, hash: u64) -> bool {
        self.may_hold(SESSIONS, hash)
    }

    pub(crate) fn may_hold_user(&self, hash: u64) -> bool {
        self.may_hold(USERS, hash)
    }

    pub(crate) fn may_hold_span(&self, hash: u64) -> bool {
        self.may_hold(SPANS, hash)
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.iter().flatten().map(|filter| filter.fingerprints.len() * 2).sum()
    }
}

fn read_part(bytes: &mut &[u8]) -> Option<Part> {
    let mut take = |count: usize| -> Option<&[u8]> {
        let (head, rest) = bytes.split_at_checked(count)?;
        *bytes = rest;
        Some(head)
    };
    let entries = u32::from_le_bytes(take(4)?.try_into().ok()?);
    let length = u32::from_le_bytes(take(4)?.try_into().ok()?) as usize;
    let descriptor = take(BinaryFuse16::DESCRIPTOR_LEN)?;
    let number = |at: usize| Some(u32::from_le_bytes(descriptor.get(at..at + 4)?.try_into().ok()?));
    let descriptor = Descriptor {
        seed: u64::from_le_bytes(descriptor.get(..8)?.try_into().ok()?),
        segment_length: number(8)?,
        segment_length_mask: number(12)?,
        segment_count_length: number(16)?,
    };
    let fingerprints = take(length)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((entries > 0).then_some(BinaryFuse16 { descriptor, fingerprints }))
}
