//! Query strings as LangSmith's SDKs write them: lists are names that come several times.

use crate::http::{ApiResult, Problem, Query};
use axum::{extract::FromRequestParts, http::request::Parts};
use model::query::MAX_PAGE;

/// Rows of a page when the client does not say.
const DEFAULT_LIMIT: usize = 100;

pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// The values of a name, without empty ones and the `None` that Python writes.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.0.iter().filter(move |(known, value)| known == name && !value.is_empty() && value != "None");
        of_name.map(|(_, value)| value.as_str())
    }

    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty() && value != "None").map(|(_, value)| value.as_str())
    }

    /// How many rows to leave out, and how many to answer: together at most a page of ours.
    pub(super) fn page(&self) -> ApiResult<(usize, usize)> {
        let number = |name: &str, default: usize| match self.one(name).map(str::parse::<usize>) {
            None => Ok(default),
            Some(Ok(number)) => Ok(number),
            Some(Err(_)) => Err(Problem::invalid(name, "expected a whole number, zero or more")),
        };
        let (offset, limit) = (number("offset", 0)?, number("limit", DEFAULT_LIMIT)?);
        if offset + limit > MAX_PAGE {
            return Err(Problem::invalid("offset", format!("expected at most {MAX_PAGE} rows before the end of a page")));
        }
        Ok((offset, limit.max(1)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state).await.map(|Query(pairs)| Self(pairs))
    }
}
