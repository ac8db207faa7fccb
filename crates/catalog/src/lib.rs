//! The catalog: everything Telltale knows besides telemetry itself, in SQL. Projects, keys, the admin and their sessions; which
//! segments the lake has, who writes them and who reads them; who runs which job; what clients store beyond telemetry. One code base
//! for SQLite and PostgreSQL: one SQL text for both through sqlx's `Any` driver, restricted to BIGINT, DOUBLE PRECISION, TEXT and
//! bytes; only opening, transactions' first statement, the clock and the schema files differ (`sqlite.rs`, `postgres.rs`,
//! `migrations/`).

mod accounts;
mod database;
mod error;
mod health;
mod inspection;
mod jobs;
mod library;
mod lookup_cache;
mod migrate;
mod postgres;
mod price_lists;
mod segments;
mod sql;
mod sqlite;
mod url;

pub use error::CatalogError;
pub use url::CatalogUrl;

use database::Database;
use lookup_cache::LookupCache;
use model::{
    ProjectId,
    ports::{ApiKey, KeySecretHash, PriceList},
    retention::RetentionPolicy,
};
use std::sync::Arc;

/// A handle on the database; clones share its connections.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    keys: LookupCache<KeySecretHash, ApiKey>,
    policies: LookupCache<ProjectId, RetentionPolicy>,
    /// By project; `None`: the list for all.
    price_lists: LookupCache<Option<ProjectId>, Option<PriceList>>,
}

impl Inner {
    fn of(database: Database) -> Self {
        Self { database, keys: LookupCache::default(), policies: LookupCache::default(), price_lists: LookupCache::default() }
    }
}

impl Catalog {
    /// Connects (a server that does not answer is asked again for about ten seconds), makes sure that commits are durable, and brings
    /// the schema up to date. An SQLite file is created when it is missing; its folder must exist.
    pub async fn open(url: CatalogUrl) -> Result<Self, CatalogError> {
        let database = Database::open(&url).await?;
        migrate::run(&database).await?;
        Ok(Self { inner: Arc::new(Inner::of(database)) })
    }

    /// Connects to a catalog that exists and has this program's schema, and changes nothing: for looking at it beside a running server.
    /// With `read_only` nothing can be changed later either.
    pub async fn open_existing(url: CatalogUrl, read_only: bool) -> Result<Self, CatalogError> {
        let database = Database::open_existing(&url, read_only).await?;
        migrate::check(&database).await?;
        Ok(Self { inner: Arc::new(Inner::of(database)) })
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        self.inner.database.close().await;
    }

    fn db(&self) -> &Database {
        &self.inner.database
    }

    fn keys(&self) -> &LookupCache<KeySecretHash, ApiKey> {
        &self.inner.keys
    }

    fn policies(&self) -> &LookupCache<ProjectId, RetentionPolicy> {
        &self.inner.policies
    }

    fn price_lists(&self) -> &LookupCache<Option<ProjectId>, Option<PriceList>> {
        &self.inner.price_lists
    }
}
