//! A PostgreSQL server of a test's own: Debian's binaries, a temporary folder, a free port, gone when dropped.

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::{
    ffi::OsString,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Another process may take the free port before the server does; more than a few times in a row is another problem.
const START_ATTEMPTS: usize = 5;
/// A loaded machine takes seconds to start a server; a minute is a hang.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// The role that owns everything, without a password: the server listens on loopback and in its own folder only.
const ROLE: &str = "postgres";

/// Killed and removed when dropped. PostgreSQL refuses to run as root: then it runs as user `postgres`.
pub struct TempPostgres {
    binaries: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    port: u16,
    server: Option<Child>,
    databases: AtomicU32,
}

impl TempPostgres {
    /// Returns when the server accepts connections. Fails when PostgreSQL is not installed, saying how to install it.
    pub fn start() -> anyhow::Result<Self> {
        let binaries = find_binaries()?;
        let folder = tempfile::Builder::new().prefix("telltale-pg-").tempdir()?;
        let owner = if geteuid().is_root() { Some(unprivileged_user()?) } else { None };
        if let Some((user, group)) = owner {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        let mut postgres = Self { binaries, folder, owner, port: 0, server: None, databases: AtomicU32::new(0) };
        postgres.initialise()?;
        let mut problem = None;
        for _ in 0..START_ATTEMPTS {
            postgres.port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            match postgres.restart() {
                Ok(()) => return Ok(postgres),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.unwrap_or_else(|| anyhow::anyhow!("not tried")))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// For `--database-url`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }

    /// A new, empty database; returns its URL.
    pub fn create_database(&self) -> anyhow::Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }

    /// Runs SQL in a database as its owner; returns what `psql` prints, unaligned and without headers.
    pub fn psql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        let output = Command::new(self.binaries.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1"])
            .args([&format!("--port={}", self.port), &format!("--username={ROLE}"), "--command", sql, database])
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Ends the server at once, without a checkpoint; every connection breaks. Returns when it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        // QUIT, not KILL: the server then ends its own processes too and frees its shared memory.
        let id = Pid::from_child(&server);
        kill_process(id, Signal::QUIT).ok();
        let started = Instant::now();
        while started.elapsed() < STOP_TIMEOUT {
            if server.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        server.kill()?;
        server.wait()?;
        Ok(())
    }

    /// Starts the server again on the same port, with the data it had.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        let log = std::fs::File::create(self.folder.path().join("server.log"))?;
        let server = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-F"])
            .args(["-c", "full_page_writes=off", "-c", "shared_buffers=16MB", "-c", "max_connections=100"])
            .arg("-k")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .spawn()?;
        self.server = Some(server);
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY_TIMEOUT {
            if let Some(server) = &mut self.server
                && let Some(status) = server.try_wait()?
            {
                let log = std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
                self.server = None;
                bail!("postgres ended at once ({status}): {}", log.trim());
            }
            if self.psql("postgres", "SELECT 1").is_ok() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        bail!("postgres did not accept connections within {READY_TIMEOUT:?}")
    }

    fn initialise(&self) -> anyhow::Result<()> {
        let output = self
            .command("initdb")
            .arg("-D")
            .arg(self.data())
            .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--username", ROLE])
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.folder.path()).env("TZ", "UTC");
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for TempPostgres {
    fn drop(&mut self) {
        self.kill().ok();
    }
}

/// The newest version that is installed.
fn find_binaries() -> anyhow::Result<PathBuf> {
    let missing = "PostgreSQL is not installed: apt-get install postgresql";
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context(missing)?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((version(entry.file_name())?, entry.path().join("bin"))))
        .filter(|(_, binaries)| binaries.join("initdb").exists() && binaries.join("postgres").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, binaries)| binaries).context(missing)
}

fn version(name: OsString) -> Option<u32> {
    name.to_str()?.parse().ok()
}

/// User and group that Debian's package makes.
fn unprivileged_user() -> anyhow::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let fields: Vec<&str> = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&ROLE))
        .context("there is no user postgres: apt-get install postgresql")?;
    match fields.as_slice() {
        [_, _, user, group, ..] => Ok((user.parse()?, group.parse()?)),
        _ => bail!("/etc/passwd is damaged"),
    }
}
