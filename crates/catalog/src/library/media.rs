//! Media, and their content in a table of its own.

use super::{live, project::missing};
use crate::{
    Catalog,
    error::store_error,
    sql::{column, signed, unsigned},
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{Media, NewMedia},
    ports::MediaStore,
};
use sqlx::any::AnyRow;

#[async_trait]
impl MediaStore for Catalog {
    async fn put_media(&self, project: ProjectId, new: NewMedia) -> StoreResult<Media> {
        new.check()?;
        let media = new.describe(Timestamp::now());
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let described = sqlx::query(concat!(
            "INSERT INTO media (project_id, id, mime_type, size, sha256, created_at) SELECT id, $2, $3, $4, $5, $6 FROM project WHERE id = ",
            live!(),
            " ON CONFLICT (project_id, id) DO UPDATE
             SET mime_type = excluded.mime_type, size = excluded.size, sha256 = excluded.sha256, created_at = excluded.created_at"
        ))
        .bind(project.to_hex())
        .bind(media.id.as_str())
        .bind(media.mime_type.as_str())
        .bind(signed(media.size))
        .bind(media.sha256.as_str())
        .bind(media.created_at.as_nanos())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        if described.rows_affected() == 0 {
            return Err(StoreError::NotFound("project"));
        }
        sqlx::query(
            "INSERT INTO media_content (project_id, id, content) VALUES ($1, $2, $3)
             ON CONFLICT (project_id, id) DO UPDATE SET content = excluded.content",
        )
        .bind(project.to_hex())
        .bind(media.id.as_str())
        .bind(new.content.to_vec())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(media)
    }

    async fn media(&self, project: ProjectId, id: &str) -> StoreResult<Option<Media>> {
        let row =
            sqlx::query(concat!("SELECT id, mime_type, size, sha256, created_at FROM media WHERE project_id = ", live!(), " AND id = $2"))
                .bind(project.to_hex())
                .bind(id)
                .fetch_optional(&self.db().read)
                .await
                .map_err(store_error)?;
        row.as_ref().map(from_row).transpose()
    }

    async fn media_content(&self, project: ProjectId, id: &str) -> StoreResult<Option<(Media, Bytes)>> {
        let row = sqlx::query(concat!(
            "SELECT m.id, m.mime_type, m.size, m.sha256, m.created_at, c.content
             FROM media m JOIN media_content c ON c.project_id = m.project_id AND c.id = m.id WHERE m.project_id = ",
            live!(),
            " AND m.id = $2"
        ))
        .bind(project.to_hex())
        .bind(id)
        .fetch_optional(&self.db().read)
        .await
        .map_err(store_error)?;
        row.map(|row| Ok((from_row(&row)?, column::<Vec<u8>>(&row, "content")?.into()))).transpose()
    }

    async fn delete_media(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let deleted = sqlx::query(concat!("DELETE FROM media WHERE project_id = ", live!(), " AND id = $2"))
            .bind(project.to_hex())
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        if deleted.rows_affected() == 0 {
            return Err(missing(&mut transaction, project, "media").await);
        }
        transaction.commit().await.map_err(store_error)
    }
}

fn from_row(row: &AnyRow) -> StoreResult<Media> {
    Ok(Media {
        id: column(row, "id")?,
        mime_type: column(row, "mime_type")?,
        size: unsigned(row, "size")?,
        sha256: column(row, "sha256")?,
        created_at: Timestamp::from_nanos(column(row, "created_at")?),
    })
}
