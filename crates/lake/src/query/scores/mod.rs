//! Late facts: scores, comments and bookmarks, and what they are about.
//!
//! A fact has as many rows as it had versions, anywhere in time; the row that was committed last stands for it (see [`current`]). So every
//! question is asked twice: first for rows that might answer it, then for the last rows of the ids that were found.

mod current;
mod list;
mod lookup;
mod resolve;
mod view;

pub(crate) use list::list;
pub(crate) use lookup::{attached_to, by_id};
pub(crate) use resolve::resolved;
pub(crate) use view::current_rows;
