//! Errors on the way through a query, told apart by what the caller can do about them.

use datafusion::{arrow::error::ArrowError, common::DataFusionError};
use model::StoreError;

pub(crate) type QueryResult<T> = Result<T, QueryFailure>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum QueryFailure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Engine(#[from] DataFusionError),
}

impl From<ArrowError> for QueryFailure {
    fn from(error: ArrowError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<QueryFailure> for StoreError {
    fn from(failure: QueryFailure) -> Self {
        match failure {
            QueryFailure::Store(error) => error,
            QueryFailure::Engine(error) if is_memory_limit(&error) => StoreError::LimitExceeded(
                "the query needs more memory than one query may use: narrow the time range or the filter".to_owned(),
            ),
            QueryFailure::Engine(error) => match store_error(&error) {
                Some(error) => error,
                None => StoreError::internal(error.strip_backtrace()),
            },
        }
    }
}

impl QueryFailure {
    /// For SQL that the user wrote: what the engine refuses is the text's fault, except limits.
    pub(crate) fn of_sql(error: DataFusionError) -> StoreError {
        if is_memory_limit(&error) || store_error(&error).is_some() {
            return QueryFailure::Engine(error).into();
        }
        let message = error.strip_backtrace();
        let kinds = ["Error during planning: ", "SQL error: ", "Schema error: ", "Arrow error: ", "Execution error: ", "Optimizer rule "];
        let message = kinds.iter().find_map(|kind| message.strip_prefix(kind)).unwrap_or(&message);
        StoreError::invalid("query", message)
    }
}

/// What a source of the plan reported (`recent.rs`): whether trying again helps.
fn store_error(error: &DataFusionError) -> Option<StoreError> {
    let DataFusionError::External(cause) = error.find_root() else { return None };
    match cause.downcast_ref::<StoreError>()? {
        StoreError::Unavailable(reason) => Some(StoreError::Unavailable(reason.clone())),
        other => Some(StoreError::internal(other)),
    }
}

fn is_memory_limit(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
}
