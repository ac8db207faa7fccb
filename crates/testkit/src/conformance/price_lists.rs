//! What every catalog owes about price lists. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::case::{Case, cases};
use model::{
    ProjectId, StoreError,
    ports::{Accounts, MAX_PRICE_LIST_BYTES, PriceLists},
};
use std::sync::Arc;

/// Projects, and their prices.
pub trait Prices: Accounts + PriceLists {}
impl<T: Accounts + PriceLists> Prices for T {}

type Store = Arc<dyn Prices>;

pub const CASES: &[Case<dyn Prices>] =
    cases![a_list_comes_back_as_it_was_set, nothing_is_overwritten_unseen, only_projects_that_are_there_have_a_list, lists_are_bounded];

async fn a_list_comes_back_as_it_was_set(store: Store) {
    let one = Some(store.create_project("one").await.unwrap().id);
    let two = Some(store.create_project("two").await.unwrap().id);
    for scope in [None, one, two] {
        assert_eq!(store.price_list(scope).await.unwrap(), None);
    }
    let for_all = store.set_price_list(None, 0, r#"["ä"]"#).await.unwrap();
    let for_one = store.set_price_list(one, 0, "[1]").await.unwrap();
    assert_eq!((for_all.version, &*for_all.prices, &*for_one.prices), (1, r#"["ä"]"#, "[1]"));
    assert_eq!(store.price_list(None).await.unwrap(), Some(for_all));
    assert_eq!(store.price_list(one).await.unwrap(), Some(for_one));
    assert_eq!(store.price_list(two).await.unwrap(), None);
}

async fn nothing_is_overwritten_unseen(store: Store) {
    store.set_price_list(None, 0, "[1]").await.unwrap();
    let second = store.set_price_list(None, 1, "[2]").await.unwrap();
    assert_eq!(second.version, 2);
    for stale in [0, 1, 3] {
        assert!(matches!(store.set_price_list(None, stale, "[3]").await, Err(StoreError::Conflict(_))), "{stale}");
    }
    assert_eq!(store.price_list(None).await.unwrap(), Some(second));
}

async fn only_projects_that_are_there_have_a_list(store: Store) {
    let project = store.create_project("p").await.unwrap().id;
    store.set_price_list(Some(project), 0, "[]").await.unwrap();
    store.delete_project(project).await.unwrap();
    for absent in [project, ProjectId::generate()] {
        assert!(matches!(store.price_list(Some(absent)).await, Err(StoreError::NotFound(_))));
        assert!(matches!(store.set_price_list(Some(absent), 0, "[]").await, Err(StoreError::NotFound(_))));
    }
}

async fn lists_are_bounded(store: Store) {
    let largest = format!("[\"{}\"]", "x".repeat(MAX_PRICE_LIST_BYTES - 4));
    let stored = store.set_price_list(None, 0, &largest).await.unwrap();
    assert_eq!(stored.prices.len(), MAX_PRICE_LIST_BYTES);
    let refused = store.set_price_list(None, 1, &format!("{largest} ")).await;
    assert!(matches!(refused, Err(StoreError::Invalid { .. })));
}
