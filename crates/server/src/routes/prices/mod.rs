//! Prices: lists of one's own, and the book they go before.

mod book;
mod derivation;
mod lists;

pub(crate) use book::{__path_price_book, price_book};
pub(crate) use derivation::{__path_span_cost, span_cost};
pub(crate) use lists::{__path_get_price_list, __path_set_price_list, get_price_list, set_price_list};
