//! Sizes in bytes as people write them.

use std::{fmt, str::FromStr};

/// A number of bytes: `1GiB`, `512MiB`, `64KiB`, `1000000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteSize(pub usize);

const UNITS: [(&str, usize); 7] =
    [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1)];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (number, unit) = UNITS
            .iter()
            .find_map(|(suffix, unit)| {
                let split = text.len().checked_sub(suffix.len())?;
                text.get(split..).filter(|end| end.eq_ignore_ascii_case(suffix)).map(|_| (&text[..split], *unit))
            })
            .unwrap_or((text, 1));
        let number: usize = number.trim().parse().map_err(|_| "expected a size such as 512MiB or 1GiB".to_owned())?;
        number.checked_mul(unit).map(ByteSize).ok_or_else(|| "this size is too large".to_owned())
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (suffix, unit) = UNITS[..3].iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit)).unwrap_or(&("B", 1));
        write!(f, "{}{suffix}", self.0 / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        for (text, bytes) in [("1GiB", 1 << 30), ("512 mib", 512 << 20), ("64KiB", 65_536), ("1000", 1_000), ("2MB", 2_000_000)] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "GiB", "1.5GiB", "-1", "99999999999999999999GiB", "é"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
        assert_eq!(ByteSize(1 << 30).to_string(), "1GiB");
    }
}
