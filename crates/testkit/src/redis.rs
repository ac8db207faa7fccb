//! A Redis server of a test's own: a real `redis-server` on a free port, without persistence, that can be killed and started again.

use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Another process may take the free port before the server does; more than a few times in a row is another problem.
const START_ATTEMPTS: usize = 5;

/// Killed when dropped.
pub struct TempRedis {
    port: u16,
    folder: TempDir,
    server: Option<Child>,
}

impl TempRedis {
    /// Returns when the server accepts connections. Fails when `redis-server` is not installed (Debian: `apt-get install redis-server`).
    pub fn start() -> anyhow::Result<Self> {
        let mut problem = None;
        for _ in 0..START_ATTEMPTS {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let mut redis = Self { port, folder: TempDir::new()?, server: None };
            match redis.restart() {
                Ok(()) => return Ok(redis),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.unwrap_or_else(|| anyhow::anyhow!("not tried")))
    }

    /// For `--redis-url`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends the server as `kill -9` does, with everything it knew. Returns when it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// Starts the server again on the same port, empty.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        let mut server = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("redis-server does not start; Debian's package is redis-server")?;
        let mut lines = BufReader::new(server.stdout.take().context("its output is piped")?).lines();
        let is_ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("eady to accept connections"));
        if !is_ready {
            server.kill().ok();
            server.wait()?;
            bail!("redis-server ended before it was ready on port {}", self.port);
        }
        // Its log must be read on, or it would stop at a full pipe. Ends with the server.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        self.server = Some(server);
        Ok(())
    }
}

impl Drop for TempRedis {
    fn drop(&mut self) {
        self.kill().ok();
    }
}
