//! `telltale bench`: makes the traffic of LLM applications, sends it to a server, and measures what the budget promises.
//!
//! This crate owns the workload (`workload`), the driver (`load`), the measurements (`measure`) and the report (`report`). It knows a
//! server as every client does: OTLP and the HTTP API, and, when it starts one itself, its process and its data folder from outside.
//! It imports no other crate of ours, so that what it says of them cannot depend on them.

mod api;
mod budget;
mod child;
mod disk;
mod latency;
mod ledger;
mod load;
mod machine;
mod measure;
mod options;
mod process;
mod progress;
mod report;
mod session;
mod units;
mod week;
mod workload;
mod write;

pub use options::BenchOptions;

use anyhow::bail;
use options::Mode;

/// Runs the benchmark that the options describe and prints its report on standard output.
///
/// # Errors
/// When the options contradict each other, no server can be reached, or the load cannot be sent. A missed target is not an error.
pub fn run(options: BenchOptions) -> anyhow::Result<()> {
    let plan = options.plan()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let work = async {
            match options.mode {
                Mode::Budget => measure::run(&options, &plan).await,
                Mode::Week => week::run(&options, &plan).await,
                Mode::Write => write::run(&options, &plan),
            }
        };
        tokio::select! {
            done = work => done,
            () = interrupted() => bail!("interrupted"),
        }
    })
}

/// Ends the work in order, so that the server it started and its folder do not stay behind.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
