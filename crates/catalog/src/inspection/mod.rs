//! The catalog looked at from outside: is it sound, what does it say, how is it copied. Also beside a running server.

mod copy;
mod integrity;
mod reinstate;
mod state;

use crate::{Catalog, database::Backend, error::store_error};
use async_trait::async_trait;
use model::{
    SegmentId, StoreResult,
    ports::{CatalogInspection, CatalogState},
};
use sqlx::Executor;

#[async_trait]
impl CatalogInspection for Catalog {
    async fn integrity(&self) -> StoreResult<Vec<String>> {
        integrity::check(self.db()).await
    }

    async fn state(&self) -> StoreResult<CatalogState> {
        state::read(self.db()).await
    }

    async fn reinstate(&self, id: SegmentId) -> StoreResult<bool> {
        reinstate::reinstate(self.db(), id).await
    }

    async fn tidy(&self) -> StoreResult<()> {
        // PostgreSQL vacuums itself.
        if self.db().backend == Backend::Sqlite {
            self.db().write.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").await.map_err(store_error)?;
        }
        Ok(())
    }
}
