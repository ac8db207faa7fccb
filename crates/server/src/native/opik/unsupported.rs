//! What Opik's server does and this one does not: said plainly, so that nobody waits for a result.

use crate::{
    auth::{Authorized, SdkRead},
    http::Problem,
};
use axum::http::{Method, StatusCode, Uri};

pub(super) fn not_here(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_IMPLEMENTED, detail)
}

/// The SDK takes 403 for a server whose datasets have no versions, and reads them as they are.
pub(super) async fn versions(_caller: Authorized<SdkRead>) -> Problem {
    Problem::forbidden("datasets have no versions here: items are read as they are now")
}

/// The rest of Opik's API.
pub(super) async fn unknown(_caller: Authorized<SdkRead>, method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("{method} {} of Opik's API is not served here", uri.path()))
}
