//! The one admin account: whether it exists, and how it comes to be.

use super::{hash_of, hash_password, new_token, verify_password};
use crate::{
    AppState,
    http::{ApiResult, Problem},
    state::Shared,
};
use model::{StoreError, StoreResult};
use parking_lot::Mutex;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// How long a set-up by another process may go unnoticed. This process's own is noticed at once.
const RECHECK_AFTER: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct AdminState {
    /// When we looked last, and whether there was an admin. Accounts are never removed, so `true` stays.
    known: Mutex<Option<(Instant, bool)>>,
    /// Held while the first password is set: of two set-ups at once, one is told that it came too late.
    creation: tokio::sync::Mutex<()>,
    /// Hash of the one-time token that may set the first password.
    setup_token: Mutex<Option<[u8; 32]>>,
}

/// What [`AppState::prepare_admin`] found or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminSetup {
    /// There is an admin.
    Ready,
    /// Bound to loopback without an admin: no login is needed.
    LocalMode,
    /// Nobody can sign in until this token is used, once, with `POST /api/v1/auth/setup`. To be shown to the operator.
    TokenNeeded(String),
}

impl AppState {
    /// To be called once before serving. `password` (from the configuration) becomes the admin's; sessions stay when it already is.
    /// `Invalid` when it is too short.
    pub async fn prepare_admin(&self, password: Option<&str>) -> StoreResult<AdminSetup> {
        let existing = self.accounts.admin_password_hash().await?;
        match (password, existing) {
            (Some(password), existing) => {
                let unchanged = match &existing {
                    Some(phc) => verify_password(password, phc).await.map_err(as_store_error)?,
                    None => false,
                };
                if !unchanged {
                    let phc = hash_password(password).await.map_err(as_store_error)?;
                    self.accounts.set_admin_password_hash(&phc).await?;
                }
                Ok(AdminSetup::Ready)
            }
            (None, Some(_)) => Ok(AdminSetup::Ready),
            (None, None) if self.config.local_mode_allowed => Ok(AdminSetup::LocalMode),
            (None, None) => {
                let token = new_token().map_err(as_store_error)?;
                *self.admin.setup_token.lock() = Some(hash_of(&token));
                Ok(AdminSetup::TokenNeeded(token))
            }
        }
    }
}

fn as_store_error(problem: Problem) -> StoreError {
    match problem.errors.into_iter().next() {
        Some(error) => StoreError::Invalid { field: error.field, message: error.message },
        None => StoreError::Internal(problem.detail),
    }
}

impl Shared {
    pub(crate) async fn admin_exists(&self) -> StoreResult<bool> {
        if let Some((looked_at, exists)) = *self.admin.known.lock()
            && (exists || looked_at.elapsed() < RECHECK_AFTER)
        {
            return Ok(exists);
        }
        let exists = self.accounts.admin_password_hash().await?.is_some();
        *self.admin.known.lock() = Some((Instant::now(), exists));
        Ok(exists)
    }

    /// Bound to loopback and no account yet.
    pub(crate) async fn local_mode(&self) -> StoreResult<bool> {
        Ok(self.config.local_mode_allowed && !self.admin_exists().await?)
    }

    /// Sets the first password. 409 when there is one already.
    pub(crate) async fn create_admin(&self, password: &str) -> ApiResult<()> {
        let phc = hash_password(password).await?;
        let _one_at_a_time = self.admin.creation.lock().await;
        if self.accounts.admin_password_hash().await?.is_some() {
            return Err(StoreError::Conflict("the admin account exists already: sign in".into()).into());
        }
        self.accounts.set_admin_password_hash(&phc).await?;
        *self.admin.known.lock() = Some((Instant::now(), true));
        *self.admin.setup_token.lock() = None;
        Ok(())
    }

    /// Whether this is the one-time token of the log.
    pub(crate) fn is_setup_token(&self, token: &str) -> bool {
        self.admin.setup_token.lock().is_some_and(|expected| bool::from(expected.ct_eq(&hash_of(token))))
    }
}
