//! What a call costs: an embedded price table, the rules that find a model's row in it, and the exact formula from
//! token buckets to US dollars. Pure: no I/O, no clock. `docs/cost.md` states the rules for people.

mod book;
mod formula;
mod name;
mod provider;
mod row;
mod span;

pub use book::{MatchRule, PriceBook, PriceMatch};
pub use formula::{Amounts, MAX_UNITS_PER_BUCKET, Unpriced, price_buckets};
pub use row::{PriceRow, Rates};
pub use span::cost_span;
