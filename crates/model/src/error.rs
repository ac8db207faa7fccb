//! What can go wrong between the server and the parts behind the ports. Each variant is one way to react.

/// Errors of the storage, catalog, bus and query contracts.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller asked for something that cannot be: answered 400, with the field that is wrong.
    #[error("{field}: {message}")]
    Invalid { field: String, message: String },
    /// What was named does not exist (in this project): 404.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The state does not allow it (a name is taken, a resource is in use): 409.
    #[error("{0}")]
    Conflict(String),
    /// Too much is under way or waiting: 503 with `Retry-After`, nothing was stored.
    #[error("overloaded: {reason}")]
    Overloaded { reason: String, retry_after_seconds: u32 },
    /// A query ran into its time, row or memory limit: 422, naming the limit.
    #[error("limit reached: {0}")]
    LimitExceeded(String),
    /// A part that is needed does not answer (database down, disk full): 503 with `Retry-After`, nothing was stored.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// This process was fenced off by another: it must stop writing.
    #[error("this writer was fenced")]
    Fenced,
    /// A bug or damage: 500, logged with its cause.
    #[error("internal error: {0}")]
    Internal(String),
}

pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }

    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}
