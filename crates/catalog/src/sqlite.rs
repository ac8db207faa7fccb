//! SQLite: how it must be set for a commit to survive a power loss, and how we check that it is.

use crate::{
    CatalogError,
    database::{Backend, Database, open_error},
};
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Error, Executor, Row,
    any::{AnyConnectOptions, AnyPoolOptions},
};
use std::{path::Path, str::FromStr, time::Duration};

/// Reads are short; more connections than this would only wait for the disk.
const READERS: u32 = 4;
/// Longest wait for a connection of ours: then the catalog counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Acts on a new file only, and must come before WAL: forgotten inline segments then give their pages back. It writes even where there is
/// nothing to change, and so it is for the first connection alone: later ones must open on a full disk too.
const LAYOUT: &str = "PRAGMA busy_timeout = 5000; PRAGMA auto_vacuum = INCREMENTAL;";

/// Of every connection. `busy_timeout` is the longest wait for another process's write lock, in milliseconds.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA journal_size_limit = 67108864;";

/// A name and the value that must be read back.
const REQUIRED: [(&str, &str); 4] = [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000")];

pub(crate) async fn connect(path: &Path, target: String) -> Result<Database, CatalogError> {
    let options = options(path).map_err(|error| open_error(&target, error))?;
    let mut first = AnyConnection::connect_with(&options).await.map_err(|error| open_error(&target, error))?;
    first.execute(LAYOUT).await.map_err(|error| open_error(&target, error))?;
    prepare(&mut first).await.map_err(|error| open_error(&target, error))?;
    verify(&mut first, &target).await?;
    first.close().await.map_err(|error| open_error(&target, error))?;

    let write = pool(1, "").connect_with(options.clone()).await.map_err(|error| open_error(&target, error))?;
    let read = pool(READERS, "PRAGMA query_only = ON").connect_with(options).await.map_err(|error| open_error(&target, error))?;
    Ok(Database { backend: Backend::Sqlite, target, write, read })
}

/// One that is there already, set up by another process. `read_only` also bars what SQLite itself would tidy up.
pub(crate) async fn connect_existing(path: &Path, target: String, read_only: bool) -> Result<Database, CatalogError> {
    if !path.is_file() {
        return Err(CatalogError::Failed { target, cause: "there is no such file".to_owned() });
    }
    let mode = if read_only { "ro" } else { "rw" };
    let options = options_with(path, mode).map_err(|error| open_error(&target, error))?;
    let settings = if read_only {
        "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;"
    } else {
        "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    };
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(settings).await.map(drop) }))
        .connect_with(options)
        .await
        .map_err(|error| open_error(&target, error))?;
    Ok(Database { backend: Backend::Sqlite, target, write: pool.clone(), read: pool })
}

fn pool(connections: u32, extra: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A file does not go away like a server does.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        // After some errors (disk full above all) SQLite has already rolled back by itself. The driver's own ROLLBACK then fails, and it
        // would count the transaction as open for ever: such a connection is replaced.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                prepare(connection).await?;
                connection.execute(extra).await.map(drop)
            })
        })
}

fn options(path: &Path) -> Result<AnyConnectOptions, Error> {
    options_with(path, "rwc")
}

fn options_with(path: &Path, mode: &str) -> Result<AnyConnectOptions, Error> {
    let absolute = std::path::absolute(path)?;
    let text = absolute.to_str().ok_or_else(|| Error::Configuration("the path of the database is not UTF-8".into()))?;
    AnyConnectOptions::from_str(&format!("sqlite://{}?mode={mode}", percent_encode(text))).map(ConnectOptions::disable_statement_logging)
}

fn percent_encode(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

async fn prepare(connection: &mut AnyConnection) -> Result<(), Error> {
    connection.execute(SETTINGS).await.map(drop)
}

/// Reads the settings back: on some file systems SQLite cannot use WAL and says so only in this way.
async fn verify(connection: &mut AnyConnection, target: &str) -> Result<(), CatalogError> {
    for (setting, needed) in REQUIRED {
        let found = pragma(connection, setting).await.map_err(|error| open_error(target, error))?;
        if found != needed {
            return Err(CatalogError::Unsafe { target: target.to_owned(), setting, found, needed: needed.to_owned() });
        }
    }
    Ok(())
}

async fn pragma(connection: &mut AnyConnection, name: &str) -> Result<String, Error> {
    let row = sqlx::query::<Any>(AssertSqlSafe(format!("PRAGMA {name}"))).fetch_one(connection).await?;
    row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()))
}

/// Gives the file's free pages back, a bounded number at a time.
pub(crate) async fn release_free_pages(database: &Database) -> Result<(), Error> {
    database.write.execute("PRAGMA incremental_vacuum(4096)").await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::is_unavailable;

    #[tokio::test]
    async fn writing_goes_on_after_a_full_disk() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let database = super::connect(&folder.path().join("catalog.db"), "x".to_owned()).await.unwrap();
        database.write.execute("CREATE TABLE t (x BLOB)").await.unwrap();
        // Of this connection alone: no more pages than there are.
        database.write.execute("PRAGMA max_page_count = 1").await.unwrap();
        let mut transaction = database.begin_write().await.unwrap();
        let full = sqlx::query::<Any>("INSERT INTO t VALUES (zeroblob(1000000))").execute(&mut *transaction).await.unwrap_err();
        assert!(is_unavailable(&full), "{full}");
        drop(transaction);
        let mut transaction = database.begin_write().await.unwrap();
        sqlx::query::<Any>("INSERT INTO t VALUES (zeroblob(1000000))").execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }

    #[tokio::test]
    async fn unsafe_settings_are_refused_by_name() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let options = options(&folder.path().join("a b?#%.db")).unwrap();
        let mut connection = AnyConnection::connect_with(&options).await.unwrap();
        assert!(folder.path().join("a b?#%.db").exists(), "the path is taken literally");
        prepare(&mut connection).await.unwrap();
        verify(&mut connection, "x").await.unwrap();
        for (statement, name) in [
            ("PRAGMA synchronous = NORMAL", "synchronous"),
            ("PRAGMA foreign_keys = OFF", "foreign_keys"),
            ("PRAGMA busy_timeout = 0", "busy_timeout"),
            ("PRAGMA journal_mode = DELETE", "journal_mode"),
        ] {
            connection.execute(statement).await.unwrap();
            let error = verify(&mut connection, "x").await.unwrap_err();
            assert!(matches!(&error, CatalogError::Unsafe { setting, .. } if *setting == name), "{error}");
            prepare(&mut connection).await.unwrap();
        }
    }
}
