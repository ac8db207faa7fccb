//! What providers of models themselves write: usage objects, requests and answers. Clients embed them whole in their telemetry, and
//! the proxy sees them on the wire; every adapter reads them here, so that the same answer has the same buckets whoever tells it.
//!
//! | to read | call |
//! |---|---|
//! | a usage object | [`usage`], or [`usage_from_text`] where it may be JSON or a Python repr |
//! | a request body (chat completions, completions, responses, messages, generateContent, embeddings) | [`request`], or [`request_of`] where the API is known |
//! | an answer of one of them, or an error | [`response`] |
//! | a streamed answer | [`StreamReader`] |
//! | what Python prints of a value | [`repr::value`] |
//!
//! Each result has `fill(span)`, which tells a span what it does not know yet.

/// The convention of calls that went through the proxy.
pub const PROXY_CONVENTION: &str = "proxy";

mod content;
mod fields;
mod items;
pub mod repr;
mod request;
mod response;
mod stream;
mod tail;
mod usage;

pub(crate) use content::gemini_contents;
pub use request::{Api, ProviderRequest, request, request_of};
pub use response::{ProviderError, ProviderResponse, response};
pub use stream::{MAX_KEPT_BYTES, StreamReader, Streamed};
pub use tail::usage_in_tail;
pub use usage::{ProviderUsage, usage, usage_from_text};
