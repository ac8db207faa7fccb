//! PostgreSQL: how each connection must be set, and how we check that it is.

use crate::{
    CatalogError,
    database::{Backend, Database, open_error},
};
use sqlx::{
    AnyConnection, ConnectOptions, Error, Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// Publications queue for one row anyway; the others are short reads. Small, because every node has its own.
const CONNECTIONS: u32 = 10;
/// Longest wait for a connection: then the catalog counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time limits keep a lost node from holding the publication lock, and us from waiting for it without end.
const SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = warning;";

pub(crate) async fn connect(address: &str, target: String) -> Result<Database, CatalogError> {
    // The error of a URL is not passed on: it may quote the URL.
    let options = AnyConnectOptions::from_str(address)
        .map(ConnectOptions::disable_statement_logging)
        .map_err(|_| CatalogError::InvalidUrl("expected postgres://user:password@host:port/database, with special characters escaped"))?;
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect_with(options)
        .await
        .map_err(|error| open_error(&target, error))?;
    let mut connection = pool.acquire().await.map_err(|error| open_error(&target, error))?;
    verify(&mut connection, &target).await?;
    drop(connection);
    Ok(Database { backend: Backend::Postgres, target, write: pool.clone(), read: pool })
}

async fn prepare(connection: &mut AnyConnection) -> Result<(), Error> {
    connection.execute(SETTINGS).await.map(drop)
}

async fn verify(connection: &mut AnyConnection, target: &str) -> Result<(), CatalogError> {
    let found = setting(connection, "synchronous_commit").await.map_err(|error| open_error(target, error))?;
    if found != "on" {
        return Err(CatalogError::Unsafe { target: target.to_owned(), setting: "synchronous_commit", found, needed: "on".into() });
    }
    // Only the server's administrator can change these; some do so on purpose (battery-backed or throw-away storage).
    for name in ["fsync", "full_page_writes"] {
        if setting(connection, name).await.map_err(|error| open_error(target, error))? != "on" {
            tracing::warn!(database = target, setting = name, "is off on this server: a power loss may lose or damage the catalog");
        }
    }
    Ok(())
}

async fn setting(connection: &mut AnyConnection, name: &str) -> Result<String, Error> {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    #[tokio::test]
    async fn a_connection_that_commits_asynchronously_is_refused() {
        sqlx::any::install_default_drivers();
        let server = testkit::postgres::TempPostgres::start().unwrap();
        let url = server.create_database().unwrap();
        server.psql("postgres", "ALTER ROLE postgres SET synchronous_commit = off").unwrap();
        let mut connection = AnyConnection::connect_with(&AnyConnectOptions::from_str(&url).unwrap()).await.unwrap();
        let error = verify(&mut connection, "x").await.unwrap_err();
        assert!(matches!(error, CatalogError::Unsafe { setting: "synchronous_commit", .. }), "{error}");
        prepare(&mut connection).await.unwrap();
        verify(&mut connection, "x").await.unwrap();
    }
}
