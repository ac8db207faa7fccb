//! Finds the key in a request, wherever a client library put it.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Headers that hold nothing but the key, in the order in which they are looked at.
const KEY_HEADERS: [&str; 5] = ["x-api-key", "x-otlp-api-key", "confident-api-key", "confident_api_key", "x-confident-api-key"];

/// The key: `Authorization: Bearer k`, raw `Authorization: k`, Basic (password = key), or one of the key headers.
pub fn credential_of(headers: &HeaderMap) -> Option<String> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(from_authorization);
    authorization.or_else(|| {
        let texts = KEY_HEADERS.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
        texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
    })
}

/// Everything but what could be a credential of ours: for requests whose usual places hold somebody else's.
pub(crate) fn without_credentials(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    [header::AUTHORIZATION, header::COOKIE].iter().for_each(|name| drop(kept.remove(name)));
    KEY_HEADERS.iter().for_each(|name| drop(kept.remove(*name)));
    kept
}

fn from_authorization(value: &str) -> Option<String> {
    let value = value.trim();
    let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
    let key = match scheme.to_ascii_lowercase().as_str() {
        "basic" => {
            let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
            decoded.split_once(':')?.1.to_owned()
        }
        "bearer" => rest.trim().to_owned(),
        _ => value.to_owned(),
    };
    // `Bearer` with nothing after it: clients send that when their key is empty.
    (!key.is_empty() && !key.eq_ignore_ascii_case("bearer")).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn found(name: &'static str, value: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())]);
        credential_of(&headers)
    }

    #[test]
    fn every_place_where_clients_put_a_key() {
        for (name, value) in [
            ("authorization", "Bearer tt_k"),
            ("authorization", "bearer  tt_k"),
            ("authorization", "tt_k"),
            ("authorization", "Basic cGs6dHRfaw=="),
            ("x-api-key", "tt_k"),
            ("x-otlp-api-key", " tt_k "),
            ("confident-api-key", "tt_k"),
            ("confident_api_key", "tt_k"),
            ("x-confident-api-key", "tt_k"),
        ] {
            assert_eq!(found(name, value).as_deref(), Some("tt_k"), "{name}: {value}");
        }
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        for (name, value) in
            [("authorization", "Bearer "), ("authorization", "Basic !"), ("authorization", "Basic cGs6"), ("x-api-key", "")]
        {
            assert_eq!(found(name, value), None, "{name}: {value}");
        }
        assert_eq!(credential_of(&HeaderMap::new()), None);
    }
}
