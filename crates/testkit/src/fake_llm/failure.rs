//! Requests that the fake refuses, in each provider's words.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Whose words an error is in.
#[derive(Clone, Copy)]
pub(super) enum ApiStyle {
    OpenAi,
    Anthropic,
    Gemini,
}

/// Whether the caller sent a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Sent,
    Missing,
}

impl Key {
    pub(super) fn in_header(headers: &HeaderMap, names: &[&str]) -> Self {
        if names.iter().any(|name| headers.contains_key(*name)) { Self::Sent } else { Self::Missing }
    }
}

/// The same failure in the words of three providers.
struct Kind {
    status: StatusCode,
    openai: (&'static str, Option<&'static str>),
    anthropic: &'static str,
    gemini: &'static str,
    message: &'static str,
}

const NO_KEY: Kind = Kind {
    status: StatusCode::UNAUTHORIZED,
    openai: ("invalid_request_error", Some("invalid_api_key")),
    anthropic: "authentication_error",
    gemini: "UNAUTHENTICATED",
    message: "no API key was sent",
};
const NO_MODEL: Kind = Kind {
    status: StatusCode::BAD_REQUEST,
    openai: ("invalid_request_error", None),
    anthropic: "invalid_request_error",
    gemini: "INVALID_ARGUMENT",
    message: "you must provide a model parameter",
};
/// By the part of the model's name that asks for them.
const BY_MODEL: [(&str, Kind); 4] = [
    (
        "err429",
        Kind {
            status: StatusCode::TOO_MANY_REQUESTS,
            openai: ("rate_limit_error", Some("rate_limit_exceeded")),
            anthropic: "rate_limit_error",
            gemini: "RESOURCE_EXHAUSTED",
            message: "Rate limit reached",
        },
    ),
    (
        "err400",
        Kind {
            status: StatusCode::BAD_REQUEST,
            openai: ("invalid_request_error", Some("context_length_exceeded")),
            anthropic: "invalid_request_error",
            gemini: "INVALID_ARGUMENT",
            message: "the prompt is too long",
        },
    ),
    (
        "err404",
        Kind {
            status: StatusCode::NOT_FOUND,
            openai: ("invalid_request_error", Some("model_not_found")),
            anthropic: "not_found_error",
            gemini: "NOT_FOUND",
            message: "the model does not exist",
        },
    ),
    (
        "err500",
        Kind {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            openai: ("server_error", None),
            anthropic: "api_error",
            gemini: "INTERNAL",
            message: "the server had an error",
        },
    ),
];

pub(super) struct Failure {
    style: ApiStyle,
    kind: &'static Kind,
    model: String,
}

/// `None` when the request is to be answered.
pub(super) fn of(style: ApiStyle, key: Key, model: Option<&str>) -> Option<Failure> {
    let kind = if key == Key::Missing {
        Some(&NO_KEY)
    } else {
        match model {
            Some(model) => BY_MODEL.iter().find(|(part, _)| model.contains(part)).map(|(_, kind)| kind),
            None => Some(&NO_MODEL),
        }
    };
    kind.map(|kind| Failure { style, kind, model: model.unwrap_or("no model").to_owned() })
}

impl Failure {
    fn body(&self) -> Value {
        let Kind { status, openai: (openai_type, code), anthropic, gemini, message } = self.kind;
        let message = format!("{message} ({})", self.model);
        match self.style {
            ApiStyle::OpenAi => json!({"error": {"message": message, "type": openai_type, "param": null, "code": code}}),
            ApiStyle::Anthropic => {
                json!({"type": "error", "error": {"type": anthropic, "message": message}, "request_id": "req_test123"})
            }
            ApiStyle::Gemini => json!({"error": {"code": status.as_u16(), "message": message, "status": gemini}}),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        // Client libraries retry 429 and 500 on their own unless told not to; tests want one request, one answer.
        (self.kind.status, [("x-should-retry", "false")], Json(self.body())).into_response()
    }
}
