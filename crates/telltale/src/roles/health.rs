//! `telltale health`: asks a running server how it is. For container health checks, where no other client is at hand.

use anyhow::{Context as _, bail};
use clap::Args;
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A server that does not answer by then is not well.
const TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Args)]
pub(crate) struct HealthConfig {
    /// Address of the server.
    #[arg(long, env = "TELLTALE_HEALTH_ADDRESS", default_value = "127.0.0.1:8001", value_name = "ADDR:PORT")]
    pub address: SocketAddr,
}

/// Prints the answer of `/health`; fails unless it is 200.
#[expect(clippy::print_stdout, reason = "the answer is what the command is for")]
pub(crate) fn run(config: HealthConfig) -> anyhow::Result<()> {
    let mut stream =
        TcpStream::connect_timeout(&config.address, TIMEOUT).with_context(|| format!("no server answers on {}", config.address))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context("the answer of the server broke off")?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer is not HTTP")?;
    println!("{body}");
    if head.split_whitespace().nth(1) != Some("200") {
        bail!("not healthy: {}", head.lines().next().unwrap_or_default());
    }
    Ok(())
}
