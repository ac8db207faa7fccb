//! Whether the caller of an open stream may still read it: a deleted key or an ended session must not go on for as long as the
//! connection lasts.

use super::{Caller, authenticate};
use crate::AppState;
use axum::http::{StatusCode, request::Parts};
use model::ports::KeyScope;
use std::time::Duration;

/// How long a revoked caller may go on reading.
const RECHECK_AFTER: Duration = Duration::from_secs(15);

/// Ends when the credentials of the request no longer give `caller`'s project to read. A catalog that does not answer revokes nothing.
pub(crate) async fn revoked(parts: Parts, state: AppState, caller: Caller) {
    loop {
        tokio::time::sleep(RECHECK_AFTER).await;
        match authenticate(&parts, &state, false).await {
            Ok(now) if now.project == caller.project && now.may(KeyScope::Read) => {}
            Ok(_) => return,
            Err(problem) if matches!(problem.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => return,
            Err(_) => {}
        }
    }
}
