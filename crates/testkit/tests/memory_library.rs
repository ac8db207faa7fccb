//! The library in memory is one.

use std::sync::Arc;
use testkit::{
    MemoryLibrary,
    conformance::{case::run_all, library},
};

#[tokio::test]
async fn it_conforms() {
    for cases in library::SUITES {
        run_all(cases, async || Arc::new(MemoryLibrary::new()) as Arc<dyn library::Subject>).await;
    }
}
