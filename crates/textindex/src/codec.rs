//! Numbers as bytes, and reading them back from bytes that may be damaged.

use crate::error::{IndexError, Result};

/// Appends seven bits a byte, low bits first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads from the front of a slice; past its end everything is an error.
#[derive(Clone, Copy)]
pub(crate) struct ByteReader<'a> {
    bytes: &'a [u8],
}

impl<'a> ByteReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes not yet read.
    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.bytes.split_at_checked(len).ok_or(IndexError::Damaged("a block ends early"))?;
        self.bytes = rest;
        Ok(head)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64> {
        let mut value = 0;
        for (index, &byte) in self.bytes.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7F) << (7 * index);
            if byte < 0x80 {
                self.bytes = &self.bytes[index + 1..];
                return Ok(value);
            }
        }
        Err(IndexError::Damaged("a number does not end"))
    }

    #[inline]
    pub(crate) fn varint_u32(&mut self) -> Result<u32> {
        u32::try_from(self.varint()?).map_err(|_| IndexError::Damaged("a number is too large"))
    }

    pub(crate) fn length(&mut self) -> Result<usize> {
        self.varint_u32().map(|length| length as usize)
    }

    pub(crate) fn fixed_u64(&mut self) -> Result<u64> {
        let bytes = self.take(8)?;
        Ok(bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let mut bytes = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        numbers.iter().for_each(|&number| put_varint(&mut bytes, number));
        bytes.extend(7_u64.to_le_bytes());
        let mut reader = ByteReader::new(&bytes);
        for number in numbers {
            assert_eq!(reader.varint().unwrap(), number);
        }
        assert_eq!(reader.fixed_u64().unwrap(), 7);
        assert!(reader.is_empty() && reader.varint().is_err() && reader.take(1).is_err());
        assert!(ByteReader::new(&[0xFF; 11]).varint().is_err());
    }
}
