//! How long a project keeps its rows.

use super::projects::managed_project;
use crate::{
    AppState,
    auth::{Admin, Authorized},
    http::{ApiResult, FieldError, Json, Path, Problem, ProblemDocument},
};
use axum::extract::State;
use model::retention::RetentionPolicy;

/// A hundred years: more is a mistake, and "for ever" has a word of its own.
const MAX_DAYS: u32 = 36_500;
/// A cap below this could not hold a day of anything, and would delete rows as they come in.
const MIN_CAP_BYTES: u64 = 1 << 20;

/// How long a project keeps its rows
#[utoipa::path(get, path = "/api/v1/projects/{id}/retention", tag = "erasing", params(("id" = String, Path)), responses((status = 200, body = RetentionPolicy), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn get_retention(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(project): Path<String>,
) -> ApiResult<Json<RetentionPolicy>> {
    Ok(Json(state.accounts.retention(managed_project(&caller, &project)?).await?))
}

/// Replaces how long a project keeps its rows
///
/// What is missing or null is kept for ever. Rows that are over go within a day, and ingest refuses rows that would be.
#[utoipa::path(put, path = "/api/v1/projects/{id}/retention", tag = "erasing", params(("id" = String, Path)), request_body = RetentionPolicy, responses((status = 200, body = RetentionPolicy), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn set_retention(
    State(state): State<AppState>,
    caller: Authorized<Admin>,
    Path(project): Path<String>,
    Json(policy): Json<RetentionPolicy>,
) -> ApiResult<Json<RetentionPolicy>> {
    let project = managed_project(&caller, &project)?;
    check(&policy)?;
    state.accounts.set_retention(project, policy).await?;
    Ok(Json(policy))
}

fn check(policy: &RetentionPolicy) -> ApiResult<()> {
    let days = [
        ("span_days", policy.span_days),
        ("log_days", policy.log_days),
        ("metric_days", policy.metric_days),
        ("score_days", policy.score_days),
        ("payload_days", policy.payload_days),
    ];
    let is_wrong = |days: &Option<u32>| days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days));
    let mut errors: Vec<FieldError> = days
        .iter()
        .filter(|(_, days)| is_wrong(days))
        .map(|(field, _)| FieldError {
            field: (*field).to_owned(),
            message: format!("expected 1 to {MAX_DAYS} days, or null to keep for ever"),
        })
        .collect();
    if policy.max_bytes.is_some_and(|bytes| bytes < MIN_CAP_BYTES) {
        errors.push(FieldError {
            field: "max_bytes".to_owned(),
            message: format!("expected at least {MIN_CAP_BYTES} bytes, or null for no cap"),
        });
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_fields(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = RetentionPolicy {
            span_days: Some(0),
            log_days: Some(MAX_DAYS + 1),
            metric_days: Some(1),
            score_days: None,
            payload_days: Some(MAX_DAYS),
            max_bytes: Some(MIN_CAP_BYTES - 1),
        };
        let fields: Vec<String> = check(&wrong).unwrap_err().errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["span_days", "log_days", "max_bytes"]);
        assert!(check(&RetentionPolicy::default()).is_ok());
    }
}
