//! Places where a test can kill the process, to show that no moment loses or doubles a row.

/// Aborts when the environment variable `TELLTALE_FAULT` names this place. Compiled in with the feature `fault-points` only.
#[cfg(feature = "fault-points")]
pub(crate) fn point(name: &str) {
    if std::env::var("TELLTALE_FAULT").is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
}

#[cfg(not(feature = "fault-points"))]
pub(crate) fn point(_name: &str) {}
