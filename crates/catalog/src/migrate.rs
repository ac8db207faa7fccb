//! Brings the schema up to date: forward only, all pending migrations in one transaction, one process at a time.

use crate::{
    CatalogError,
    database::{Backend, Database, open_error},
};
use model::Timestamp;
use sqlx::{Any, Error, Row, Transaction};

struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Released migrations never change; new ones are added at the end.
const MIGRATIONS: [Migration; 4] = [
    Migration {
        version: 1,
        sqlite: include_str!("../migrations/sqlite/0001_initial.sql"),
        postgres: include_str!("../migrations/postgres/0001_initial.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../migrations/sqlite/0002_derived_data.sql"),
        postgres: include_str!("../migrations/postgres/0002_derived_data.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../migrations/sqlite/0003_library.sql"),
        postgres: include_str!("../migrations/postgres/0003_library.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../migrations/sqlite/0004_price_lists.sql"),
        postgres: include_str!("../migrations/postgres/0004_price_lists.sql"),
    },
];

/// Any number that no other program uses for its locks in this database.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7310027)";
const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

pub(crate) async fn run(database: &Database) -> Result<(), CatalogError> {
    let failed = |error: Error| open_error(&database.target, error);
    let mut transaction = database.begin_write().await.map_err(failed)?;
    if database.backend == Backend::Postgres {
        sqlx::raw_sql(LOCK).execute(&mut *transaction).await.map_err(failed)?;
    }
    sqlx::raw_sql(TABLE).execute(&mut *transaction).await.map_err(failed)?;
    let applied = applied(&mut transaction).await.map_err(failed)?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    if let Some((found, _)) = applied.iter().find(|(version, _)| *version > known) {
        return Err(CatalogError::NewerSchema { target: database.target.clone(), found: *found, known });
    }
    for migration in &MIGRATIONS {
        let text = if database.backend == Backend::Sqlite { migration.sqlite } else { migration.postgres };
        let checksum = blake3::hash(text.as_bytes()).to_hex().to_string();
        match applied.iter().find(|(version, _)| *version == migration.version) {
            Some((_, found)) if *found == checksum => {}
            Some(_) => return Err(CatalogError::ChangedMigration { target: database.target.clone(), version: migration.version }),
            None => apply(&mut transaction, migration.version, text, checksum).await.map_err(failed)?,
        }
    }
    transaction.commit().await.map_err(failed)
}

/// Whether the schema is this program's, changing nothing.
pub(crate) async fn check(database: &Database) -> Result<(), CatalogError> {
    let failed = |error: Error| open_error(&database.target, error);
    let mut snapshot = database.begin_snapshot().await.map_err(failed)?;
    let applied = applied(&mut snapshot).await.map_err(failed)?;
    snapshot.rollback().await.map_err(failed)?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let found = applied.iter().map(|(version, _)| *version).max().unwrap_or_default();
    let target = || database.target.clone();
    if found > known {
        return Err(CatalogError::NewerSchema { target: target(), found, known });
    }
    for migration in &MIGRATIONS {
        let text = if database.backend == Backend::Sqlite { migration.sqlite } else { migration.postgres };
        match applied.iter().find(|(version, _)| *version == migration.version) {
            None => return Err(CatalogError::OlderSchema { target: target(), found, known }),
            Some((version, checksum)) if *checksum != blake3::hash(text.as_bytes()).to_hex().to_string() => {
                return Err(CatalogError::ChangedMigration { target: target(), version: *version });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn applied(transaction: &mut Transaction<'static, Any>) -> Result<Vec<(i64, String)>, Error> {
    let rows = sqlx::query("SELECT version, checksum FROM schema_migration").fetch_all(&mut **transaction).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn apply(transaction: &mut Transaction<'static, Any>, version: i64, text: &'static str, checksum: String) -> Result<(), Error> {
    sqlx::raw_sql(text).execute(&mut **transaction).await?;
    sqlx::query("INSERT INTO schema_migration (version, checksum, applied_at) VALUES ($1, $2, $3)")
        .bind(version)
        .bind(checksum)
        .bind(Timestamp::now().as_nanos())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
