//! Absolute addresses of the dashboard's pages, for clients that show them to their users.

use crate::{AppState, auth::host_of, http::Problem};
use axum::{extract::FromRequestParts, http::request::Parts};
use model::{ProjectId, TraceId};
use std::fmt::Write;

/// An address of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link(pub(crate) String);

/// Extension: the request came in at a port that has no dashboard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtlpPort;

/// Extractor: where the client reaches the dashboard.
pub(crate) struct Dashboard {
    origin: String,
    /// What a link ends with.
    query: String,
}

impl Dashboard {
    /// Links to pages of this project. It is named where the dashboard would open another one by itself.
    pub(crate) async fn of(mut self, state: &AppState, project: ProjectId) -> Self {
        let is_default = state.default_project().await.is_ok_and(|default| default.id == project);
        if !is_default {
            self.query = format!("?project={project}");
        }
        self
    }

    fn link(&self, page: &str, id: &str) -> Link {
        Link(format!("{}/{page}/{}{}", self.origin, segment(id), self.query))
    }

    pub(crate) fn home(&self) -> &str {
        &self.origin
    }

    pub(crate) fn trace(&self, trace: TraceId) -> Link {
        self.link("traces", &trace.to_hex())
    }

    pub(crate) fn experiment(&self, id: &str) -> Link {
        self.link("experiments", id)
    }

    pub(crate) fn dataset(&self, id: &str) -> Link {
        self.link("datasets", id)
    }

    pub(crate) fn prompt(&self, name: &str) -> Link {
        self.link("prompts", name)
    }
}

impl FromRequestParts<AppState> for Dashboard {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let listen = state.config.listen;
        let is_https = parts.headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
        let scheme = if is_https { "https" } else { "http" };
        let authority = match host_of(parts) {
            None => listen.to_string(),
            Some(host) if parts.extensions.get::<OtlpPort>().is_some() => format!("{}:{}", name_of(host), listen.port()),
            Some(host) => host.to_owned(),
        };
        Ok(Self { origin: format!("{scheme}://{authority}"), query: String::new() })
    }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(byte as char),
            // Writing to a String cannot fail.
            _ => drop(write!(path, "%{byte:02X}")),
        }
        path
    })
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
