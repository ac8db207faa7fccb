//! The lake against a catalog in memory: what is acknowledged is there, exactly once, whatever fails in between.

mod commit;
mod compaction;
mod crash;
mod garbage;
mod recovery;
mod rollups;
mod sqlite;

use crate::{
    Lake, LakeConfig,
    testing::{MemoryCatalog, stored_spans},
};
use std::{path::Path, sync::Arc};

const BUDGET: usize = 256 * 1024 * 1024;

fn config(dir: &Path) -> LakeConfig {
    LakeConfig::new(dir, BUDGET)
}

/// Every commit goes into a file.
fn config_with_files(dir: &Path) -> LakeConfig {
    let mut config = config(dir);
    config.commit.max_inline_bytes = 0;
    config
}

async fn open(config: LakeConfig, catalog: &Arc<MemoryCatalog>) -> Lake {
    Lake::open(config, Arc::clone(catalog) as _).await.unwrap()
}

/// Names of the stored spans, sorted.
async fn names(lake: &Lake) -> Vec<String> {
    let mut names: Vec<_> = stored_spans(lake).await.into_iter().map(|(_, span)| span.name).collect();
    names.sort();
    names
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
