//! The file beside a compacted segment that holds what is derived from its rows, and how it is read.
//!
//! Layout, little-endian: the magic `TTSC1\0\0\0`, the sections one after the other, a directory of 41-byte entries (section number u8,
//! offset u64, length u64, first 24 bytes of the section's BLAKE3), the number of entries u32, and the magic again. A reader skips
//! sections that it does not know, so sections can be added.

mod reader;
mod writer;

pub(crate) use reader::Sidecar;
pub(crate) use writer::SidecarWriter;

const MAGIC: [u8; 8] = *b"TTSC1\0\0\0";
const CHECKSUM_BYTES: usize = 24;
const ENTRY_BYTES: usize = 1 + 8 + 8 + CHECKSUM_BYTES;
/// Behind the directory: the number of its entries, and the magic.
const TAIL_BYTES: usize = 4 + MAGIC.len();
/// More sections than any version will write.
const MAX_SECTIONS: usize = 64;

/// What a sidecar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Section {
    /// Which traces, sessions, users and spans the segment may hold.
    Filters = 1,
    /// Spans that other segments may hold reports of, too.
    Repeats = 2,
    /// Counts, sums and sketches per minute.
    Rollup = 3,
    /// The text index.
    Text = 4,
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM_BYTES]);
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Write};

    fn written(path: &std::path::Path) -> model::segment::Sidecar {
        let mut writer = SidecarWriter::create(path).unwrap();
        writer.section(Section::Rollup, b"sums").unwrap();
        writer.section(Section::Text, &[7; 1_000]).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn sections_come_back_whole_and_in_part() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sidecar");
        let facts = written(&path);
        let bytes = fs::read(&path).unwrap();
        assert_eq!((facts.bytes, facts.checksum), (bytes.len() as u64, *blake3::hash(&bytes).as_bytes()));
        let sidecar = Sidecar::open(&path).unwrap();
        assert_eq!(sidecar.section(Section::Rollup).unwrap().unwrap(), b"sums");
        assert_eq!(sidecar.read_at(Section::Text, 990, 10).unwrap(), [7; 10]);
        assert_eq!(sidecar.len(Section::Text), Some(1_000));
        assert!(sidecar.section(Section::Filters).unwrap().is_none());
        assert!(sidecar.read_at(Section::Text, 995, 10).is_err());
    }

    #[test]
    fn damage_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sidecar");
        written(&path);
        let good = fs::read(&path).unwrap();
        for at in [0, 9, good.len() - 1, good.len() - 10, good.len() - 50] {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            fs::write(&path, &bad).unwrap();
            let read = Sidecar::open(&path).and_then(|sidecar| sidecar.section(Section::Rollup));
            assert!(!matches!(read, Ok(Some(bytes)) if bytes == b"sums"), "byte {at}");
        }
        fs::File::create(&path).unwrap().write_all(&good[..20]).unwrap();
        assert!(Sidecar::open(&path).is_err());
    }
}
