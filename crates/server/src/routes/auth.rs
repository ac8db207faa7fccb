//! Signing in and out, and the first password.

use crate::{
    AppState,
    auth::{
        CallerKind, authenticate, cleared_session_cookie, hash_of, new_token, refuse_foreign_origin, refuse_form_bodies, session_cookie,
        session_token, verify_password,
    },
    http::{ApiResult, Json, Problem, ProblemDocument},
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use model::{
    Timestamp,
    ports::{KeyScope, Project},
};
use serde::{Deserialize, Serialize};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How the caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthMode {
    /// On this machine, no account needed yet.
    Local,
    /// Signed in as the admin.
    Session,
    Key,
    /// Not known: sign in, or send a key.
    None,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    mode: AuthMode,
    /// There is no admin account yet and one is needed: use the token of the server's log.
    setup_required: bool,
    /// The project that this caller reads and writes.
    project: Option<Project>,
    scopes: Vec<KeyScope>,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct LoginRequest {
    password: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct SetupRequest {
    /// The one-time token of the server's log. Not needed in local mode.
    #[serde(default)]
    token: Option<String>,
    /// 12 characters or more.
    password: String,
}

/// Who the server thinks you are. Never refuses
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth", responses((status = 200, body = Me), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn me(State(state): State<AppState>, PageRequest(parts): PageRequest) -> ApiResult<Json<Me>> {
    let setup_required = !state.admin_exists().await? && !state.config.local_mode_allowed;
    let nobody = Me { mode: AuthMode::None, setup_required, project: None, scopes: Vec::new() };
    match authenticate(&parts, &state, false).await {
        Ok(caller) => {
            let mode = match caller.kind {
                CallerKind::Key(_) => AuthMode::Key,
                CallerKind::Admin => AuthMode::Session,
                CallerKind::Local => AuthMode::Local,
            };
            let project = state.accounts.project(caller.project).await?;
            Ok(Json(Me { mode, setup_required, project, scopes: caller.scopes }))
        }
        Err(problem) if matches!(problem.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Ok(Json(nobody)),
        Err(problem) => Err(problem),
    }
}

/// Signs the admin in and sets the session cookie
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LoginRequest, responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn login(
    State(state): State<AppState>,
    PageRequest(parts): PageRequest,
    Json(request): Json<LoginRequest>,
) -> ApiResult<Response> {
    let address = address_of(&parts);
    let permit = state.login.enter(address)?;
    let wrong = || Problem::unauthorized("this is not the admin's password");
    let phc = state.accounts.admin_password_hash().await?.ok_or_else(wrong)?;
    if !verify_password(&request.password, &phc).await? {
        return Err(wrong());
    }
    state.login.succeeded(address);
    drop(permit);
    start_session(&state, &parts.headers).await
}

/// Sets the admin's first password and signs in. Local mode ends
#[utoipa::path(post, path = "/api/v1/auth/setup", tag = "auth", request_body = SetupRequest, responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn setup(
    State(state): State<AppState>,
    PageRequest(parts): PageRequest,
    Json(request): Json<SetupRequest>,
) -> ApiResult<Response> {
    let address = address_of(&parts);
    let permit = state.login.enter(address)?;
    let allowed = match &request.token {
        Some(token) => state.is_setup_token(token),
        None => state.local_mode().await? && authenticate(&parts, &state, false).await?.kind == CallerKind::Local,
    };
    if !allowed {
        return Err(Problem::unauthorized("this is not the one-time token of the server's log"));
    }
    state.create_admin(&request.password).await?;
    state.login.succeeded(address);
    drop(permit);
    start_session(&state, &parts.headers).await
}

/// Ends the session
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn logout(State(state): State<AppState>, PageRequest(parts): PageRequest) -> ApiResult<Response> {
    if let Some(token) = session_token(&parts.headers) {
        state.accounts.delete_session(&hash_of(token)).await?;
    }
    let cookie = cleared_session_cookie(&parts.headers).ok_or_else(|| Problem::internal("a cookie did not fit a header"))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn start_session(state: &AppState, request: &HeaderMap) -> ApiResult<Response> {
    let token = new_token()?;
    let expires_at = Timestamp::now().saturating_add_nanos(SESSION_LIFETIME.as_nanos() as i64);
    state.accounts.create_session(&hash_of(&token), expires_at).await?;
    let cookie = session_cookie(&token, SESSION_LIFETIME, request).ok_or_else(|| Problem::internal("a cookie did not fit a header"))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn address_of(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical())
}

/// The head of a request that no other site's page has sent.
pub(crate) struct PageRequest(Parts);

impl FromRequestParts<AppState> for PageRequest {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        if !parts.method.is_safe() {
            refuse_foreign_origin(parts)?;
            refuse_form_bodies(&parts.method, &parts.headers)?;
        }
        Ok(Self(parts.clone()))
    }
}
