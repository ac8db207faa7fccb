//! What providers of models themselves write: usage objects, requests and answers. Clients embed them whole in their telemetry, and
//! the proxy sees them on the wire; every adapter reads them here, so that the same answer has the same buckets whoever tells it.

pub(crate) mod repr;
mod usage;

pub(crate) use usage::{ProviderUsage, usage, usage_from_text};
