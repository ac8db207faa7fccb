//! Care of a data folder from the command line, also beside a running server: checking it, mending it, copying it.

pub(crate) mod backup;
pub(crate) mod copy;
pub(crate) mod doctor;
