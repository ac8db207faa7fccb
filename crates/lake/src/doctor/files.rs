//! Every file below the folder of the segments.

use crate::storage::{SEGMENTS, blocking, unavailable};
use model::{StoreResult, WriterId};
use std::{fs, io, path::Path};

/// A file, named as the catalog would name it.
pub(super) struct FoundFile {
    pub(super) path: String,
    /// Whose folder it is in; `None` when the folder's name is no writer's.
    pub(super) writer: Option<WriterId>,
}

pub(super) async fn list(data_dir: &Path) -> StoreResult<Vec<FoundFile>> {
    let data_dir = data_dir.to_owned();
    blocking(move || walk(&data_dir).map_err(|error| unavailable("listing segment files", &error))).await
}

fn walk(data_dir: &Path) -> io::Result<Vec<FoundFile>> {
    let mut found = Vec::new();
    for level in names(&data_dir.join(SEGMENTS))? {
        let level = format!("{SEGMENTS}/{level}");
        if !data_dir.join(&level).is_dir() {
            found.push(FoundFile { path: level, writer: None });
            continue;
        }
        for writer in names(&data_dir.join(&level))? {
            let folder = format!("{level}/{writer}");
            if !data_dir.join(&folder).is_dir() {
                found.push(FoundFile { path: folder, writer: None });
                continue;
            }
            let id: Option<WriterId> = writer.parse().ok();
            found
                .extend(names(&data_dir.join(&folder))?.into_iter().map(|name| FoundFile { path: format!("{folder}/{name}"), writer: id }));
        }
    }
    Ok(found)
}

/// Names in a directory, sorted; none when it does not exist.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let listing = match fs::read_dir(directory) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = listing.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}
