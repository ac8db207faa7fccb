//! Errors as RFC 9457 problem documents. Handlers return `ApiResult`; the request id is added on the way out (`observe.rs`).

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::StoreError;
use serde::Serialize;

pub type ApiResult<T> = Result<T, Problem>;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Name of the parameter, or path into the body (`logs.3.model`).
    pub field: String,
    /// What was expected.
    pub message: String,
}

/// An error, as clients see it (`application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// Names the kind of problem, for programs: `urn:telltale:problem:invalid-request` …
    #[serde(rename = "type")]
    pub problem_type: String,
    /// The status in words.
    pub title: String,
    pub status: u16,
    /// What happened, for people.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Also in the header `x-request-id` and in the log.
    pub request_id: String,
}

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    kind: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Seconds; sent as `Retry-After`.
    pub retry_after: Option<u32>,
}

/// Sent with 429 and 503 when nothing better is known.
const DEFAULT_RETRY_SECONDS: u32 = 1;

impl Problem {
    /// A problem that its status says all about.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let kind = match status {
            StatusCode::BAD_REQUEST => "invalid-request",
            StatusCode::UNAUTHORIZED => "unauthorized",
            StatusCode::FORBIDDEN => "forbidden",
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
            StatusCode::CONFLICT => "conflict",
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported-media-type",
            StatusCode::UNPROCESSABLE_ENTITY => "unprocessable",
            StatusCode::TOO_MANY_REQUESTS => "too-many-requests",
            StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            StatusCode::GATEWAY_TIMEOUT => "timeout",
            status if status.is_client_error() => "refused",
            _ => "internal",
        };
        let asks_for_retry = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        Self { status, kind, detail: detail.into(), errors: Vec::new(), retry_after: asks_for_retry.then_some(DEFAULT_RETRY_SECONDS) }
    }

    /// 400: one field is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// 400: these fields are wrong. `errors` must not be empty.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let detail = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join("; ");
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    pub fn too_many_requests(detail: impl Into<String>, retry_after_seconds: u32) -> Self {
        Self { retry_after: Some(retry_after_seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// 503: try again.
    pub fn unavailable(detail: impl Into<String>, retry_after_seconds: u32) -> Self {
        Self { retry_after: Some(retry_after_seconds), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// 500. `cause` goes to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "an internal error; the log of the server has its cause under this request id")
    }

    pub(super) fn document(&self, request_id: &str) -> ProblemDocument {
        ProblemDocument {
            problem_type: format!("urn:telltale:problem:{}", self.kind),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            request_id: request_id.to_owned(),
        }
    }

    pub(crate) fn render(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.document(request_id)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render("");
        response.extensions_mut().insert(self);
        response
    }
}

impl From<protocol::DecodeError> for Problem {
    fn from(error: protocol::DecodeError) -> Self {
        match error.field {
            _ if error.too_large => Self::too_large(error.message),
            Some(field) => Self::invalid(field, error.message),
            None => Self::bad_request(error.message),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid { field, message } => Self::invalid(field, message),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Conflict(message) => Self::new(StatusCode::CONFLICT, message),
            StoreError::Overloaded { reason, retry_after_seconds } => {
                Self::unavailable(format!("overloaded: {reason}"), retry_after_seconds)
            }
            StoreError::LimitExceeded(limit) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("limit reached: {limit}")),
            StoreError::Unavailable(reason) => {
                tracing::warn!(%reason, "a needed part is unavailable");
                Self::unavailable("a part that is needed does not answer; /health names it", DEFAULT_RETRY_SECONDS)
            }
            StoreError::Fenced => {
                tracing::error!("this writer was fenced by another process");
                Self::unavailable("this process must not write any more: restart it", DEFAULT_RETRY_SECONDS)
            }
            StoreError::Internal(cause) => Self::internal(cause),
        }
    }
}
