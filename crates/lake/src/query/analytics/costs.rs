//! What was used and paid, by group and interval. Read from the rows: rollups know neither token buckets nor most groups.

use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::{filter_expr, model_expr},
        functions::{TextTest, json_text, text_test},
        list::within,
        measures::{count_where, is_error, is_request},
    },
    schema::{MONEY, MONEY_PRECISION, TOKEN_BUCKETS, TOKEN_TOTALS},
};
use datafusion::{
    arrow::datatypes::DataType,
    common::Result,
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{count, sum},
    logical_expr::{Expr, SortExpr, cast},
    prelude::{ident, lit, when},
};
use model::{
    StoreResult, Timestamp,
    query::{API_KEY_ATTRIBUTE, CostGroup, CostQuery, CostReport, CostRow, MAX_COST_ROWS},
    telemetry::{CostSource, RowKind, TokenBuckets},
};

/// The tags of a span, one row each.
const TAG: &str = "its_tag";

pub(crate) async fn costs(lake: &Lake, query: CostQuery) -> StoreResult<CostReport> {
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let mut frame = session.frame(&table)?.filter(within("start_time", query.range).and(is_request()))?;
        if let Some(filter) = filter {
            frame = frame.filter(filter)?;
        }
        if query.group_by.contains(&CostGroup::Tag) {
            frame = by_tag(frame)?;
        }
        let limit = query.limit.clamp(1, MAX_COST_ROWS);
        let frame = frame.aggregate(keys(&query), measures()?)?.sort(order(&query))?.limit(0, Some(limit + 1))?;
        let mut rows = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                rows.push(cost_row(&query, &cells, row)?);
            }
        }
        // Without groups there is always one row.
        if rows.is_empty() && query.group_by.is_empty() && query.interval.is_none() {
            rows.push(CostRow::default());
        }
        Ok(CostReport::of(rows, limit))
    };
    lake.engine().run(QueryLimits::default(), work).await
}

/// A row for each tag of a span; those without any keep theirs.
fn by_tag(frame: DataFrame) -> Result<DataFrame> {
    let tags = when(text_test(TextTest::Known, vec![ident("tags")]), ident("tags")).end()?;
    frame.with_column(TAG, tags)?.unnest_columns(&[TAG])
}

fn key_name(place: usize) -> String {
    format!("group_{place}")
}

fn keys(query: &CostQuery) -> Vec<Expr> {
    let groups = query.group_by.iter().enumerate().map(|(place, group)| group_expr(*group).alias(key_name(place)));
    let bucket = query.interval.map(|interval| (cast(ident("start_time"), DataType::Int64) / lit(interval.nanos)).alias("bucket"));
    groups.chain(bucket).collect()
}

fn group_expr(group: CostGroup) -> Expr {
    match group {
        CostGroup::Model => model_expr(),
        CostGroup::Tag => ident(TAG),
        CostGroup::ApiKey => json_text(ident("attributes"), API_KEY_ATTRIBUTE),
        CostGroup::User => ident("user_id"),
        CostGroup::Session => ident("session_id"),
        CostGroup::Provider
        | CostGroup::Agent
        | CostGroup::PromptName
        | CostGroup::PromptVersion
        | CostGroup::Environment
        | CostGroup::Service
        | CostGroup::Release
        | CostGroup::PriceId => ident(group.as_str()),
    }
}

fn measures() -> Result<Vec<Expr>> {
    let mut measures = vec![
        count(lit(1_i64)).alias("requests"),
        count_where(is_error())?.alias("failed"),
        count(ident("cost_usd")).alias("priced"),
        count_where(ident("cost_source").eq(lit(CostSource::Reported.as_str())))?.alias("reported"),
    ];
    // Sums of any size: one absurd count must not wrap the others.
    let tokens = |name: &str| sum(cast(ident(name), DataType::Decimal128(MONEY_PRECISION, 0))).alias(name);
    measures.extend(TOKEN_TOTALS.into_iter().chain(TOKEN_BUCKETS).map(tokens));
    measures.extend(MONEY.map(|name| sum(ident(name)).alias(name)));
    Ok(measures)
}

/// As [`CostReport`] says.
fn order(query: &CostQuery) -> Vec<SortExpr> {
    let bucket = query.interval.map(|_| ident("bucket").sort(true, true));
    let sizes = [ident("cost_usd").sort(false, false), ident("requests").sort(false, false)];
    let names = (0..query.group_by.len()).map(|place| ident(key_name(place)).sort(true, false));
    bucket.into_iter().chain(sizes).chain(names).collect()
}

fn cost_row(query: &CostQuery, cells: &Cells<'_>, row: usize) -> QueryResult<CostRow> {
    let tokens = |name: &str| -> QueryResult<Option<u64>> { Ok(cells.wide(name, row)?.map(saturated)) };
    let mut buckets = TokenBuckets::default();
    for (bucket, name) in buckets.each_mut().into_iter().zip(TokenBuckets::NAMES) {
        *bucket = tokens(name)?;
    }
    let time = match query.interval {
        Some(interval) => Some(Timestamp::from_nanos(cells.integer("bucket", row)?.unwrap_or_default().saturating_mul(interval.nanos))),
        None => None,
    };
    let groups = (0..query.group_by.len()).map(|place| cells.text(&key_name(place), row)).collect::<QueryResult<_>>()?;
    Ok(CostRow {
        groups,
        time,
        requests: cells.count("requests", row)?.unwrap_or_default(),
        failed_requests: cells.count("failed", row)?.unwrap_or_default(),
        priced_requests: cells.count("priced", row)?.unwrap_or_default(),
        reported_requests: cells.count("reported", row)?.unwrap_or_default(),
        input_tokens: tokens("input_tokens")?,
        output_tokens: tokens("output_tokens")?,
        total_tokens: tokens("total_tokens")?,
        buckets,
        cost_usd: cells.money("cost_usd", row)?,
        input_usd: cells.money("cost_input_usd", row)?,
        output_usd: cells.money("cost_output_usd", row)?,
        reported_usd: cells.money("cost_reported_usd", row)?,
    })
}

fn saturated(sum: i128) -> u64 {
    u64::try_from(sum.max(0)).unwrap_or(u64::MAX)
}
