//! Job leases. Every method is one statement, so that it is atomic on both databases.

use crate::{Catalog, database::nanos, error::store_error, sql::signed};
use async_trait::async_trait;
use model::{
    StoreResult, WriterId,
    ports::{JobLease, JobLeases},
};
use std::time::Duration;

#[async_trait]
impl JobLeases for Catalog {
    async fn claim(&self, job: &str, owner: WriterId, lifetime: Duration) -> StoreResult<Option<JobLease>> {
        let now = self.db().now().await?;
        let mut transaction = self.db().begin_write().await.map_err(store_error)?;
        let token: Option<i64> = sqlx::query_scalar(
            "INSERT INTO job_lease (job, owner, token, expires_at) VALUES ($1, $2, 1, $3)
             ON CONFLICT (job) DO UPDATE SET owner = excluded.owner, token = job_lease.token + 1, expires_at = excluded.expires_at
             WHERE job_lease.expires_at <= $4 OR job_lease.owner = excluded.owner
             RETURNING token",
        )
        .bind(job)
        .bind(owner.to_hex())
        .bind(now.saturating_add_nanos(nanos(lifetime)).as_nanos())
        .bind(now.as_nanos())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(token.map(|token| JobLease { job: job.to_owned(), owner, token: token.unsigned_abs() }))
    }

    async fn renew(&self, lease: &JobLease, lifetime: Duration) -> StoreResult<bool> {
        let now = self.db().now().await?;
        let renewed = sqlx::query("UPDATE job_lease SET expires_at = $1 WHERE job = $2 AND owner = $3 AND token = $4 AND expires_at > $5")
            .bind(now.saturating_add_nanos(nanos(lifetime)).as_nanos())
            .bind(lease.job.as_str())
            .bind(lease.owner.to_hex())
            .bind(signed(lease.token))
            .bind(now.as_nanos())
            .execute(&self.db().write)
            .await
            .map_err(store_error)?;
        Ok(renewed.rows_affected() == 1)
    }

    /// The row stays, so that tokens keep growing.
    async fn release(&self, lease: &JobLease) -> StoreResult<()> {
        sqlx::query("UPDATE job_lease SET expires_at = 0 WHERE job = $1 AND owner = $2 AND token = $3")
            .bind(lease.job.as_str())
            .bind(lease.owner.to_hex())
            .bind(signed(lease.token))
            .execute(&self.db().write)
            .await
            .map_err(store_error)?;
        Ok(())
    }
}
