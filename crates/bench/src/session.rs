//! The server under measurement, with its folder and what is known to be in it.

use crate::{
    api::Api,
    child::{DATA, Server},
    ledger::Ledger,
    options::{BenchOptions, Plan},
    process,
};
use anyhow::Context as _;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// Why a row about the process or the folder of a server of someone else is not measured.
pub(crate) const NOT_OURS: &str = "needs a server that the benchmark starts itself";

pub(crate) struct Session {
    pub api: Api,
    pub ledger: Ledger,
    /// Spans that were there before.
    pub spans_before: u64,
    own: Option<Own>,
    /// Highest RSS of the servers so far, in MB.
    peak_mb: Option<f64>,
}

struct Own {
    server: Server,
    folder: PathBuf,
    memory: String,
    is_kept: bool,
    /// Removed at the end.
    _temporary: Option<TempDir>,
}

impl Session {
    pub(crate) async fn open(options: &BenchOptions, plan: &Plan) -> anyhow::Result<Self> {
        if let Some(url) = &options.url {
            let api = Api::new(url, options.key.clone())?;
            let spans_before = api.count_spans().await.with_context(|| format!("--url {url}"))?;
            return Ok(Self { api, ledger: Ledger::new(plan.recipe.clone()), spans_before, own: None, peak_mb: None });
        }
        let (folder, temporary) = match &options.data_dir {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = tempfile::Builder::new().prefix("telltale-bench-").tempdir()?;
                (temporary.path().to_path_buf(), Some(temporary))
            }
        };
        let ledger = Ledger::load(&folder)?.unwrap_or_else(|| Ledger::new(plan.recipe.clone()));
        std::fs::create_dir_all(&folder).with_context(|| format!("--data-dir {}", folder.display()))?;
        let server = Server::start(&folder, &options.memory).await?;
        let api = Api::new(&server.url, None)?;
        let is_kept = options.keep;
        let own = Own { server, folder, memory: options.memory.clone(), is_kept, _temporary: temporary };
        Ok(Self { api, ledger, spans_before: 0, own: Some(own), peak_mb: None })
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.own.as_ref().map(|own| own.server.pid)
    }

    pub(crate) fn data_dir(&self) -> Option<PathBuf> {
        self.own.as_ref().map(|own| own.folder.join(DATA))
    }

    pub(crate) fn ready_after(&self) -> Option<Duration> {
        self.own.as_ref().map(|own| own.server.ready_after)
    }

    /// Highest RSS until now, of every server of this session.
    pub(crate) fn peak_mb(&self) -> Option<f64> {
        let now = self.pid().and_then(|pid| process::memory(pid).ok()).map(|memory| memory.peak_mb);
        [self.peak_mb, now].into_iter().flatten().reduce(f64::max)
    }

    /// Stops our server and starts it again over the same folder. Nothing for a server of someone else.
    pub(crate) async fn restart(mut self) -> anyhow::Result<Self> {
        self.peak_mb = self.peak_mb();
        if let Some(mut own) = self.own.take() {
            own.server.stop().await?;
            own.server = Server::start(&own.folder, &own.memory).await?;
            self.api = Api::new(&own.server.url, None)?;
            self.own = Some(own);
        }
        Ok(self)
    }

    /// Stops our server, and removes its folder unless it is to be kept.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        let Some(own) = self.own.take() else { return Ok(()) };
        own.server.stop().await?;
        if own.is_kept { self.ledger.save(&own.folder) } else { remove(&own.folder) }
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    std::fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))
}
