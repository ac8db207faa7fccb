//! What the current month will have cost at its end.

use crate::{
    AppState,
    auth::{Authorized, Read},
    http::{ApiResult, ProblemDocument, Query, cached_json},
    params::Scope,
};
use axum::{extract::State, response::Response};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use model::{
    Money, TimeRange, Timestamp,
    query::{CostQuery, CostReport, Interval, MAX_COST_ROWS},
    time::NANOS_PER_DAY,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Whole days before today that a forecast goes by.
const BASIS_DAYS: usize = 28;
/// Fewer say too little about how days differ.
const LEAST_DAYS: usize = 3;
/// Of the normal distribution: 80 % of outcomes lie within so many standard deviations.
const WITHIN_80_PERCENT: f64 = 1.2816;

#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ForecastAnswer {
    /// The first moment of the month (UTC), and the first after it.
    month_start: Timestamp,
    month_end: Timestamp,
    /// Since the start of the month. Null when nothing is priced.
    spent_usd: Option<Money>,
    /// Which part of this month's requests is priced, 0 to 1. Null without requests.
    coverage: Option<f64>,
    /// What a day cost on average, over the whole days (UTC) that the forecast goes by: up to 28 before today, from the first with a
    /// priced request on.
    mean_day_usd: Option<f64>,
    basis_days: usize,
    /// For the whole month: spent, and the mean for the time that is left. Null with fewer than three days to go by.
    forecast_usd: Option<f64>,
    /// Four of five outcomes lie between these, if days go on to differ as they did and do not depend on each other.
    low_usd: Option<f64>,
    high_usd: Option<f64>,
}

/// The cost of the current month so far, and at its end
#[utoipa::path(get, path = "/api/v1/costs/forecast", tag = "costs", params(("filter" = Option<String>, Query, description = "A filter, such as `model:gpt-4o`")), responses((status = 200, body = ForecastAnswer), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub(crate) async fn cost_forecast(
    State(state): State<AppState>,
    caller: Authorized<Read>,
    Query(scope): Query<Scope>,
) -> ApiResult<Response> {
    let now = scope.range()?.to;
    let month = month_of(now);
    let basis = basis_of(now);
    let filter = scope.filter(model::telemetry::RowKind::Span)?;
    let query = |range, interval| CostQuery {
        project: caller.project,
        range,
        filter: filter.clone(),
        group_by: Vec::new(),
        interval,
        limit: MAX_COST_ROWS,
    };
    let so_far = query(TimeRange { from: month.from, to: now }, None);
    let days = query(basis, Some(Interval { nanos: NANOS_PER_DAY }));
    let question = (&so_far, &days);
    let answer = async {
        let (so_far, days) = tokio::try_join!(state.store.costs(so_far.clone()), state.store.costs(days.clone()))?;
        Ok(forecast(now, month, &so_far, &daily_costs(basis, &days)))
    };
    cached_json(&state, "forecast", &question, answer).await
}

/// The month (UTC) that a moment is in.
fn month_of(now: Timestamp) -> TimeRange {
    let date = DateTime::<Utc>::from_timestamp_nanos(now.as_nanos()).date_naive();
    let first = date.with_day(1).unwrap_or(date);
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    TimeRange { from: midnight(first), to: midnight(next) }
}

fn midnight(date: NaiveDate) -> Timestamp {
    let nanos = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_nanos_opt();
    nanos.map_or(Timestamp::MAX, Timestamp::from_nanos)
}

/// The whole days before today.
fn basis_of(now: Timestamp) -> TimeRange {
    let today = now.floor_to(NANOS_PER_DAY);
    TimeRange { from: today.saturating_add_nanos(-(BASIS_DAYS as i64) * NANOS_PER_DAY), to: today }
}

/// What each day cost, from the first with a priced request on; a day without any cost nothing.
fn daily_costs(basis: TimeRange, days: &CostReport) -> Vec<f64> {
    let mut costs = vec![0.0; BASIS_DAYS];
    let mut first = BASIS_DAYS;
    for row in &days.rows {
        let (Some(time), Some(cost)) = (row.time, row.cost_usd) else { continue };
        let day = (time.as_nanos() - basis.from.as_nanos()) / NANOS_PER_DAY;
        if let Some((day, sum)) = usize::try_from(day).ok().and_then(|day| Some((day, costs.get_mut(day)?))) {
            *sum += dollars(cost);
            first = first.min(day);
        }
    }
    costs.split_off(first)
}

fn dollars(amount: Money) -> f64 {
    amount.as_picodollars() as f64 / 1e12
}

fn forecast(now: Timestamp, month: TimeRange, so_far: &CostReport, days: &[f64]) -> ForecastAnswer {
    let spent = so_far.rows.first().cloned().unwrap_or_default();
    let count = days.len() as f64;
    let mean = (!days.is_empty()).then(|| days.iter().sum::<f64>() / count);
    let enough = mean.filter(|_| days.len() >= LEAST_DAYS);
    let left = (month.to.as_nanos() - now.as_nanos()).max(0) as f64 / NANOS_PER_DAY as f64;
    let spent_usd = spent.cost_usd.map_or(0.0, dollars);
    let outcome = enough.map(|mean| {
        let variance = days.iter().map(|day| (day - mean).powi(2)).sum::<f64>() / (count - 1.0);
        // Of the days to come, and of the mean itself, which is known from a few days only.
        let deviation = (variance * (left + left * left / count)).sqrt() * WITHIN_80_PERCENT;
        let expected = spent_usd + mean * left;
        (expected, (expected - deviation).max(spent_usd), expected + deviation)
    });
    ForecastAnswer {
        month_start: month.from,
        month_end: month.to,
        spent_usd: spent.cost_usd,
        coverage: (spent.requests > 0).then(|| spent.priced_requests as f64 / spent.requests as f64),
        mean_day_usd: mean,
        basis_days: days.len(),
        forecast_usd: outcome.map(|(expected, ..)| expected),
        low_usd: outcome.map(|(_, low, _)| low),
        high_usd: outcome.map(|(.., high)| high),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::query::CostRow;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn usd(amount: f64) -> Option<Money> {
        Some(Money::from_picodollars((amount * 1e12) as i128))
    }

    fn day(time: &str, cost: Option<Money>) -> CostRow {
        CostRow { time: Some(at(time)), cost_usd: cost, requests: 1, priced_requests: 1, ..CostRow::default() }
    }

    #[test]
    fn months_and_days_are_whole() {
        let month = month_of(at("2026-12-31T23:59:59Z"));
        assert_eq!((month.from, month.to), (at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z")));
        let basis = basis_of(at("2026-03-01T12:00:00Z"));
        assert_eq!((basis.from, basis.to), (at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z")));
    }

    #[test]
    fn days_count_from_the_first_that_cost_something() {
        let basis = basis_of(at("2026-11-29T12:00:00Z"));
        let rows = vec![day("2026-11-25T00:00:00Z", usd(2.0)), day("2026-11-20T00:00:00Z", None), day("2026-11-27T00:00:00Z", usd(4.0))];
        assert_eq!(daily_costs(basis, &CostReport { rows, more: false }), [2.0, 0.0, 4.0, 0.0]);
        assert!(daily_costs(basis, &CostReport::default()).is_empty());
    }

    #[test]
    fn the_mean_goes_on_and_the_interval_grows_with_what_is_left() {
        let now = at("2026-11-21T00:00:00Z");
        let so_far =
            CostReport { rows: vec![CostRow { requests: 4, priced_requests: 3, cost_usd: usd(50.0), ..CostRow::default() }], more: false };
        let answer = forecast(now, month_of(now), &so_far, &[2.0, 3.0, 4.0]);
        assert_eq!((answer.coverage, answer.mean_day_usd, answer.basis_days), (Some(0.75), Some(3.0), 3));
        assert_eq!(answer.forecast_usd, Some(50.0 + 3.0 * 10.0));
        // Variance 1 a day: ten days, and a mean of three days for each of them.
        let deviation = WITHIN_80_PERCENT * (10.0 + 100.0 / 3.0_f64).sqrt();
        assert!((answer.high_usd.unwrap() - 80.0 - deviation).abs() < 1e-9);
        assert!((answer.low_usd.unwrap() - 80.0 + deviation).abs() < 1e-9);
        let wild = forecast(now, month_of(now), &so_far, &[0.0, 0.0, 90.0]);
        assert_eq!(wild.low_usd, Some(50.0), "what is spent is spent");
    }

    #[test]
    fn two_days_are_no_forecast() {
        let now = at("2026-11-21T00:00:00Z");
        let answer = forecast(now, month_of(now), &CostReport::default(), &[1.0, 2.0]);
        assert_eq!((answer.spent_usd, answer.mean_day_usd, answer.forecast_usd, answer.low_usd), (None, Some(1.5), None, None));
    }
}
