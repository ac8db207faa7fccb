//! Files of segments into another folder: linked where that is possible, copied and checked elsewhere, durable in either case.

use anyhow::{Context as _, bail};
use model::segment::{Location, Segment};
use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// What a backup did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Copied {
    pub(crate) files: u64,
    pub(crate) new_files: u64,
    /// Of files that were copied, not linked.
    pub(crate) new_bytes: u64,
    pub(crate) removed_files: u64,
}

/// Each segment comes with whether its files must be there.
pub(super) fn copy_files(from: &Path, to: &Path, segments: Vec<(Segment, bool)>, always_copy: bool) -> anyhow::Result<Copied> {
    let mut copied = Copied::default();
    let mut folders: HashSet<PathBuf> = HashSet::new();
    for (segment, is_needed) in segments {
        for (file, bytes, checksum) in parts(&segment) {
            let (source, target) = (from.join(&file), to.join(&file));
            if !source.is_file() {
                // The server itself found it missing, or nobody needs it any more.
                if is_needed {
                    bail!("the file {} of a live segment is missing: `telltale doctor` says more", source.display());
                }
                continue;
            }
            copied.files += 1;
            if target.metadata().is_ok_and(|known| known.len() == bytes) {
                continue;
            }
            fs::remove_file(&target).or_else(super::backup::ignore_missing)?;
            let folder = target.parent().context("a segment is in a folder")?;
            fs::create_dir_all(folder)?;
            copied.new_files += 1;
            if always_copy || fs::hard_link(&source, &target).is_err() {
                copied.new_bytes += copy_checked(&source, &target, is_needed.then_some(checksum))?;
            }
            folders.extend(folder.ancestors().take_while(|ancestor| ancestor.starts_with(to)).map(Path::to_path_buf));
        }
    }
    for folder in folders {
        File::open(folder)?.sync_all()?;
    }
    Ok(copied)
}

/// The files of a segment: path, size, checksum.
fn parts(segment: &Segment) -> impl Iterator<Item = (String, u64, [u8; 32])> {
    let file = match &segment.location {
        Location::File(path) => Some((path.clone(), segment.bytes, segment.checksum)),
        Location::Inline => None,
    };
    let sidecar = segment.sidecar_path().zip(segment.sidecar).map(|(path, sidecar)| (path, sidecar.bytes, sidecar.checksum));
    file.into_iter().chain(sidecar)
}

/// Under another name until it is whole.
fn copy_checked(source: &Path, target: &Path, checksum: Option<[u8; 32]>) -> anyhow::Result<u64> {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = target.with_file_name(name);
    let bytes = fs::copy(source, &partial).with_context(|| format!("cannot copy {}", source.display()))?;
    let file = File::open(&partial)?;
    file.sync_all()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    if checksum.is_some_and(|checksum| *hasher.finalize().as_bytes() != checksum) {
        fs::remove_file(&partial).ok();
        bail!("the file {} is damaged: `telltale doctor --repair` takes its segment out of reads", source.display());
    }
    fs::rename(&partial, target)?;
    Ok(bytes)
}

/// Deletes what the new catalog does not name: files of segments that were replaced since the earlier backup.
pub(super) fn remove_unnamed(to: &Path, named: &HashSet<String>) -> anyhow::Result<u64> {
    let mut removed = 0;
    for level in folders(&to.join("segments"))? {
        for writer in folders(&level)? {
            for entry in fs::read_dir(&writer)? {
                let path = entry?.path();
                let name = path.strip_prefix(to).ok().and_then(|path| path.to_str());
                if path.is_file() && !name.is_some_and(|name| named.contains(name)) {
                    fs::remove_file(&path)?;
                    removed += 1;
                }
            }
        }
    }
    Ok(removed)
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    if !parent.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(parent)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}
