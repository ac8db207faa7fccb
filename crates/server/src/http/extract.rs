//! Extractors that refuse with a problem document instead of plain text.

use super::Problem;
use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::*},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body, in and out. In: needs a JSON content type.
pub struct Json<T>(pub T);

/// The parameters of the query string.
pub struct Query<T>(pub T);

/// The variable parts of the path.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        axum::Json::from_request(request, state).await.map(|axum::Json(value)| Self(value)).map_err(json_problem)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn json_problem(rejection: JsonRejection) -> Problem {
    match &rejection {
        // The text of the cause names the field and what was expected; it comes from our own types, never from a payload's text.
        JsonRejection::JsonDataError(error) => Problem::invalid("body", deepest(error)),
        JsonRejection::JsonSyntaxError(error) => Problem::invalid("body", format!("expected JSON: {}", deepest(error))),
        JsonRejection::MissingJsonContentType(_) => Problem::unsupported_media_type("expected the content type application/json"),
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large("the body is larger than this route takes"),
        other => Problem::new(other.status(), other.body_text()),
    }
}

fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let extracted = axum::extract::Query::from_request_parts(parts, state).await;
        extracted.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| Problem::invalid("query", deepest(&rejection)))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let extracted = axum::extract::Path::from_request_parts(parts, state).await;
        extracted.map(|axum::extract::Path(value)| Self(value)).map_err(|rejection| Problem::invalid("path", deepest(&rejection)))
    }
}
