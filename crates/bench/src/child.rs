//! A server of our own: this very binary, on a free port, with nothing in its surroundings that could point it elsewhere.

use anyhow::{Context as _, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
};

/// A start over a large folder after a crash may take a while; longer, and something is wrong.
const MAX_START: Duration = Duration::from_secs(120);
const MAX_STOP: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Ready {
    listen: String,
}

/// A running server. Dropping it kills it and waits for its end.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Held so that nothing the server prints can fail.
    _stdout: BufReader<ChildStdout>,
    pub pid: u32,
    pub url: String,
    /// From the start of the process to its ready line.
    pub ready_after: Duration,
}

impl Server {
    /// `folder` must exist; the server's data folder is `folder/data`.
    pub(crate) async fn start(folder: &Path, memory: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe().context("this binary's own path is unknown")?);
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TELLTALE_")).for_each(|(name, _)| {
            command.env_remove(name);
        });
        // Not where we are: there may be a telltale.toml, for a server with real data. The data folder is relative, as by default.
        command.current_dir(folder).args(["serve", "--data-dir", DATA, "--memory", memory]);
        command.args(["--listen", "127.0.0.1:0", "--otlp-http", "off", "--otlp-grpc", "off", "--log", "warn"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().context("the server does not start")?;
        let pid = child.id().context("the server ended at once")?;
        let mut stdout = BufReader::new(child.stdout.take().context("stdout is piped")?);
        let mut line = String::new();
        tokio::time::timeout(MAX_START, stdout.read_line(&mut line)).await.context("the server was not ready in time")??;
        let ready_after = started.elapsed();
        let ready: Ready = serde_json::from_str(&line).context("the server ended before it was ready")?;
        Ok(Self { child, _stdout: stdout, pid, url: format!("http://{}", ready.listen), ready_after })
    }

    /// SIGTERM, and the end of the process.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("the server has no process id")?;
        kill_process(pid, Signal::TERM)?;
        let status = tokio::time::timeout(MAX_STOP, self.child.wait()).await.context("the server did not stop in time")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// Gone before its folder is removed: otherwise it would still write there.
impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.start_kill());
        let killed = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && killed.elapsed() < MAX_KILL {
            std::thread::sleep(KILL_POLL);
        }
    }
}

const MAX_KILL: Duration = Duration::from_secs(5);
const KILL_POLL: Duration = Duration::from_millis(5);

/// The server's data folder in ours.
pub(crate) const DATA: &str = "data";
