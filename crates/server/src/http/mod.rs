//! What every route shares: problem documents, extractors that answer with them, request ids, limits.

mod cached;
mod extract;
mod gate;
pub(crate) mod grpc_status;
mod observe;
mod problem;
mod time_limit;

pub(crate) use cached::cached_json;
pub use extract::{Json, Path, Query};
pub use gate::{Gate, Permit};
pub(crate) use grpc_status::{GRPC, OK_STATUS};
pub use observe::RequestId;
pub(crate) use observe::{observe, panic_answer};
pub use problem::{ApiResult, FieldError, Problem, ProblemDocument};
pub(crate) use time_limit::time_limit;
