//! A copy of the database, as of one moment, while it is written to.

use crate::{Catalog, database::Backend, error::store_error};
use model::{StoreError, StoreResult};
use std::path::Path;

impl Catalog {
    /// Writes a copy of an SQLite catalog to `path`, which must not exist. `Invalid` for PostgreSQL, which has tools of its own.
    pub async fn copy_to(&self, path: &Path) -> StoreResult<()> {
        if self.db().backend != Backend::Sqlite {
            return Err(StoreError::invalid("database_url", "only an SQLite catalog is copied this way: use pg_dump"));
        }
        let path = path.to_str().ok_or_else(|| StoreError::invalid("path", "expected UTF-8"))?;
        sqlx::query("VACUUM INTO $1").bind(path).execute(&self.db().write).await.map_err(store_error)?;
        Ok(())
    }
}
