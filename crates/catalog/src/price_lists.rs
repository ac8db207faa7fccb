//! Prices of one's own: a list for each project, and one for all of them, as JSON.

use crate::{
    Catalog,
    accounts::projects,
    database::Database,
    error::store_error,
    sql::{column, signed, unsigned},
};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    ports::{MAX_PRICE_LIST_BYTES, PriceList, PriceLists},
};

/// The scope of the list for all projects.
const ALL: &str = "";

#[async_trait]
impl PriceLists for Catalog {
    async fn price_list(&self, scope: Option<ProjectId>) -> StoreResult<Option<PriceList>> {
        let began = match self.price_lists().get(&scope) {
            Ok(list) => return Ok(list),
            Err(generation) => generation,
        };
        must_exist(self.db(), scope).await?;
        let list = of_scope(self.db(), scope).await?;
        self.price_lists().put(began, scope, list.clone());
        Ok(list)
    }

    async fn set_price_list(&self, scope: Option<ProjectId>, expected: u64, prices: &str) -> StoreResult<PriceList> {
        if prices.len() > MAX_PRICE_LIST_BYTES {
            let message = format!("expected at most {MAX_PRICE_LIST_BYTES} bytes of JSON, got {}", prices.len());
            return Err(StoreError::invalid("prices", message));
        }
        must_exist(self.db(), scope).await?;
        let outcome = set(self.db(), scope, expected, prices).await;
        self.price_lists().clear();
        outcome
    }
}

async fn must_exist(database: &Database, scope: Option<ProjectId>) -> StoreResult<()> {
    match scope {
        Some(project) if projects::by_id(database, project).await?.is_none() => Err(StoreError::NotFound("project")),
        _ => Ok(()),
    }
}

fn key_of(scope: Option<ProjectId>) -> String {
    scope.map_or_else(|| ALL.to_owned(), |project| project.to_hex())
}

async fn of_scope(database: &Database, scope: Option<ProjectId>) -> StoreResult<Option<PriceList>> {
    let row = sqlx::query("SELECT version, updated_at, prices FROM price_list WHERE scope = $1")
        .bind(key_of(scope))
        .fetch_optional(&database.read)
        .await
        .map_err(store_error)?;
    row.map(|row| {
        Ok(PriceList {
            version: unsigned(&row, "version")?,
            updated_at: Timestamp::from_nanos(column(&row, "updated_at")?),
            prices: column::<String>(&row, "prices")?.into(),
        })
    })
    .transpose()
}

async fn set(database: &Database, scope: Option<ProjectId>, expected: u64, prices: &str) -> StoreResult<PriceList> {
    let updated_at = Timestamp::now();
    let statement = if expected == 0 {
        "INSERT INTO price_list (scope, version, updated_at, prices) VALUES ($1, 1 + $2, $3, $4) ON CONFLICT (scope) DO NOTHING"
    } else {
        "UPDATE price_list SET version = 1 + $2, updated_at = $3, prices = $4 WHERE scope = $1 AND version = $2"
    };
    let changed = sqlx::query(statement)
        .bind(key_of(scope))
        .bind(signed(expected))
        .bind(updated_at.as_nanos())
        .bind(prices)
        .execute(&database.write)
        .await
        .map_err(store_error)?;
    if changed.rows_affected() == 0 {
        return Err(StoreError::Conflict("the price list was changed by somebody else: read it again".to_owned()));
    }
    Ok(PriceList { version: expected + 1, updated_at, prices: prices.into() })
}
