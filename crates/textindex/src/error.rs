//! What can go wrong with an index.

use std::io;

/// Why an index could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the text index cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The bytes are not what was written.
    #[error("the text index is damaged: {0}")]
    Damaged(&'static str),
    /// Written by a newer version.
    #[error("the text index has format version {0}, which this build cannot read")]
    Version(u32),
    /// More rows, documents or bytes than one index holds, or a row outside its segment.
    #[error("the text index cannot hold this: {0}")]
    TooLarge(&'static str),
}

pub(crate) type Result<T> = std::result::Result<T, IndexError>;
