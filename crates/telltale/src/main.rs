//! The binary: reads the configuration, puts the parts together, runs a role. No logic of its own.

mod cli;
mod config;
mod listen;
mod lock;
mod logging;
mod ready;
mod roles;
mod signals;
mod transfer;
mod upkeep;
mod wiring;

use std::process::ExitCode;

/// Gives memory back under many large short-lived buffers: docs/adr/0005-jemalloc.md.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(stop) => stop.exit(),
    };
    match cli::run(command) {
        Ok(code) => code,
        Err(error) => {
            logging::fatal(&error);
            ExitCode::FAILURE
        }
    }
}
