//! What DeepEval can ask its own server for and this one does not do: said plainly, so that nobody waits for a result.

use crate::http::Problem;
use axum::http::{Method, StatusCode, Uri};

fn not_here(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_IMPLEMENTED, detail)
}

/// Metric collections are run by a judge on the server.
pub(super) async fn evaluate() -> Problem {
    not_here(
        "this server has no judge model to run a metric collection with: pass metrics=[…] to evaluate(), observe() or assert_test(), which \
         run on the client, and their results are stored here",
    )
}

/// Definitions of metrics, to be run on the server.
pub(super) async fn metrics() -> Problem {
    not_here("this server does not keep definitions of metrics: keep them in code, and their results are stored here")
}

/// Prompts have versions and labels, one after the other.
pub(super) async fn branches() -> Problem {
    not_here("this server keeps one line of versions for each prompt, its branch main: use labels in place of branches")
}

pub(super) async fn governance() -> Problem {
    not_here("this server has no governance policies")
}

/// Everything else at the addresses that are shared with other clients.
pub(super) async fn unknown(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("this server has no {method} {} for DeepEval", uri.path()))
}
