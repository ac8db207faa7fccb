//! Where bodies are decoded: small ones on the spot, large ones off the threads that serve other requests.

use crate::http::{ApiResult, Problem};

/// Bodies up to this size decode in well under a millisecond: less than it costs to move them to another thread and back.
const ON_THE_SPOT_BYTES: usize = 64 << 10;

pub(crate) async fn decode<T: Send + 'static>(body_bytes: usize, work: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    if body_bytes <= ON_THE_SPOT_BYTES {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| Err(Problem::internal(stopped)))
}
