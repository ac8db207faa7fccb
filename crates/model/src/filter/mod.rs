//! The filter language: one for UI, API, CLI and agents. See `docs/filter-language.md`.
//!
//! `model:gpt-4o status:error cost>0.01 duration>2s user:"a b" -env:dev "refund policy" refund* /re(f|v)und/ (a OR b)`

mod ast;
mod field;
mod late;
mod lexer;
mod parser;

pub use ast::{Comparison, Filter, Operator, TextPattern, Value};
pub use field::{Field, FieldType, fields_of};
pub use late::TargetSet;
pub use parser::{FilterError, parse};

/// Longest filter accepted, in bytes.
pub const MAX_FILTER_BYTES: usize = 64 * 1024;
/// Most terms in one filter: each becomes an expression of the plan.
pub const MAX_TERMS: usize = 500;
/// Deepest nesting of parentheses and negations: the planner recurses.
pub const MAX_DEPTH: usize = 50;
