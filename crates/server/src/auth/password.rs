//! The admin's password: argon2id, off the async threads, a bounded number at a time.

use crate::http::{ApiResult, Problem};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

/// Shorter ones can be guessed.
const MIN_PASSWORD_CHARS: usize = 12;
/// Longer ones only cost time.
const MAX_PASSWORD_BYTES: usize = 1024;

/// The PHC string to store. Runs on a blocking thread: about 20 ms and 19 MiB.
pub(crate) async fn hash_password(password: &str) -> ApiResult<String> {
    if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
        let expected = format!("expected {MIN_PASSWORD_CHARS} characters or more, and at most {MAX_PASSWORD_BYTES} bytes");
        return Err(Problem::invalid("password", expected));
    }
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed.await.map_err(Problem::internal)?.map_err(Problem::internal)
}

/// Whether this is the password. Runs on a blocking thread.
pub(crate) async fn verify_password(password: &str, phc: &str) -> ApiResult<bool> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Ok(false);
    }
    let (password, phc) = (password.to_owned(), phc.to_owned());
    let verified = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&phc)?;
        Ok::<bool, argon2::password_hash::phc::Error>(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    verified.await.map_err(Problem::internal)?.map_err(Problem::internal)
}
