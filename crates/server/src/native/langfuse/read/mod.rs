//! Reading back through Langfuse's API: traces, observations, sessions and scores as its SDKs' models want them.

pub(super) mod observations;
mod params;
pub(super) mod scores;
pub(super) mod sessions;
mod trace_view;
pub(super) mod traces;
mod view;

/// Look-ups of single rows at once.
const CONCURRENT_LOOKUPS: usize = 16;
/// Most rows that a numbered page looks over: pages far from the newest are for lists with cursors.
const MAX_ROWS: usize = 10_000;
