//! What was not taken of a request, said to the SDK.

use crate::http::{FieldError, Problem};
use protocol::RowError;

/// Rejected rows that an answer names; the others are only counted.
const NAMED: usize = 20;

/// The SDK tells its users of failed requests alone, and does not send them again: rows that were refused make the request fail, whatever
/// else of it is stored.
pub(super) fn check(list: &str, rejected: &[(usize, RowError)]) -> Result<(), Problem> {
    if rejected.is_empty() {
        return Ok(());
    }
    let named = rejected.iter().take(NAMED);
    let errors =
        named.map(|(place, error)| FieldError { field: format!("{list}.{place}.{}", error.field), message: error.message.clone() });
    let mut problem = Problem::invalid_fields(errors.collect());
    problem.detail = format!("{} of the {list} were not taken, the others are stored: {}", rejected.len(), problem.detail);
    Err(problem)
}
