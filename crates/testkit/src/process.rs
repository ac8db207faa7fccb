//! The real program as a child process: started on free ports over a folder of its own, killed or stopped, and never left behind.

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

/// A start that takes longer has failed: the program is ready in a fraction of a second, but test machines are shared.
const MAX_START: Duration = Duration::from_secs(30);
const MAX_STOP: Duration = Duration::from_secs(30);

/// The line that the program prints when everything is bound.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ready {
    pub event: String,
    pub listen: String,
    pub otlp_http: Option<String>,
    pub otlp_grpc: Option<String>,
}

/// How to start the program: on free ports of the loopback interface, without gRPC.
#[derive(Debug, Clone)]
pub struct Program {
    binary: PathBuf,
    /// Another program that runs it, such as `strace`, with its arguments.
    wrapper: Vec<String>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Program {
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), wrapper: Vec::new(), arguments: Vec::new(), environment: Vec::new() }
    }

    /// The binary that `TELLTALE_BIN` names; for tests outside the package that builds it.
    pub fn from_environment() -> anyhow::Result<Self> {
        Ok(Self::new(std::env::var_os("TELLTALE_BIN").context("TELLTALE_BIN must name the telltale binary")?))
    }

    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Runs it below another program: `under(["strace", "-f"])`.
    pub fn under<W: Into<String>>(mut self, wrapper: impl IntoIterator<Item = W>) -> Self {
        self.wrapper = wrapper.into_iter().map(Into::into).collect();
        self
    }

    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs `serve` over the data folder and waits for its ready line.
    pub async fn serve(&self, data_dir: &Path) -> anyhow::Result<Running> {
        let mut command = match self.wrapper.split_first() {
            None => Command::new(&self.binary),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&self.binary);
                command
            }
        };
        // Only what the test says, not what the developer's shell happens to hold.
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TELLTALE_")).for_each(|(name, _)| {
            command.env_remove(name);
        });
        command.args(["serve", "--data-dir"]).arg(data_dir);
        command.args(["--listen", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--otlp-grpc", "off"]).args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} does not start", self.binary.display()))?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        let stderr = child.stderr.take().context("stderr is piped")?;
        // Drained all the time: a full pipe would stop the program. Kept, to be shown when a start fails.
        let log = tokio::spawn(async move {
            let (mut lines, mut kept) = (BufReader::new(stderr).lines(), Vec::new());
            while let Ok(Some(line)) = lines.next_line().await {
                kept.push(line);
                if kept.len() > KEPT_LOG_LINES {
                    kept.remove(0);
                }
            }
            kept
        });
        let mut lines = BufReader::new(stdout).lines();
        let line = tokio::time::timeout(MAX_START, lines.next_line()).await.context("no ready line in time")??;
        let Some(line) = line else {
            let log = log.await.unwrap_or_default();
            bail!("the program ended before it was ready:\n{}", log.join("\n"));
        };
        let ready: Ready = serde_json::from_str(&line).with_context(|| format!("expected the ready line, got {line:?}"))?;
        ensure!(ready.event == "ready", "expected the ready line, got {line:?}");
        Ok(Running { child, ready, log: Some(log), is_wrapped: !self.wrapper.is_empty() })
    }
}

/// Log lines kept of a program.
const KEPT_LOG_LINES: usize = 50_000;

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    ready: Ready,
    log: Option<JoinHandle<Vec<String>>>,
    is_wrapped: bool,
}

impl Running {
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// An address on the main port, for a path that starts with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ready.listen)
    }

    /// The process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// SIGKILL, as a crash; returns when the process is gone.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the program could not be killed")
    }

    /// SIGTERM; returns how it ended and the last lines of its log.
    pub async fn terminate(mut self) -> anyhow::Result<(ExitStatus, Vec<String>)> {
        let id = self.child.id().context("the program has ended already")?;
        // A wrapper ends with the program, and is not to be signalled itself: strace would let go of it.
        let wrapped = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let id = wrapped.split_whitespace().next().filter(|_| self.is_wrapped).map_or(Ok(id), str::parse)?;
        kill_process(Pid::from_raw(i32::try_from(id)?).context("not a process id")?, Signal::TERM)?;
        let status = tokio::time::timeout(MAX_STOP, self.child.wait()).await.context("the program does not stop on SIGTERM")??;
        let log = match self.log.take() {
            Some(log) => log.await.unwrap_or_default(),
            None => Vec::new(),
        };
        Ok((status, log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A script in place of the program.
    fn script(folder: &Path, text: &str) -> Program {
        let path = folder.join("program");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Program::new(path)
    }

    const READY: &str = r#"echo '{"event":"ready","listen":"127.0.0.1:9","otlp_http":null}'"#;

    #[tokio::test]
    async fn a_program_that_ends_at_once_shows_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let error = script(folder.path(), "echo the disk is full >&2; exit 3").serve(folder.path()).await.unwrap_err().to_string();
        assert!(error.contains("ended before it was ready") && error.contains("the disk is full"), "{error}");
    }

    #[tokio::test]
    async fn a_program_is_told_its_folder_and_ends_on_sigterm() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("trap 'exit 0' TERM; echo $@ >&2; {READY}; while true; do sleep 0.01; done");
        let running = script(folder.path(), &text).argument("--extra").serve(folder.path()).await.unwrap();
        assert_eq!(running.url("/health"), "http://127.0.0.1:9/health");
        let (status, log) = running.terminate().await.unwrap();
        assert!(status.success());
        let arguments = format!("serve --data-dir {} --listen 127.0.0.1:0", folder.path().display());
        assert!(log[0].starts_with(&arguments) && log[0].ends_with("--extra"), "{log:?}");
    }

    #[tokio::test]
    async fn a_killed_program_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let running =
            script(folder.path(), &format!("trap '' TERM; {READY}; while true; do sleep 0.01; done")).serve(folder.path()).await.unwrap();
        let id = running.id().and_then(|id| Pid::from_raw(id as i32)).unwrap();
        running.kill().await.unwrap();
        assert!(rustix::process::test_kill_process(id).is_err());
    }
}
