//! Whole numbers in few bytes: seven bits a byte, least significant first, the high bit set in all but the last (LEB128).

/// Most bytes of a `u64`.
const MAX_BYTES: u32 = 10;
/// Most bytes of a `u128`.
const MAX_WIDE_BYTES: u32 = 19;

pub fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front. `None` when the bytes end before it does, or it is none that [`put`] could have written.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    if first < 0x80 {
        return Some(u64::from(first));
    }
    let mut number = u64::from(first & 0x7f);
    for place in 1..MAX_BYTES {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        let shifted = part << (7 * place);
        if shifted >> (7 * place) != part {
            return None;
        }
        number |= shifted;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A signed number: those near zero, on either side, take few bytes.
pub fn put_signed(bytes: &mut Vec<u8>, number: i128) {
    let mut folded = ((number << 1) ^ (number >> 127)) as u128;
    while folded >= 0x80 {
        bytes.push(folded as u8 | 0x80);
        folded >>= 7;
    }
    bytes.push(folded as u8);
}

/// Takes off what [`put_signed`] wrote.
pub fn take_signed(bytes: &mut &[u8]) -> Option<i128> {
    let mut folded = 0u128;
    for place in 0..MAX_WIDE_BYTES {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u128::from(byte & 0x7f);
        let shifted = part << (7 * place);
        if shifted >> (7 * place) != part {
            return None;
        }
        folded |= shifted;
        if byte < 0x80 {
            return Some((folded >> 1) as i128 ^ -((folded & 1) as i128));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in proptest::collection::vec((any::<u64>(), any::<i128>(), 0u32..128), 0..20)) {
            let mut bytes = Vec::new();
            for (plain, signed, shift) in &numbers {
                put(&mut bytes, plain >> (shift / 2));
                put_signed(&mut bytes, signed >> shift);
            }
            let mut rest = bytes.as_slice();
            for (plain, signed, shift) in &numbers {
                prop_assert_eq!(take(&mut rest), Some(plain >> (shift / 2)));
                prop_assert_eq!(take_signed(&mut rest), Some(signed >> shift));
            }
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn small_numbers_are_one_byte_and_damage_is_refused() {
        let mut bytes = Vec::new();
        put(&mut bytes, 127);
        put_signed(&mut bytes, -64);
        assert_eq!(bytes.len(), 2);
        assert_eq!(take(&mut [].as_slice()), None);
        assert_eq!(take(&mut [0x80].as_slice()), None);
        assert_eq!(take(&mut [0xff; 10].as_slice()), None, "more than 64 bits");
        assert_eq!(take_signed(&mut [0xff; 20].as_slice()), None, "more than 128 bits");
    }
}
