//! An extractor for JSON bodies as large as telemetry's: bounded like them, and counted among the bodies under way.

use super::{
    body::receive,
    json_rows::{JsonType, media_type},
};
use crate::{
    AppState,
    http::{Permit, Problem},
};
use axum::extract::{FromRequest, Request};
use protocol::check_json_values;
use serde::de::DeserializeOwned;

/// What was read, and its places at the gate: a handler keeps them as long as it keeps the value.
pub(crate) struct LargeJson<T>(pub(crate) T, pub(crate) Vec<Permit>);

impl<T: DeserializeOwned> FromRequest<AppState> for LargeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if JsonType::of(&parts.headers)? != JsonType::Json {
            return Err(Problem::unsupported_media_type(format!("expected application/json, got {}", media_type(&parts.headers))));
        }
        let received = receive(state, &parts.headers, body).await?;
        check_json_values(&received.bytes)?;
        let mut reader = serde_json::Deserializer::from_slice(&received.bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(problem)?;
        reader.end().map_err(|error| Problem::invalid("body", format!("expected one JSON value: {error}")))?;
        Ok(Self(value, received.permits))
    }
}

/// Names the field. The text of the cause comes from our own types and the JSON reader, and quotes at most a name or a scalar.
fn problem(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let field = if path.is_empty() || path == "." { "body".to_owned() } else { path };
    Problem::invalid(field, error.into_inner().to_string())
}
