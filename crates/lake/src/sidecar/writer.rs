//! Writes a sidecar: section after section, then the directory.

use super::{CHECKSUM_BYTES, MAGIC, Section};
use crate::storage::{create_parents, remove, sync_parent};
use model::segment::Sidecar;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// A sidecar under construction. Dropped before [`SidecarWriter::finish`], it leaves no file.
pub(crate) struct SidecarWriter {
    file: BufWriter<File>,
    path: PathBuf,
    hasher: blake3::Hasher,
    bytes: u64,
    directory: Vec<(u8, u64, u64, [u8; CHECKSUM_BYTES])>,
    is_finished: bool,
}

impl SidecarWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        create_parents(path)?;
        let mut writer = Self {
            file: BufWriter::new(File::create_new(path)?),
            path: path.to_owned(),
            hasher: blake3::Hasher::new(),
            bytes: 0,
            directory: Vec::new(),
            is_finished: false,
        };
        writer.put(&MAGIC)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn section(&mut self, section: Section, bytes: &[u8]) -> io::Result<()> {
        self.directory.push((section as u8, self.bytes, bytes.len() as u64, super::checksum(bytes)));
        self.put(bytes)
    }

    /// A section whose bytes come in pieces: `write` puts them out.
    pub(crate) fn streamed(&mut self, section: Section, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let start = self.bytes;
        let mut sink = SectionSink { writer: self, hasher: blake3::Hasher::new() };
        write(&mut sink)?;
        let hash = sink.hasher.finalize();
        let mut checksum = [0; CHECKSUM_BYTES];
        checksum.copy_from_slice(&hash.as_bytes()[..CHECKSUM_BYTES]);
        self.directory.push((section as u8, start, self.bytes - start, checksum));
        Ok(())
    }

    /// Durable when it returns: the data, then the directory entry.
    pub(crate) fn finish(mut self) -> io::Result<Sidecar> {
        let directory = std::mem::take(&mut self.directory);
        for (section, offset, length, checksum) in &directory {
            self.put(&[*section])?;
            self.put(&offset.to_le_bytes())?;
            self.put(&length.to_le_bytes())?;
            self.put(checksum)?;
        }
        self.put(&(directory.len() as u32).to_le_bytes())?;
        self.put(&MAGIC)?;
        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        sync_parent(&self.path)?;
        self.is_finished = true;
        Ok(Sidecar { bytes: self.bytes, checksum: *self.hasher.finalize().as_bytes() })
    }
}

impl Drop for SidecarWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            remove(&self.path);
        }
    }
}

/// One section on its way into the file.
struct SectionSink<'a> {
    writer: &'a mut SidecarWriter,
    hasher: blake3::Hasher,
}

impl Write for SectionSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.put(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
