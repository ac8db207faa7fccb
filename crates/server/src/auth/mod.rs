//! Who calls, and what they may do. One place for every route: a handler names the permission it needs as
//! `Authorized<Ingest>`, `Authorized<Read>`, `Authorized<Admin>`, `Authorized<SdkRead>` or `Authorized<SdkAdmin>` and gets the caller, or the request ends here.

mod admin;
mod authorize;
mod cookie;
mod credential;
mod local;
mod login_guard;
mod origin;
mod password;
mod secret;
mod standing;

pub use admin::AdminSetup;
pub(crate) use admin::AdminState;
pub use authorize::{Admin, Authorized, Caller, CallerKind, Ingest, Permission, Read, SdkAdmin, SdkRead, authenticate};
pub(crate) use cookie::{cleared_session_cookie, session_cookie, session_token};
pub use credential::credential_of;
pub(crate) use credential::without_credentials;
pub(crate) use login_guard::LoginGuard;
pub(crate) use origin::{host_of, refuse_foreign_origin, refuse_form_bodies};
pub(crate) use password::{hash_password, verify_password};
pub(crate) use secret::{hash_of, new_key_secret, new_token};
pub(crate) use standing::revoked;
