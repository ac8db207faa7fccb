//! Takes away what a deleted project had. It was hidden since the project was deleted.

use crate::{
    database::{Backend, Database},
    error::store_error,
    sqlite,
};
use model::{ProjectId, StoreResult};

/// The first parameter is a project that must be deleted. Large contents go a few at a time: other writers wait for a transaction.
const MEDIA: &str = "DELETE FROM media WHERE project_id = $1 AND id IN
    (SELECT m.id FROM media m JOIN project p ON p.id = m.project_id AND p.deleted_at IS NOT NULL WHERE m.project_id = $1 LIMIT 20)";

/// Everything else is small; what belongs to a row goes with it.
const REST: [&str; 4] = [
    "DELETE FROM experiment WHERE project_id = (SELECT id FROM project WHERE id = $1 AND deleted_at IS NOT NULL)",
    "DELETE FROM dataset WHERE project_id = (SELECT id FROM project WHERE id = $1 AND deleted_at IS NOT NULL)",
    "DELETE FROM price_list WHERE scope = (SELECT id FROM project WHERE id = $1 AND deleted_at IS NOT NULL)",
    "DELETE FROM prompt WHERE project_id = (SELECT id FROM project WHERE id = $1 AND deleted_at IS NOT NULL)",
];

/// A hundred terabytes of full-sized media: the bound is there to end the loop whatever the database answers.
const MAX_ROUNDS: usize = 1 << 18;

pub(crate) async fn erase_project(database: &Database, project: ProjectId) -> StoreResult<()> {
    for _ in 0..MAX_ROUNDS {
        if delete(database, MEDIA, project).await? == 0 {
            break;
        }
        if database.backend == Backend::Sqlite {
            sqlite::release_free_pages(database).await.map_err(store_error)?;
        }
    }
    for statement in REST {
        delete(database, statement, project).await?;
    }
    Ok(())
}

async fn delete(database: &Database, statement: &'static str, project: ProjectId) -> StoreResult<u64> {
    let deleted = sqlx::query(statement).bind(project.to_hex()).execute(&database.write).await.map_err(store_error)?;
    Ok(deleted.rows_affected())
}
