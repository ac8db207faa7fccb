//! The one line on stdout: what a script that started us waits for.

use serde::Serialize;
use std::{io::Write as _, net::SocketAddr};

#[derive(Serialize)]
struct Ready<'a> {
    event: &'a str,
    listen: String,
    otlp_http: Option<String>,
    otlp_grpc: Option<String>,
}

/// Printed when everything is bound, whatever the log settings. An interface that is off is null.
pub(crate) fn announce(listen: SocketAddr, otlp_http: Option<SocketAddr>, otlp_grpc: Option<SocketAddr>) -> anyhow::Result<()> {
    let text = |address: SocketAddr| address.to_string();
    let ready = Ready { event: "ready", listen: text(listen), otlp_http: otlp_http.map(text), otlp_grpc: otlp_grpc.map(text) };
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer(&mut stdout, &ready)?;
    writeln!(stdout)?;
    stdout.flush()?;
    Ok(())
}
