//! What the binary can be: one file per subcommand.

pub mod health;
pub mod migrate;
pub mod serve;
pub mod worker;
