//! Providers and their models, compared.

use super::{requests, share};
use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::{filter_expr, model_expr},
        functions::ddsketch,
        measures::request_measures,
    },
};
use datafusion::{
    functions_aggregate::expr_fn::{avg, sum},
    prelude::{ident, lit, when},
};
use model::{
    StoreResult,
    query::{DashboardQuery, ProviderStats},
    telemetry::RowKind,
};

/// More is no comparison that anybody reads.
const MAX_PROVIDERS: usize = 500;

pub(crate) async fn providers(lake: &Lake, query: DashboardQuery) -> StoreResult<Vec<ProviderStats>> {
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let timed_tokens = ident("output_tokens").is_not_null().and(ident("duration_ms").gt(lit(0.0)));
        let mut measures = request_measures()?;
        measures.extend([
            avg(ident("time_to_first_token_ms")).alias("ttft_avg"),
            ddsketch(ident("time_to_first_token_ms")).alias("ttft_sketch"),
            sum(when(timed_tokens.clone(), ident("output_tokens")).end()?).alias("timed_tokens"),
            sum(when(timed_tokens, ident("duration_ms")).end()?).alias("timed_ms"),
        ]);
        let groups = vec![ident("provider"), model_expr().alias("model")];
        let order = vec![ident("requests").sort(false, true), ident("provider").sort(true, false), ident("model").sort(true, false)];
        let frame =
            requests(&session, &table, query.range, filter)?.aggregate(groups, measures)?.sort(order)?.limit(0, Some(MAX_PROVIDERS))?;
        let mut found = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                found.push(provider(&cells, row)?);
            }
        }
        Ok(found)
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn provider(cells: &Cells<'_>, row: usize) -> QueryResult<ProviderStats> {
    let requests = cells.count("requests", row)?.unwrap_or_default();
    let errors = cells.count("errors", row)?.unwrap_or_default();
    let timed = cells.count("timed_tokens", row)?.zip(cells.number("timed_ms", row)?);
    Ok(ProviderStats {
        provider: cells.text("provider", row)?,
        model: cells.text("model", row)?,
        requests,
        errors,
        success_rate: share(requests - errors, requests),
        input_tokens: cells.count("input_tokens", row)?,
        output_tokens: cells.count("output_tokens", row)?,
        total_tokens: cells.count("total_tokens", row)?,
        cost_usd: cells.money("cost_usd", row)?,
        unpriced_requests: requests - cells.count("priced", row)?.unwrap_or_default(),
        latency_ms: cells.latency("duration_avg", "duration_sketch", row)?,
        time_to_first_token_ms: cells.latency("ttft_avg", "ttft_sketch", row)?,
        output_tokens_per_second: timed.map(|(tokens, millis)| tokens as f64 / (millis / 1_000.0)),
    })
}
