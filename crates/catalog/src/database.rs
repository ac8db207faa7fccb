//! Connections and transactions: the one place that knows that there are two kinds of database.

use crate::{
    CatalogError, CatalogUrl,
    error::{is_unavailable, store_error},
    postgres, sqlite,
    url::Target,
};
use model::{StoreResult, Timestamp};
use sqlx::{Any, Error, Pool, Transaction};
use std::time::{Duration, Instant};

/// How long a server that is still starting is waited for.
const OPEN_PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between tries, doubling from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

pub(crate) struct Database {
    pub(crate) backend: Backend,
    /// For messages.
    pub(crate) target: String,
    /// SQLite: one connection, so that writers of this process queue here instead of polling for the file's lock.
    pub(crate) write: Pool<Any>,
    /// PostgreSQL: the same pool as `write`.
    pub(crate) read: Pool<Any>,
}

impl Database {
    pub(crate) async fn open(url: &CatalogUrl) -> Result<Self, CatalogError> {
        sqlx::any::install_default_drivers();
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match Self::connect(url).await {
                Ok(database) => return Ok(database),
                Err(CatalogError::Unreachable { cause, .. }) if started.elapsed() + pause < OPEN_PATIENCE => {
                    tracing::warn!(database = %url, %cause, "the database does not answer, trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Without waiting for a server that is still starting, and without making an SQLite file.
    pub(crate) async fn open_existing(url: &CatalogUrl, read_only: bool) -> Result<Self, CatalogError> {
        sqlx::any::install_default_drivers();
        let target = url.to_string();
        match &url.0 {
            Target::Sqlite(path) => sqlite::connect_existing(path, target, read_only).await,
            Target::Postgres(address) => postgres::connect(address, target).await,
        }
    }

    async fn connect(url: &CatalogUrl) -> Result<Self, CatalogError> {
        let target = url.to_string();
        match &url.0 {
            Target::Sqlite(path) => sqlite::connect(path, target).await,
            Target::Postgres(address) => postgres::connect(address, target).await,
        }
    }

    /// A transaction that may write. On SQLite it takes the write lock at once, so that it cannot fail half-way for want of it.
    pub(crate) async fn begin_write(&self) -> Result<Transaction<'static, Any>, Error> {
        self.write.begin_with(if self.backend == Backend::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }).await
    }

    /// A transaction whose statements all see the same state.
    pub(crate) async fn begin_snapshot(&self) -> Result<Transaction<'static, Any>, Error> {
        self.read
            .begin_with(match self.backend {
                Backend::Sqlite => "BEGIN",
                Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            })
            .await
    }

    /// The time by the clock that all processes on this database share: leases and heartbeats must not depend on whose clock is right.
    pub(crate) async fn now(&self) -> StoreResult<Timestamp> {
        match self.backend {
            Backend::Sqlite => Ok(Timestamp::now()),
            Backend::Postgres => {
                let micros: i64 = sqlx::query_scalar("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)")
                    .fetch_one(&self.read)
                    .await
                    .map_err(store_error)?;
                Ok(Timestamp::from_nanos(micros.saturating_mul(1_000)))
            }
        }
    }

    pub(crate) async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}

/// What an error while connecting or preparing means.
pub(crate) fn open_error(target: &str, error: Error) -> CatalogError {
    let (target, cause) = (target.to_owned(), error.to_string());
    if is_unavailable(&error) { CatalogError::Unreachable { target, cause } } else { CatalogError::Failed { target, cause } }
}

pub(crate) fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
