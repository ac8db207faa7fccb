//! A copy of the database, as of one moment, while it is written to.

use crate::{
    Catalog, CatalogUrl,
    database::{Backend, Database},
    error::store_error,
    url::Target,
};
use model::{StoreError, StoreResult};
use sqlx::Executor;
use std::path::Path;

/// Those who hold them know nothing of the copy: they neither read, write nor work there.
const FORGET_PROCESSES: &str = "DELETE FROM snapshot_lease; DELETE FROM job_lease; DELETE FROM writer;";

impl Catalog {
    /// Writes a copy of an SQLite catalog to `path`, which must not exist. `Invalid` for PostgreSQL, which has tools of its own.
    pub async fn copy_to(&self, path: &Path) -> StoreResult<()> {
        if self.db().backend != Backend::Sqlite {
            return Err(StoreError::invalid("database_url", "only an SQLite catalog is copied this way: use pg_dump"));
        }
        let text = path.to_str().ok_or_else(|| StoreError::invalid("path", "expected UTF-8"))?;
        sqlx::query("VACUUM INTO $1").bind(text).execute(&self.db().write).await.map_err(store_error)?;
        let url = CatalogUrl(Target::Sqlite(path.to_owned()));
        let copy = Database::open_existing(&url, false).await.map_err(StoreError::internal)?;
        let forgotten = copy.write.execute(FORGET_PROCESSES).await.map_err(store_error);
        copy.close().await;
        forgotten.map(drop)
    }
}
