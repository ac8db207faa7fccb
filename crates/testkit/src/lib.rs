//! What tests share: a telemetry store in memory, rows to put into stores, the conformance suites that every implementation of a
//! port must pass, a fake provider of models, and the real program as a process. Only ever a dev-dependency.

pub mod conformance;
pub mod fake_llm;
pub mod fixtures;
pub mod memory_library;
mod memory_prices;
pub mod memory_store;
pub mod postgres;
pub mod process;
pub mod redis;

pub use memory_library::MemoryLibrary;
pub use memory_prices::MemoryPriceLists;
pub use memory_store::MemoryStore;
