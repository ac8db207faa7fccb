//! What a call costs: an embedded price book, the rules that find a model's row in it, the exact formula from token buckets to US
//! dollars, and the derivation that shows it. Pure: no I/O, no clock. `docs/cost.md` states the rules for people.

mod book;
mod custom;
mod derivation;
mod dimension;
mod facts;
mod formula;
mod litellm;
mod name;
mod off_peak;
mod provider;
mod row;
mod span;
mod tier;

pub use book::{BookError, BookHead, MAX_BOOK_BYTES, MatchRule, PriceBook, PriceMatch, Tried};
pub use custom::{CustomPrice, CustomPrices, MAX_CUSTOM_PRICES, Terms};
pub use derivation::{Decision, Derivation, DerivedLine, explain};
pub use dimension::Dimension;
pub use facts::CallFacts;
pub use formula::{Amounts, MAX_UNITS_PER_BUCKET, Unpriced, price_buckets};
pub use litellm::{Conversion, LeftOut, LiteLlmTable, from_litellm, looks_like_litellm};
pub use off_peak::{OffPeak, Window};
pub use row::{Defect, Multiplier, OtherPrice, Price, PriceRow, Rate};
pub use span::{Prices, cost_span};
pub use tier::ServiceTier;
