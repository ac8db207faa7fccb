//! What the cells of a rollup are told apart by, besides time and project.

use super::Damaged;
use model::{filter::Field, sketch::varint};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    Kind,
    Provider,
    /// What answered, else what was asked for.
    Model,
    Status,
    Environment,
    Service,
}

impl Dimension {
    pub(crate) const ALL: [Dimension; 6] = [Self::Kind, Self::Provider, Self::Model, Self::Status, Self::Environment, Self::Service];

    /// The dimension that a filter's field is, if it is one.
    pub(crate) fn of_field(field: &Field) -> Option<Self> {
        match field {
            Field::Model => Some(Self::Model),
            Field::Column("kind", _) => Some(Self::Kind),
            Field::Column("provider", _) => Some(Self::Provider),
            Field::Column("status", _) => Some(Self::Status),
            Field::Column("environment", _) => Some(Self::Environment),
            Field::Column("service", _) => Some(Self::Service),
            Field::Column(..) | Field::Attribute(_) | Field::Metadata(_) | Field::Score(_) | Field::Comment | Field::Bookmarked => None,
        }
    }
}

/// One combination of values; a value may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dims([Option<Box<str>>; Dimension::ALL.len()]);

impl Dims {
    pub(crate) fn get(&self, dimension: Dimension) -> Option<&str> {
        self.0[dimension as usize].as_deref()
    }

    /// Reads what [`put`] wrote, once for each dimension.
    pub(super) fn take(bytes: &mut &[u8]) -> Result<Self, Damaged> {
        let mut values = [const { None }; Dimension::ALL.len()];
        for value in &mut values {
            let length = varint::take(bytes).and_then(|length| usize::try_from(length).ok()).ok_or(Damaged)?;
            if let Some(length) = length.checked_sub(1) {
                let (text, rest) = bytes.split_at_checked(length).ok_or(Damaged)?;
                *bytes = rest;
                *value = Some(std::str::from_utf8(text).map_err(|_| Damaged)?.into());
            }
        }
        Ok(Self(values))
    }
}

/// One value: 0 when it is unknown, else its length plus one and its text.
pub(super) fn put(bytes: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => varint::put(bytes, 0),
        Some(text) => {
            varint::put(bytes, text.len() as u64 + 1);
            bytes.extend(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_empty_are_told_apart() {
        let mut bytes = Vec::new();
        for value in [Some("llm"), None, Some(""), Some("ok"), Some("Zürich"), None] {
            put(&mut bytes, value);
        }
        let dims = Dims::take(&mut bytes.as_slice()).unwrap();
        assert_eq!((dims.get(Dimension::Kind), dims.get(Dimension::Provider), dims.get(Dimension::Model)), (Some("llm"), None, Some("")));
        assert_eq!((dims.get(Dimension::Environment), dims.get(Dimension::Service)), (Some("Zürich"), None));
        for end in 0..bytes.len() {
            assert_eq!(Dims::take(&mut &bytes[..end]), Err(Damaged), "{end}");
        }
    }
}
