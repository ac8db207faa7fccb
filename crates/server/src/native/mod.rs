//! Routes of the protocols that SDKs speak to their own servers, so that they work here unmodified: one module per client family.
//! They are not part of our documented API: their shapes are those of the clients.

use crate::AppState;
use axum::Router;

/// Every such route. Paths that several clients share are told apart where they meet.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
}
