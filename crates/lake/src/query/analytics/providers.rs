//! Providers and their models, compared.

use super::requests;
use crate::{
    Lake,
    query::{
        engine::{QueryLimits, Session},
        sums::{ByProviderAndModel, Measures, Wanted},
    },
};
use model::{
    StoreResult,
    query::{DashboardQuery, ProviderStats},
};
use std::cmp::Reverse;

/// More is no comparison that anybody reads.
const MAX_PROVIDERS: usize = 500;

pub(crate) async fn providers(lake: &Lake, query: DashboardQuery) -> StoreResult<Vec<ProviderStats>> {
    let requests = requests(lake, query.project, &query.filter).await?;
    let work = move |session: Session| async move {
        let sums = requests.sums(&session, query.range, None, &ByProviderAndModel, Wanted::FIRST_TOKENS).await?;
        let mut found: Vec<_> = sums.into_iter().map(|(((provider, model), _), sums)| stats(provider, model, &sums)).collect();
        // Most requests first, then by name; the unknown last.
        found.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        found.truncate(MAX_PROVIDERS);
        Ok(found)
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn order(stats: &ProviderStats) -> impl Ord + '_ {
    (Reverse(stats.requests), stats.provider.is_none(), &stats.provider, stats.model.is_none(), &stats.model)
}

fn stats(provider: Option<String>, model: Option<String>, sums: &Measures) -> ProviderStats {
    ProviderStats {
        provider,
        model,
        requests: sums.requests(),
        errors: sums.errors(),
        success_rate: sums.success_rate(),
        input_tokens: sums.input_tokens(),
        output_tokens: sums.output_tokens(),
        total_tokens: sums.total_tokens(),
        cost_usd: sums.cost(),
        unpriced_requests: sums.unpriced(),
        latency_ms: sums.latency(),
        time_to_first_token_ms: sums.time_to_first_token(),
        output_tokens_per_second: sums.output_tokens_per_second(),
    }
}
