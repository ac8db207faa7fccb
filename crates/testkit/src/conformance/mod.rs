//! One suite per port: every implementation must pass it, so that one can stand in for another.

pub mod bus;
pub mod cache;
pub mod telemetry_store;
