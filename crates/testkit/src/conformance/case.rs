//! A named case of a suite, and how a list of them is run.

use futures::future::BoxFuture;
use std::sync::Arc;

/// One promise of a port, tried on an empty store.
pub struct Case<T: ?Sized> {
    pub name: &'static str,
    pub run: fn(Arc<T>) -> BoxFuture<'static, ()>,
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        &[$($crate::conformance::case::Case { name: stringify!($name), run: |store| Box::pin($name(store)) }),*]
    };
}
pub(crate) use cases;

/// Runs every case on a store from `empty_store`, and fails with the names of all that failed.
pub async fn run_all<T: ?Sized + Send + Sync + 'static>(cases: &[Case<T>], empty_store: impl AsyncFn() -> Arc<T>) {
    let mut failed = Vec::new();
    for case in cases {
        let store = empty_store().await;
        if tokio::spawn((case.run)(store)).await.is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "failed: {}", failed.join(", "));
}
