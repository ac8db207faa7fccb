//! Telemetry in, through the whole router, into a store in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod agents;
mod bad_input;
mod billing;
mod deepeval;
mod deepeval_library;
mod grpc;
mod harness;
mod import;
mod json_api;
mod langfuse;
mod limits;
mod litellm;
mod live;
mod mlflow;
mod opik;
mod otlp;
mod phoenix;
mod retention;
mod token_conflicts;
