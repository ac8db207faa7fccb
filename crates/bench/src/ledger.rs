//! What a store holds and was made from, kept beside its data folder, so that it can be measured again.

use crate::workload::Recipe;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub recipe: Recipe,
    /// Requests of the main stream that are stored: 0 .. this.
    pub main_batches: u64,
    /// Requests of the present moment that are stored.
    pub live_batches: u64,
    pub wide_spans: u64,
    /// Everything acknowledged.
    pub spans: u64,
    pub otlp_bytes: u64,
}

const FILE: &str = "bench.json";

impl Ledger {
    pub(crate) fn new(recipe: Recipe) -> Self {
        Self { recipe, main_batches: 0, live_batches: 0, wide_spans: 0, spans: 0, otlp_bytes: 0 }
    }

    /// `None` when the folder is empty or missing.
    ///
    /// # Errors
    /// When there is something in the folder that no benchmark made.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Option<Self>> {
        let file = folder.join(FILE);
        if file.is_file() {
            let text = fs::read_to_string(&file)?;
            return Ok(Some(serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?));
        }
        let is_empty = !folder.exists() || fs::read_dir(folder)?.next().is_none();
        anyhow::ensure!(is_empty, "--data-dir: {} holds something that no benchmark made; choose an empty folder", folder.display());
        Ok(None)
    }

    pub(crate) fn save(&self, folder: &Path) -> anyhow::Result<()> {
        fs::write(folder.join(FILE), serde_json::to_string_pretty(self)?)?;
        Ok(())
    }
}
