//! Random secrets and their hashes.

use crate::http::{ApiResult, Problem};
use std::fmt::Write;

/// What every key starts with, so that leaked ones can be found.
const KEY_PREFIX: &str = "tt_";

/// A new key: `tt_` and 32 random bytes in hex.
pub(crate) fn new_key_secret() -> ApiResult<String> {
    Ok(format!("{KEY_PREFIX}{}", new_token()?))
}

/// 32 random bytes in hex.
pub(crate) fn new_token() -> ApiResult<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// What is stored of a key or token. A fast hash is enough for 256 random bits.
pub(crate) fn hash_of(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}
