//! Where the catalog is.

use crate::CatalogError;
use std::{fmt, path::PathBuf};

/// The address of a catalog. Printing it never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub struct CatalogUrl(pub(crate) Target);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    /// The whole URL, password included.
    Postgres(String),
}

impl CatalogUrl {
    /// `sqlite:/path/to/file.db` (the path as it stands, without escapes) or `postgres://user:password@host:port/database?…`.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path == ":memory:" {
                return Err(CatalogError::InvalidUrl("sqlite: needs the path of a file, as in sqlite:/var/lib/telltale/catalog.db"));
            }
            return Ok(Self(Target::Sqlite(PathBuf::from(path))));
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        match rest {
            Some(rest) if !rest.is_empty() => Ok(Self(Target::Postgres(format!("postgres://{rest}")))),
            _ => Err(CatalogError::InvalidUrl("expected sqlite:/path/to/file.db or postgres://user:password@host:port/database")),
        }
    }
}

/// Without user, password and parameters: safe in logs.
impl fmt::Display for CatalogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Target::Postgres(url) => {
                let rest = url.strip_prefix("postgres://").unwrap_or_default();
                // The last '@' ends the credentials, wherever a careless password puts other ones, '?' or '/'.
                let (has_parameters, place) = match rest.rsplit_once('@') {
                    Some((_, place)) => (place.contains('?'), place),
                    None => (rest.contains('?'), rest),
                };
                let place = if has_parameters { place.split('?').next().unwrap_or_default() } else { place };
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for CatalogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CatalogUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_printed() {
        for text in [
            "postgres://telltale:hunter2@db.example:5432/telltale?sslmode=disable",
            "postgresql://telltale:hunter2@db.example:5432/telltale",
            "postgres://telltale:a/b?c@hunter2@db.example:5432/telltale",
            "postgres://db.example:5432/telltale?user=telltale&password=hunter2",
        ] {
            let url = CatalogUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), "postgres://db.example:5432/telltale", "{text}");
            assert_eq!(format!("{url:?}"), "CatalogUrl(postgres://db.example:5432/telltale)");
        }
    }

    #[test]
    fn both_ways_to_write_a_path_mean_the_same() {
        assert_eq!(CatalogUrl::parse("sqlite:/a b/c%20.db").unwrap(), CatalogUrl::parse("sqlite:///a b/c%20.db").unwrap());
    }

    #[test]
    fn other_databases_and_memory_are_refused_without_repeating_the_text() {
        for text in ["mysql://u:hunter2@h/db", "sqlite:", "sqlite::memory:", "postgres://", "hunter2"] {
            let error = CatalogUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
