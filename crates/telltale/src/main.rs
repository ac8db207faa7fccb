//! The binary: reads the configuration, puts the parts together, runs a role. No logic of its own.

mod cli;
mod config;
mod listen;
mod lock;
mod logging;
mod ready;
mod roles;
mod signals;
mod wiring;

use std::process::ExitCode;

/// Builds faster answers than the system allocator under many short-lived buffers, and gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(stop) => stop.exit(),
    };
    match cli::run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logging::fatal(&error);
            ExitCode::FAILURE
        }
    }
}
