//! Places where a test can kill the process, to show that no moment loses or doubles a row. Compiled into this crate's own tests only.

/// Aborts when the environment variable `TELLTALE_FAULT` names this place: `name:n` at its n-th passing (from 1).
#[cfg(test)]
pub(crate) fn point(name: &str) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wanted = std::env::var("TELLTALE_FAULT").ok();
    let wanted = wanted.as_deref().and_then(|wanted| wanted.rsplit_once(':'));
    if let Some((place, number)) = wanted
        && place == name
        && number.parse() == Ok(PASSED.fetch_add(1, Ordering::SeqCst) + 1)
    {
        std::process::abort();
    }
}

#[cfg(not(test))]
pub(crate) fn point(_name: &str) {}
