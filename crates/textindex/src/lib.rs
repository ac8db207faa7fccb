//! Full-text search: what words are, which texts a pattern matches, and the index of a segment's texts. Pure: bytes in, bytes out.
//!
//! [`TextMatcher`] is the meaning of a pattern. The index makes it quick: it tells which rows can match ([`Reader::candidates`]), and
//! whether they all do. Both read texts through the same few lines (`words`), so that they cannot disagree.
//!
//! A [`Builder`] takes the texts of rows and writes an index; [`merge`] makes one index of several when segments are compacted, without
//! reading a text again; what has no row any more is not in it. The format is described in `layout`.

mod builder;
mod codec;
mod document;
mod error;
mod layout;
mod leaves;
mod literals;
mod matcher;
mod merge;
mod number_set;
mod plan;
mod postings;
mod raw;
mod reader;
mod row_lists;
mod row_map;
mod run;
mod search;
mod term_block;
mod term_table;
mod terms;
mod words;
mod writer;

pub use builder::Builder;
pub use error::IndexError;
pub use matcher::{PatternError, TextMatcher};
pub use merge::{Input, merge};
pub use number_set::{NumberSet, Rows};
pub use reader::{Contents, ReadAt, Reader};
pub use row_map::RowMap;
pub use search::Answer;
