//! Rows of the price book.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, Json, ProblemDocument, Query},
    params::{given, limit},
};
use axum::extract::State;
use model::Timestamp;
use pricing::PriceBook;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const DEFAULT_ROWS: usize = 50;
const MAX_ROWS: usize = 1_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct BookParams {
    /// A part of the provider's or the model's name, in lower case. Default: any.
    #[param(example = "claude-sonnet")]
    search: Option<String>,
    /// Most rows, 1 to 1000. Default: 50.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookAnswer {
    version: String,
    /// Rows of the whole book.
    rows: usize,
    /// Those that begin with `search` first, then by name.
    items: Vec<BookRow>,
    /// There are more rows than `limit`.
    more: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookRow {
    /// As `cost.price_id` of spans says: `provider/model`.
    price_id: String,
    provider: String,
    model: String,
    /// Valid for calls from then on; null: for ever before.
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    prices: Vec<BookPrice>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookPrice {
    /// What is priced, such as `input` or `output_reasoning`.
    of: &'static str,
    /// The service tier: `standard`, `batch`, `flex`, `priority` …
    tier: &'static str,
    /// For requests with more input tokens than this.
    above_tokens: u64,
    /// US dollars per unit (a token, a search, a second …), as decimal text.
    usd: String,
}

/// Rows of the price book
#[utoipa::path(get, path = "/api/v1/prices/book", tag = "costs", params(BookParams), responses((status = 200, body = BookAnswer), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn price_book(
    State(_): State<AppState>,
    _caller: Authorized<Read>,
    Query(params): Query<BookParams>,
) -> ApiResult<Json<BookAnswer>> {
    let search = given(&params.search).unwrap_or_default().to_lowercase();
    let limit = limit(&params.limit, DEFAULT_ROWS, MAX_ROWS)?;
    let book = PriceBook::embedded();
    let named = book.rows().map(|(provider, model, row)| ([provider, "/", model].concat(), provider, model, row));
    let mut found: Vec<_> = named.filter(|(name, ..)| name.contains(&search)).collect();
    found.sort_unstable_by(|(left, ..), (right, ..)| {
        let key = |name: &str| (!name.starts_with(&search), name.to_owned());
        key(left).cmp(&key(right))
    });
    let more = found.len() > limit;
    let items = found.into_iter().take(limit).map(|(price_id, provider, model, row)| BookRow {
        price_id,
        provider: provider.to_owned(),
        model: model.to_owned(),
        from: row.from,
        until: row.until,
        prices: row
            .prices
            .iter()
            .map(|price| BookPrice {
                of: price.dimension.as_str(),
                tier: price.tier.as_str(),
                above_tokens: price.above,
                usd: price.usd.normalize().to_string(),
            })
            .collect(),
    });
    let items = items.collect();
    Ok(Json(BookAnswer { version: book.version().to_owned(), rows: book.len(), items, more }))
}
