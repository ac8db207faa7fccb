//! SQL over one project: what it shows, what it refuses, and where it stops.

use crate::support::{compact_all, lake};
use lake::Lake;
use model::{
    ProjectId, StoreError,
    ports::TelemetryStore,
    query::{SqlLimits, SqlQuery, SqlResult},
    telemetry::{RowBatch, Span},
};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::fixtures::{at, fresh, full_log, full_span, gauge, llm_span};

async fn store(lake: &Lake, project: ProjectId, spans: Vec<Span>) {
    lake.commit(RowBatch { spans: spans.into_iter().map(fresh).collect(), ..RowBatch::new(project) }).await.unwrap();
}

async fn ask(lake: &Lake, project: ProjectId, query: &str) -> Result<SqlResult, StoreError> {
    lake.sql(SqlQuery { project, query: query.to_owned(), limits: SqlLimits::default() }).await
}

async fn rows(lake: &Lake, project: ProjectId, query: &str) -> Vec<Vec<Value>> {
    ask(lake, project, query).await.unwrap_or_else(|error| panic!("{query}: {error}")).rows
}

/// Some rows compacted, some at level 0, and another project with rows of its own.
async fn mixed() -> (Lake, tempfile::TempDir, ProjectId) {
    let (lake, directory) = lake().await;
    let (ours, theirs) = (ProjectId::generate(), ProjectId::generate());
    store(&lake, ours, (0..10).map(llm_span).collect()).await;
    store(&lake, theirs, (100..105).map(llm_span).collect()).await;
    compact_all(&lake).await;
    store(&lake, ours, (10..20).map(llm_span).chain([full_span()]).collect()).await;
    store(&lake, theirs, (105..110).map(llm_span).collect()).await;
    let batch = RowBatch { logs: vec![fresh(full_log())], metrics: vec![fresh(gauge("load", 1, 0.5))], ..RowBatch::new(ours) };
    lake.commit(batch).await.unwrap();
    (lake, directory, ours)
}

#[tokio::test]
async fn every_view_is_there_with_flat_columns() {
    let (lake, _directory, project) = mixed().await;
    let counts = "SELECT (SELECT count(*) FROM spans) a, (SELECT count(*) FROM traces) b, (SELECT count(*) FROM logs) c, (SELECT count(*) FROM metrics) d, \
         (SELECT count(*) FROM scores) e";
    assert_eq!(rows(&lake, project, counts).await, [[json!(21), json!(21), json!(1), json!(1), json!(0)]]);
    let query =
        "SELECT start_time, cost_usd, input_tokens, duration_ms, billed, tags, user_id, name FROM spans WHERE name = 'chat every-field'";
    let result = ask(&lake, project, query).await.unwrap();
    let types: Vec<_> = result.columns.iter().map(|column| column.column_type.as_str()).collect();
    assert_eq!(types, ["timestamp", "decimal", "integer", "number", "boolean", "list", "text", "text"]);
    let span = full_span();
    let expected = json!([
        at(60).to_string(),
        "10.975000000001".parse::<f64>().unwrap(),
        span.usage.input_tokens,
        2000.0,
        true,
        ["beta", "with space"],
        "user a",
        "chat every-field"
    ]);
    assert_eq!(json!(result.rows), json!([expected]));
    let by_trace = "SELECT span_count, total_cost_usd, models FROM traces ORDER BY start_time DESC LIMIT 1";
    assert_eq!(rows(&lake, project, by_trace).await[0][0], json!(1));
}

#[tokio::test]
async fn no_query_reaches_another_project() {
    let (lake, _directory, project) = mixed().await;
    for query in [
        "SELECT count(*) FROM spans WHERE name LIKE 'chat gpt%'",
        "SELECT count(*) FROM spans WHERE name LIKE 'chat gpt%' AND (true OR duration_ms > 0)",
        "WITH s AS (SELECT * FROM spans) SELECT count(*) FROM s WHERE name LIKE 'chat gpt%'",
        "SELECT count(*) FROM (SELECT * FROM spans UNION ALL SELECT * FROM spans WHERE false) x WHERE name LIKE 'chat gpt%'",
    ] {
        assert_eq!(rows(&lake, project, query).await, [[json!(20)]], "{query}");
    }
    assert_eq!(rows(&lake, ProjectId::generate(), "SELECT count(*) FROM spans").await, [[json!(0)]]);
    let error = ask(&lake, project, "SELECT project_id FROM spans").await.unwrap_err();
    assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn mistakes_name_the_query_and_files_stay_out_of_reach() {
    let (lake, directory, project) = mixed().await;
    for query in [
        "SELEC 1",
        "SELECT nonsense FROM spans",
        "SELECT * FROM nowhere",
        "SELECT 1/0",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM generate_series(1, 10)",
        "INSERT INTO spans SELECT * FROM spans",
        "SELECT 1; SELECT 2",
    ] {
        match ask(&lake, project, query).await {
            Err(StoreError::Invalid { field, message }) => {
                assert_eq!(field, "query");
                assert!(!message.is_empty() && !message.contains(directory.path().to_str().unwrap()), "{query}: {message}");
            }
            other => panic!("{query}: {other:?}"),
        }
    }
    let plan = json!(rows(&lake, project, "EXPLAIN SELECT count(*) FROM spans").await).to_string();
    assert!(!plan.contains("parquet") && !plan.contains(directory.path().to_str().unwrap()), "{plan}");
}

#[tokio::test]
async fn rows_time_and_memory_are_bounded() {
    let (lake, _directory, project) = mixed().await;
    let limited = |query: &str, limits: SqlLimits| lake.sql(SqlQuery { project, query: query.to_owned(), limits });
    let few = limited("SELECT name FROM spans", SqlLimits { max_rows: 5, ..SqlLimits::default() }).await.unwrap();
    assert!(few.truncated && few.rows.len() == 5);
    let all = limited("SELECT name FROM spans", SqlLimits { max_rows: 21, ..SqlLimits::default() }).await.unwrap();
    assert!(!all.truncated && all.rows.len() == 21);

    let product = format!(
        "SELECT count(*) FROM {} WHERE {}",
        ["spans a", "spans b", "spans c", "spans d", "spans e", "spans f", "spans g"].join(", "),
        "a.duration_ms + g.duration_ms < b.duration_ms"
    );
    let slow = limited(&product, SqlLimits { timeout: Duration::from_millis(300), ..SqlLimits::default() }).await;
    assert!(matches!(slow, Err(StoreError::LimitExceeded(_))), "{slow:?}");

    let wide = "SELECT a.*, b.* FROM spans a, spans b, spans c ORDER BY a.name, b.name, c.name";
    let hungry = limited(wide, SqlLimits { max_memory_bytes: 1 << 20, ..SqlLimits::default() }).await;
    assert!(matches!(hungry, Err(StoreError::LimitExceeded(_))), "{:?}", hungry.map(|result| result.rows.len()));
}

#[tokio::test]
async fn the_largest_allowed_shapes_never_abort_the_process() {
    let (lake, _directory, project) = mixed().await;
    let either = vec!["name = 'x'"; 249].join(" OR ");
    assert_eq!(rows(&lake, project, &format!("SELECT count(*) FROM spans WHERE {either}")).await, [[json!(0)]]);
    let sum = format!("SELECT 1{}", "+1".repeat(498));
    assert_eq!(rows(&lake, project, &sum).await, [[json!(499)]]);
    let nested = format!("SELECT {}1{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(rows(&lake, project, &nested).await, [[json!(1)]]);
    let negated = format!("SELECT {} true", "NOT ".repeat(400));
    assert!(matches!(ask(&lake, project, &negated).await, Ok(_) | Err(StoreError::Invalid { .. })));
    let union = vec!["SELECT 1"; 240].join(" UNION ALL ");
    assert!(matches!(ask(&lake, project, &union).await, Ok(_) | Err(StoreError::Invalid { .. })));
}
