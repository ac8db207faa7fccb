//! Who calls us. The usual places for a key hold the provider's: ours comes in `x-telltale-key` or in the path.

use crate::{
    AppState,
    auth::{Caller, authenticate},
    http::{ApiResult, Problem},
};
use axum::http::{HeaderMap, HeaderValue, Uri, header, request::Parts};
use model::ports::KeyScope;

const OWN_KEY: &str = "x-telltale-key";
/// What decides about access, beside the key: where the request comes from, and which project it is for.
const CONSIDERED: [&str; 16] = [
    "host",
    "origin",
    "content-type",
    "sec-fetch-site",
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "x-telltale-project",
    "x-forwarded-by",
    "x-forwarded",
];

/// Finds out who calls, from a copy of the request that has our key where others have it, and the provider's nowhere.
pub(super) async fn caller(parts: &Parts, key_in_path: Option<&str>, state: &AppState) -> ApiResult<Caller> {
    let (mut seen, ()) = axum::http::Request::new(()).into_parts();
    seen.method = parts.method.clone();
    seen.uri = parts.uri.path().parse().unwrap_or_else(|_| Uri::from_static("/"));
    seen.extensions = parts.extensions.clone();
    seen.headers = considered(&parts.headers);
    let key = parts.headers.get(OWN_KEY).cloned().or_else(|| HeaderValue::from_str(key_in_path?).ok());
    if let Some(key) = key {
        seen.headers.insert("x-api-key", key);
    }
    let caller = authenticate(&seen, state, true).await.map_err(with_advice)?;
    if caller.may(KeyScope::Ingest) { Ok(caller) } else { Err(Problem::forbidden("this key lacks the scope \"ingest\"")) }
}

fn considered(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| CONSIDERED.contains(&name.as_str()) || *name == header::HOST);
    kept.map(|(name, value)| (name.clone(), value.clone())).fold(HeaderMap::new(), |mut kept, (name, value)| {
        kept.append(name, value);
        kept
    })
}

/// A caller who is refused most likely sent only the provider's key.
fn with_advice(mut problem: Problem) -> Problem {
    problem.detail = format!("{}. The proxy takes Telltale's key in the header {OWN_KEY}, or in the path: /proxy/k/KEY/…", problem.detail);
    problem
}
