//! One suite per port: every implementation must pass it, so that one can stand in for another.

pub mod accounts;
pub mod bus;
pub mod cache;
pub mod case;
pub mod erasures;
pub mod inspection;
pub mod jobs;
pub mod library;
pub mod price_lists;
pub mod retention;
pub mod segments;
pub mod telemetry_store;
