//! Log records.

use super::subject::{Subject, ok};
use crate::fixtures::{attributes, full_log, log};
use model::{
    query::ListQuery,
    telemetry::{Level, RowKind},
};
use serde_json::json;

pub(super) async fn a_full_record_comes_back(subject: &Subject) {
    let bare = model::telemetry::LogRecord { logger: None, service: None, message: String::new(), ..log(1) };
    subject.logs(vec![full_log(), bare.clone()]).await;
    assert_eq!(ok(subject.store.list_logs(subject.list()).await).items, [full_log(), bare]);
}

pub(super) async fn filters_and_order(subject: &Subject) {
    let mut warning = log(2);
    warning.level = Level::Warning;
    warning.attributes = attributes(json!({"order": 17}));
    subject.logs(vec![log(1), warning.clone()]).await;
    subject.logs(vec![log(3), full_log()]).await;
    let found = async |filter: &str| {
        let page = ok(subject.store.list_logs(subject.matching(RowKind::Log, filter)).await);
        page.items.into_iter().map(|log| log.message).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["order 60 placed", "order 3 placed", "order 2 placed", "order 1 placed"]);
    assert_eq!(found("level:warning").await, ["order 2 placed"]);
    assert_eq!(found("attr.order:17").await, ["order 2 placed"]);
    assert_eq!(found("user:\"USER A\"").await, ["order 60 placed"]);
    assert_eq!(found("\"order 3\"").await, ["order 3 placed"]);
    assert_eq!(found("trace:*").await, ["order 60 placed"]);
    assert_eq!(found("placed -level:error -level:warning").await, ["order 3 placed", "order 1 placed"]);
}

pub(super) async fn pages_have_no_gaps_and_no_repeats(subject: &Subject) {
    // Two records share each second: nothing but the store tells them apart.
    for number in [1, 2, 3] {
        let twin = model::telemetry::LogRecord { message: format!("twin {number}"), ..log(number) };
        subject.logs(vec![log(number), twin]).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    for _ in 0..6 {
        let page = ok(subject.store.list_logs(ListQuery { limit: 1, cursor, ..subject.list() }).await);
        seen.extend(page.items.into_iter().map(|log| (log.timestamp, log.message)));
        cursor = page.next_cursor;
    }
    assert_eq!(cursor, None);
    assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0), "newest first: {seen:?}");
    let distinct: std::collections::BTreeSet<_> = seen.iter().map(|(_, message)| message).collect();
    assert_eq!(distinct.len(), 6, "{seen:?}");
}
