//! What the binary can be: one file per subcommand.

pub(crate) mod health;
pub(crate) mod migrate;
pub(crate) mod serve;
pub(crate) mod worker;
