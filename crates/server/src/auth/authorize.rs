//! From a request to a caller: the only place where access is decided.

use super::{
    credential_of, hash_of,
    local::require_local,
    origin::{PageOrigin, page_origin, refuse_form_bodies},
    session_token,
};
use crate::{
    AppState,
    http::{ApiResult, Problem},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use model::{
    KeyId, ProjectId,
    ports::{ApiKey, KeyScope},
};
use std::{marker::PhantomData, ops::Deref, sync::atomic::Ordering};

/// What kind of credential the caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// An API key: bound to one project.
    Key(KeyId),
    /// The signed-in admin.
    Admin,
    /// Nobody in particular, on this machine, in local mode.
    Local,
}

/// Who calls, for which project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The only project this request may touch.
    pub project: ProjectId,
    pub kind: CallerKind,
    pub scopes: Vec<KeyScope>,
}

impl Caller {
    fn of_key(key: ApiKey) -> Self {
        // The admin scope includes the others, or a key for everything would need three entries.
        let scopes = if key.scopes.contains(&KeyScope::Admin) { KeyScope::ALL.to_vec() } else { key.scopes };
        Self { project: key.project_id, kind: CallerKind::Key(key.id), scopes }
    }

    pub fn may(&self, scope: KeyScope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the caller may manage more than the project of a key.
    pub fn is_operator(&self) -> bool {
        matches!(self.kind, CallerKind::Admin | CallerKind::Local)
    }
}

/// A permission as a type, so that a route states it in its signature.
pub trait Permission: Send + Sync + 'static {
    const SCOPE: KeyScope;
    /// Whether local mode takes an unknown key for none: SDKs insist on having some key.
    const TAKES_UNKNOWN_KEYS: bool = false;
}

pub struct Ingest;
pub struct Read;
pub struct Admin;
/// Reading by an SDK through its own protocol.
pub struct SdkRead;
/// Deleting by an SDK through its own protocol what is not telemetry.
pub struct SdkAdmin;

impl Permission for Ingest {
    const SCOPE: KeyScope = KeyScope::Ingest;
    const TAKES_UNKNOWN_KEYS: bool = true;
}
impl Permission for SdkRead {
    const SCOPE: KeyScope = KeyScope::Read;
    const TAKES_UNKNOWN_KEYS: bool = true;
}
impl Permission for SdkAdmin {
    const SCOPE: KeyScope = KeyScope::Admin;
    const TAKES_UNKNOWN_KEYS: bool = true;
}
impl Permission for Read {
    const SCOPE: KeyScope = KeyScope::Read;
}
impl Permission for Admin {
    const SCOPE: KeyScope = KeyScope::Admin;
}

/// Extractor: a caller with this permission. Dereferences to [`Caller`].
pub struct Authorized<P: Permission> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P: Permission> Deref for Authorized<P> {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Permission> FromRequestParts<AppState> for Authorized<P> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let caller = authenticate(parts, state, P::TAKES_UNKNOWN_KEYS).await?;
        if caller.may(P::SCOPE) {
            Ok(Self { caller, permission: PhantomData })
        } else {
            Err(Problem::forbidden(format!("this key lacks the scope {:?}", P::SCOPE.as_str())))
        }
    }
}

/// Finds out who calls. `takes_unknown_keys`: see [`Permission`].
pub async fn authenticate(parts: &Parts, state: &AppState, takes_unknown_keys: bool) -> ApiResult<Caller> {
    if let Some(secret) = credential_of(&parts.headers) {
        if let Some(key) = state.accounts.key_by_secret(&hash_of(&secret)).await? {
            return Ok(Caller::of_key(key));
        }
        if !takes_unknown_keys || !state.local_mode().await? {
            return Err(Problem::unauthorized("this key is not known; it may have been deleted"));
        }
    } else if let Some(token) = session_token(&parts.headers)
        && state.accounts.session(&hash_of(token)).await?.is_some()
    {
        refuse_cross_site_use(parts)?;
        return operator(parts, state, CallerKind::Admin).await;
    }
    if !state.local_mode().await? {
        return Err(Problem::unauthorized("a key is needed: send Authorization: Bearer <key>, or sign in"));
    }
    require_local(parts)?;
    if takes_unknown_keys {
        note_keyless_ingest(state);
    }
    operator(parts, state, CallerKind::Local).await
}

/// A browser sends the cookie whoever's page asked for it: changes need proof that it was ours.
fn refuse_cross_site_use(parts: &Parts) -> ApiResult<()> {
    refuse_form_bodies(&parts.method, &parts.headers)?;
    match page_origin(parts) {
        PageOrigin::Same => Ok(()),
        PageOrigin::Unsaid if parts.method.is_safe() => Ok(()),
        PageOrigin::Foreign | PageOrigin::Unsaid => Err(Problem::forbidden("a session can only be used from the dashboard's own pages")),
    }
}

async fn operator(parts: &Parts, state: &AppState, kind: CallerKind) -> ApiResult<Caller> {
    let project = match chosen_project(parts)? {
        Some(id) => state.accounts.project(id).await?.ok_or_else(|| Problem::not_found("project"))?.id,
        None => state.default_project().await?.id,
    };
    Ok(Caller { project, kind, scopes: KeyScope::ALL.to_vec() })
}

/// The header `x-telltale-project`, or the query parameter `project` (for links and event streams, which cannot set headers).
fn chosen_project(parts: &Parts) -> ApiResult<Option<ProjectId>> {
    let from_header = parts.headers.get("x-telltale-project").map(|value| value.to_str().unwrap_or("").to_owned());
    let from_query = || {
        let pairs = parts.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == "project").map(|(_, value)| value.to_owned()).next_back()
    };
    match from_header.or_else(from_query).filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid("project", "expected the id of a project")),
        None => Ok(None),
    }
}

fn note_keyless_ingest(state: &AppState) {
    if !state.keyless_ingest_noted.swap(true, Ordering::Relaxed) {
        tracing::info!("records without a valid key go to the default project (local mode); this is noted once");
    }
}
