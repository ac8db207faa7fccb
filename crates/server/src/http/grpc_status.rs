//! Refusals as gRPC clients expect them: HTTP 200 without a body, and the status in the headers.

use super::Problem;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use std::fmt::Write;

pub(crate) const GRPC: &str = "application/grpc";
pub(crate) const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// `google.rpc.Code.OK`.
pub(crate) const OK_STATUS: i32 = 0;
/// Longest message in bytes: it travels in a header, and the rest of a long list of faults helps nobody.
const MAX_MESSAGE_BYTES: usize = 1_024;

/// Whether the request is a gRPC call.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(GRPC.as_bytes()))
}

impl Problem {
    /// Its `google.rpc.Code`. Exporters try UNAVAILABLE and DEADLINE_EXCEEDED again, the others not.
    pub(crate) fn rpc_code(&self) -> i32 {
        match self.status {
            StatusCode::UNAUTHORIZED => 16,                                                             // UNAUTHENTICATED
            StatusCode::FORBIDDEN => 7,                                                                 // PERMISSION_DENIED
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => 12, // UNIMPLEMENTED
            StatusCode::PAYLOAD_TOO_LARGE => 8,                                                         // RESOURCE_EXHAUSTED
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => 14,                      // UNAVAILABLE
            StatusCode::GATEWAY_TIMEOUT => 4,                                                           // DEADLINE_EXCEEDED
            status if status.is_client_error() => 3,                                                    // INVALID_ARGUMENT
            _ => 13,                                                                                    // INTERNAL
        }
    }
}

/// The answer to a call that was refused. Back-pressure says when to come back (`google.rpc.RetryInfo`).
pub(super) fn refusal(problem: &Problem) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(GRPC));
    headers.insert(STATUS, HeaderValue::from(problem.rpc_code()));
    let mut message = problem.detail.clone();
    message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
    // Percent-encoded text is ASCII: both values are always good headers.
    headers.extend(HeaderValue::from_str(&percent_encoded(&message)).ok().map(|value| (MESSAGE, value)));
    if let Some(seconds) = problem.retry_after {
        let details = protocol::otlp::encode_retry_status(problem.rpc_code(), &message, seconds);
        headers.extend(HeaderValue::from_str(&BASE64_STANDARD_NO_PAD.encode(details)).ok().map(|value| (DETAILS, value)));
    }
    response
}

/// `grpc-message`: printable ASCII as it is, any other byte and `%` as `%XX`.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b' '..=b'~' if byte != b'%' => encoded.push(byte as char),
            // Writing to a String cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(percent_encoded("100 % für\n"), "100 %25 f%C3%BCr%0A");
    }

    #[test]
    fn a_refusal_that_may_be_retried_says_when() {
        let response = refusal(&Problem::unavailable("busy", 7));
        assert_eq!(response.headers()[STATUS], "14");
        assert!(response.headers().contains_key(DETAILS));
        assert!(!refusal(&Problem::too_large("no")).headers().contains_key(DETAILS));
    }
}
