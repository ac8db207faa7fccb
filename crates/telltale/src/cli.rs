//! The command line: `telltale serve | worker | migrate | export | import | doctor | backup | health | bench`, each flag also an
//! environment variable and a key of `telltale.toml`.

use crate::{
    config,
    roles::{health, migrate, serve, worker},
    transfer::{export, import},
    upkeep::{backup, doctor},
};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{ffi::OsString, process::ExitCode};

#[derive(Debug, Parser)]
#[command(name = "telltale", version, about = "LLM observability in one binary", long_about = None)]
#[command(after_help = "Every flag can be given as an environment variable (shown beside it) or as a key of telltale.toml; \
                        the command line wins over the environment, the environment over the file.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take in telemetry, keep it, and serve the dashboard and the API.
    Serve(config::ServeConfig),
    /// Run background jobs only, beside one or more `serve` processes on the same database and data folder.
    Worker(config::WorkerConfig),
    /// Bring the database to this version's schema, then exit. (`serve` and `worker` do so too when they start.)
    Migrate(config::StorageConfig),
    /// Write rows of a running server into a file: JSON lines, CSV or Parquet.
    Export(export::ExportConfig),
    /// Store the rows of an exported file in a running server, as they were.
    Import(import::ImportConfig),
    /// Check a data folder: is everything there, is it whole, is there nothing else? Works beside a running server.
    Doctor(doctor::DoctorConfig),
    /// Copy a data folder, while a server runs on it, into one that a server can start on.
    Backup(backup::BackupConfig),
    /// Ask a running server how it is; exits with 0 when it is well.
    Health(health::HealthConfig),
    /// Make the traffic of LLM applications, send it to a server, and measure what the performance budget promises.
    Bench(bench::BenchOptions),
}

/// Reads command line, environment and `telltale.toml`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = config::file::apply(Cli::command(), &arguments)?;
    let matches = command.try_get_matches_from(arguments)?;
    Ok(Cli::from_arg_matches(&matches)?.command)
}

/// How the process ends; an error is exit code 1.
pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Doctor(config) => return doctor::run(config),
        Command::Backup(config) => backup::run(config),
        Command::Serve(config) => serve::run(config),
        Command::Worker(config) => worker::run(config),
        Command::Migrate(config) => migrate::run(config),
        Command::Export(config) => export::run(config),
        Command::Import(config) => import::run(config),
        Command::Health(config) => health::run(config),
        Command::Bench(options) => bench::run(options),
    }?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_can_come_from_the_environment_and_is_explained() {
        for subcommand in Cli::command().get_subcommands() {
            for argument in subcommand.get_arguments().filter(|argument| argument.get_id() != "help") {
                let name = format!("{} {}", subcommand.get_name(), argument.get_id());
                let variable = argument.get_env().unwrap_or_else(|| panic!("{name} has no environment variable"));
                assert!(variable.to_string_lossy().starts_with("TELLTALE_"), "{name}");
                assert!(argument.get_help().is_some(), "{name} has no help");
            }
        }
    }
}
