//! Answers that are computed once per state of the store.

use super::{ApiResult, Problem};
use crate::AppState;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use model::StoreResult;
use serde::Serialize;
use std::{fmt::Debug, future::Future, time::Duration};

/// Keys hold the store's version, so a stale answer is impossible; this only bounds what the cache holds.
const LIFETIME: Duration = Duration::from_secs(30);

/// The JSON of `compute`'s answer, from the cache when the same question was asked of the same state of the store.
/// `question` must hold everything the answer depends on, the project included.
pub(crate) async fn cached_json<T: Serialize>(
    state: &AppState,
    route: &str,
    question: &impl Debug,
    compute: impl Future<Output = StoreResult<T>>,
) -> ApiResult<Response> {
    let digest = blake3::hash(format!("{question:?}").as_bytes()).to_hex();
    let key = format!("answer:{}:{route}:{}:{digest}", state.config.version, state.store.version().await?);
    let body = match state.cache.get(&key).await {
        Some(body) => body,
        None => {
            let body = Bytes::from(serde_json::to_vec(&compute.await?).map_err(Problem::internal)?);
            state.cache.put(&key, body.clone(), LIFETIME).await;
            body
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}
