//! Who calls us. The usual places for a key hold the provider's: ours comes in `x-telltale-key` or in the path.

use crate::{
    AppState,
    auth::{Caller, authenticate, without_credentials},
    http::{ApiResult, Problem},
};
use axum::http::{HeaderValue, Uri, request::Parts};
use model::ports::KeyScope;

const OWN_KEY: &str = "x-telltale-key";

/// Finds out who calls, from a copy of the request that has our key where others have it, and the provider's nowhere.
pub(super) async fn caller(parts: &Parts, key_in_path: Option<&str>, state: &AppState) -> ApiResult<Caller> {
    let (mut seen, ()) = axum::http::Request::new(()).into_parts();
    seen.method = parts.method.clone();
    seen.uri = without_query(&parts.uri);
    seen.extensions = parts.extensions.clone();
    seen.headers = without_credentials(&parts.headers);
    let key = parts.headers.get(OWN_KEY).cloned().or_else(|| HeaderValue::from_str(key_in_path?).ok());
    if let Some(key) = key {
        seen.headers.insert("x-api-key", key);
    }
    let caller = authenticate(&seen, state, true).await.map_err(with_advice)?;
    if caller.may(KeyScope::Ingest) { Ok(caller) } else { Err(Problem::forbidden("this key lacks the scope \"ingest\"")) }
}

/// Its parameters are the provider's. What names the host stays: it decides whether a caller is local.
fn without_query(uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = uri.path().parse().ok();
    Uri::from_parts(parts).unwrap_or_default()
}

/// A caller who is refused most likely sent only the provider's key.
fn with_advice(mut problem: Problem) -> Problem {
    problem.detail = format!("{}. The proxy takes Telltale's key in the header {OWN_KEY}, or in the path: /proxy/k/KEY/…", problem.detail);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_query_goes() {
        for (uri, kept) in
            [("/proxy/a/b?project=1&key=k", "/proxy/a/b"), ("http://localhost:8001/proxy/a?x", "http://localhost:8001/proxy/a")]
        {
            assert_eq!(without_query(&uri.parse().unwrap()), kept);
        }
    }
}
