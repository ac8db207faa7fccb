//! What a data folder holds, by kind of file.

use std::{collections::BTreeMap, fs, io, path::Path};

/// Bytes of a data folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct DiskUse {
    /// Files by extension: `parquet`, `arrow.zst`, ...; `catalog` is the database.
    pub by_extension: BTreeMap<String, FileUse>,
    /// Level-0 files. After compaction they only wait for readers to let go of them.
    pub level0: FileUse,
}

#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub(crate) struct FileUse {
    pub files: u64,
    pub bytes: u64,
}

impl FileUse {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

const LEVEL0_FOLDER: &str = "l0";

impl DiskUse {
    /// # Errors
    /// When the folder cannot be read. A file that disappears meanwhile is not counted.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        let mut folders = vec![(folder.to_path_buf(), false)];
        while let Some((folder, is_level0)) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    folders.push((entry.path(), is_level0 || name == LEVEL0_FOLDER));
                } else if is_level0 {
                    found.level0.add(metadata.len());
                } else {
                    found.by_extension.entry(kind(&name)).or_default().add(metadata.len());
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn files(&self) -> u64 {
        self.level0.files + self.by_extension.values().map(|found| found.files).sum::<u64>()
    }

    /// All bytes but those of level-0 files.
    pub(crate) fn compacted_bytes(&self) -> u64 {
        self.by_extension.values().map(|found| found.bytes).sum()
    }

    /// Bytes of the rows themselves.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.by_extension.get("parquet").map_or(0, |found| found.bytes)
    }
}

fn kind(name: &str) -> String {
    if name.starts_with("catalog.db") {
        return "catalog".to_owned();
    }
    name.split_once('.').map_or_else(|| "other".to_owned(), |(_, extension)| extension.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn files_are_counted_by_kind_and_level() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![0; bytes]).unwrap();
        };
        for (name, bytes) in [
            ("catalog.db", 10),
            ("catalog.db-wal", 5),
            ("segments/l1/a.parquet", 100),
            ("segments/l1/a.text.idx", 40),
            ("segments/l0/2/b.arrow.zst", 7),
            ("lock", 1),
        ] {
            write(name, bytes);
        }
        let found = DiskUse::of(folder.path()).unwrap();
        assert_eq!((found.data_bytes(), found.compacted_bytes(), found.level0.bytes, found.files()), (100, 156, 7, 6));
        assert_eq!(found.by_extension["catalog"].bytes, 15);
        assert_eq!(found.by_extension["text.idx"].files, 1);
    }
}
