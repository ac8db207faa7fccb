//! Reads a sidecar: whole sections, checked, or parts of one on demand.

use super::{CHECKSUM_BYTES, ENTRY_BYTES, MAGIC, MAX_SECTIONS, Section, TAIL_BYTES, checksum};
use std::{fs::File, io, os::unix::fs::FileExt, path::Path};

/// An open sidecar. The file stays readable after it was removed from its directory.
pub(crate) struct Sidecar {
    file: File,
    directory: Vec<Entry>,
}

struct Entry {
    section: u8,
    offset: u64,
    length: u64,
    checksum: [u8; CHECKSUM_BYTES],
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a sidecar's {what} is damaged"))
}

impl Sidecar {
    /// Reads the directory only. `InvalidData` when the file is no sidecar.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut tail = [0; TAIL_BYTES];
        let mut head = [0; MAGIC.len()];
        let tail_at = size.checked_sub(TAIL_BYTES as u64).ok_or_else(|| damaged("end"))?;
        file.read_exact_at(&mut tail, tail_at)?;
        file.read_exact_at(&mut head, 0)?;
        let (count, magic) = tail.split_at(4);
        let count = u32::from_le_bytes(count.try_into().map_err(|_| damaged("end"))?) as usize;
        if magic != MAGIC || head != MAGIC || count > MAX_SECTIONS {
            return Err(damaged("frame"));
        }
        let start = tail_at.checked_sub((count * ENTRY_BYTES) as u64).ok_or_else(|| damaged("directory"))?;
        let mut bytes = vec![0; count * ENTRY_BYTES];
        file.read_exact_at(&mut bytes, start)?;
        let directory: Option<Vec<Entry>> = bytes.chunks_exact(ENTRY_BYTES).map(|entry| Entry::read(entry, start)).collect();
        Ok(Self { file, directory: directory.ok_or_else(|| damaged("directory"))? })
    }

    fn entry(&self, section: Section) -> Option<&Entry> {
        self.directory.iter().find(|entry| entry.section == section as u8)
    }

    /// Length of a section in bytes; `None` when it is not there.
    pub(crate) fn len(&self, section: Section) -> Option<u64> {
        self.entry(section).map(|entry| entry.length)
    }

    /// A whole section, checked. `InvalidData` when its checksum does not match.
    pub(crate) fn section(&self, section: Section) -> io::Result<Option<Vec<u8>>> {
        let Some(entry) = self.entry(section) else { return Ok(None) };
        let bytes = self.read_at(section, 0, entry.length as usize)?;
        if checksum(&bytes) != entry.checksum {
            return Err(damaged("section"));
        }
        Ok(Some(bytes))
    }

    /// `length` bytes of a section from `offset`: unchecked, the section's own format has to bear it.
    pub(crate) fn read_at(&self, section: Section, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let entry = self.entry(section).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        if offset.checked_add(length as u64).is_none_or(|end| end > entry.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, entry.offset + offset)?;
        Ok(bytes)
    }
}

impl Entry {
    /// `None` when it reaches into the directory, which begins at `end`.
    fn read(bytes: &[u8], end: u64) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let entry = Self { section: bytes[0], offset: number(1)?, length: number(9)?, checksum: bytes.get(17..)?.try_into().ok()? };
        (entry.offset.checked_add(entry.length)? <= end).then_some(entry)
    }
}
