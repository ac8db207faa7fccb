//! What can go wrong at start, and what a database's error means to the callers of the ports.

use model::StoreError;
use sqlx::{Error, error::DatabaseError};

/// Why the catalog could not be opened. Never contains a password.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the database URL is not valid: {0}")]
    InvalidUrl(&'static str),
    #[error("the database {target} does not answer: {cause}")]
    Unreachable { target: String, cause: String },
    /// A commit would not survive a power loss, or the catalog could become inconsistent.
    #[error("the database {target} is not safe to use: {setting} is {found:?}, needed is {needed}")]
    Unsafe { target: String, setting: &'static str, found: String, needed: String },
    #[error("the database {target} has schema version {found}, this program knows up to {known}: use the newer program that wrote it")]
    NewerSchema { target: String, found: i64, known: i64 },
    #[error("the database {target} has schema version {found}, this program needs {known}: run `telltale migrate` first")]
    OlderSchema { target: String, found: i64, known: i64 },
    #[error("migration {version} of the database {target} is not the one this program knows: the schema was changed by other means")]
    ChangedMigration { target: String, version: i64 },
    #[error("the database {target} cannot be prepared: {cause}")]
    Failed { target: String, cause: String },
}

/// For `map_err` on statements whose only expected failures are those of the database.
pub(crate) fn store_error(error: Error) -> StoreError {
    match &error {
        Error::Database(database) if database.is_unique_violation() => StoreError::Conflict("it exists already".into()),
        _ if is_unavailable(&error) => StoreError::Unavailable(format!("the catalog does not answer: {error}")),
        _ => StoreError::Internal(format!("catalog: {error}")),
    }
}

/// Whether a later try may succeed: the connection is lost, the server is away, or the disk is full, locked or read-only.
pub(crate) fn is_unavailable(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Protocol(_) => true,
        Error::Database(database) => has_transient_code(database.as_ref()),
        _ => false,
    }
}

fn has_transient_code(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    // SQLSTATEs have five characters; SQLite's extended codes are numbers of at most four digits.
    if code.len() == 5 { is_transient_sqlstate(&code) } else { code.parse().is_ok_and(is_transient_sqlite) }
}

fn is_transient_sqlstate(code: &str) -> bool {
    // Connection, transaction rollback (deadlock, serialization), resources (disk full), operator intervention (shutdown), system error.
    const CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
    // Lock not available; read-only transaction (a server in recovery).
    const CODES: [&str; 2] = ["55P03", "25006"];
    CODES.contains(&code) || CLASSES.iter().any(|class| code.starts_with(class))
}

fn is_transient_sqlite(extended: i32) -> bool {
    // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
    matches!(extended & 0xff, 5 | 6 | 8 | 10 | 13 | 14)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_full_locks_and_shutdowns_pass_damage_and_bad_sql_do_not() {
        for code in ["53100", "57P01", "08006", "40P01", "55P03"] {
            assert!(is_transient_sqlstate(code), "{code}");
        }
        for code in ["42601", "23505", "XX001"] {
            assert!(!is_transient_sqlstate(code), "{code}");
        }
        assert!([5, 13, 8, 778, 517].into_iter().all(is_transient_sqlite));
        assert!(![1, 11, 26, 2067].into_iter().any(is_transient_sqlite));
    }
}
