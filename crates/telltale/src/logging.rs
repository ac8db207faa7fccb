//! Our own log, on stderr. Payload text and secrets never reach it.

use crate::config::{LogConfig, LogFormat};
use anyhow::Context as _;
use std::io::IsTerminal as _;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Libraries whose own chatter is of no use below `warn`.
const QUIET: &str = "sqlx=warn,hyper=warn,h2=warn,datafusion=warn,tower=warn";

pub(crate) fn init(config: &LogConfig) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(format!("{QUIET},{}", config.log)).with_context(|| format!("--log {:?} is not a log filter", config.log))?;
    let json = match config.log_format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init();
    } else {
        registry
            .with(fmt::layer().compact().with_target(false).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr))
            .init();
    }
    Ok(())
}

/// The last words of a process that cannot go on.
#[expect(clippy::print_stderr, reason = "the log may not be set up yet")]
pub(crate) fn fatal(error: &anyhow::Error) {
    eprintln!("telltale: {error:#}");
}
