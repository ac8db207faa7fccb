//! What every `JobLeases` owes. Each case wants an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a conformance case fails by panicking")]

use super::case::{Case, cases};
use model::{WriterId, ports::JobLeases};
use std::{sync::Arc, time::Duration};

type Store = Arc<dyn JobLeases>;
const LONG: Duration = Duration::from_secs(3_600);

pub const CASES: &[Case<dyn JobLeases>] = cases![
    of_many_claimants_one_gets_the_job,
    tokens_grow_with_every_claim,
    an_expired_lease_is_lost,
    a_released_job_is_free_and_an_old_lease_releases_nothing,
    jobs_are_independent,
];

async fn of_many_claimants_one_gets_the_job(store: Store) {
    let claims = (0..8).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.claim("compact", WriterId::generate(), LONG).await.unwrap() })
    });
    let won: Vec<_> = futures::future::join_all(claims).await.into_iter().filter_map(|claim| claim.unwrap()).collect();
    assert_eq!(won.len(), 1);
    assert!(store.renew(&won[0], LONG).await.unwrap());
}

async fn tokens_grow_with_every_claim(store: Store) {
    let (first, second) = (WriterId::generate(), WriterId::generate());
    let one = store.claim("job", first, LONG).await.unwrap().unwrap();
    let two = store.claim("job", first, LONG).await.unwrap().unwrap();
    assert!(two.token > one.token, "the owner may claim again");
    assert!(!store.renew(&one, LONG).await.unwrap(), "an older claim is void");
    store.release(&two).await.unwrap();
    let three = store.claim("job", second, LONG).await.unwrap().unwrap();
    assert!(three.token > two.token, "release does not reset tokens");
    assert_eq!((three.job.as_str(), three.owner), ("job", second));
}

async fn an_expired_lease_is_lost(store: Store) {
    let (first, second) = (WriterId::generate(), WriterId::generate());
    let old = store.claim("job", first, Duration::ZERO).await.unwrap().unwrap();
    let new = store.claim("job", second, LONG).await.unwrap().unwrap();
    assert!(new.token > old.token);
    assert!(!store.renew(&old, LONG).await.unwrap());
    assert!(store.claim("job", first, LONG).await.unwrap().is_none());
    assert!(store.renew(&new, LONG).await.unwrap());
}

async fn a_released_job_is_free_and_an_old_lease_releases_nothing(store: Store) {
    let (first, second) = (WriterId::generate(), WriterId::generate());
    let old = store.claim("job", first, Duration::ZERO).await.unwrap().unwrap();
    let new = store.claim("job", second, LONG).await.unwrap().unwrap();
    store.release(&old).await.unwrap();
    assert!(store.renew(&new, LONG).await.unwrap(), "not released by the former holder");
    store.release(&new).await.unwrap();
    assert!(!store.renew(&new, LONG).await.unwrap());
    assert!(store.claim("job", first, LONG).await.unwrap().is_some());
}

async fn jobs_are_independent(store: Store) {
    let (first, second) = (WriterId::generate(), WriterId::generate());
    assert!(store.claim("a", first, LONG).await.unwrap().is_some());
    assert!(store.claim("b", second, LONG).await.unwrap().is_some());
    assert!(store.claim("a", second, LONG).await.unwrap().is_none());
}
