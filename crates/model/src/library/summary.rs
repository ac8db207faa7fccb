//! What an experiment says as a whole.

use super::experiment::ExperimentResult;
use crate::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Over all results of an experiment. Results that are neither passed nor failed were not judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExperimentSummary {
    pub results: u64,
    pub passed: u64,
    pub failed: u64,
    /// Passed of those that were judged.
    pub pass_rate: Option<f64>,
    /// Results with an error of their own.
    pub errors: u64,
    /// Of the results that tell it.
    pub mean_duration_ms: Option<f64>,
    /// Sum over the results that tell it.
    pub cost_usd: Option<Money>,
    /// By name.
    pub verdicts: Vec<VerdictSummary>,
}

/// Over all verdicts of one name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VerdictSummary {
    pub name: String,
    pub count: u64,
    /// Of those with a value.
    pub mean: Option<f64>,
    pub passed: u64,
    pub failed: u64,
    /// Passed of those that say so.
    pub pass_rate: Option<f64>,
    /// Verdicts that could not be given.
    pub errors: u64,
}

/// `None` when nothing was judged.
pub fn pass_rate(passed: u64, failed: u64) -> Option<f64> {
    (passed + failed > 0).then(|| passed as f64 / (passed + failed) as f64)
}

/// Adds results up one by one.
#[derive(Default)]
pub struct SummaryBuilder {
    summary: ExperimentSummary,
    durations: Mean,
    verdicts: BTreeMap<String, (VerdictSummary, Mean)>,
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1;
        }
    }

    fn get(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

impl SummaryBuilder {
    pub fn add(&mut self, result: &ExperimentResult) {
        self.summary.results += 1;
        self.summary.passed += u64::from(result.passed == Some(true));
        self.summary.failed += u64::from(result.passed == Some(false));
        self.summary.errors += u64::from(result.error.is_some());
        self.durations.add(result.duration_ms);
        if let Some(cost) = result.cost_usd {
            self.summary.cost_usd = Some(self.summary.cost_usd.unwrap_or(Money::ZERO) + cost);
        }
        for verdict in &result.verdicts {
            let (summary, values) = self.verdicts.entry(verdict.name.clone()).or_default();
            summary.count += 1;
            summary.passed += u64::from(verdict.success == Some(true));
            summary.failed += u64::from(verdict.success == Some(false));
            summary.errors += u64::from(verdict.error.is_some());
            values.add(verdict.value);
        }
    }

    pub fn finish(self) -> ExperimentSummary {
        let verdicts = self.verdicts.into_iter().map(|(name, (summary, values))| VerdictSummary {
            name,
            mean: values.get(),
            pass_rate: pass_rate(summary.passed, summary.failed),
            ..summary
        });
        ExperimentSummary {
            pass_rate: pass_rate(self.summary.passed, self.summary.failed),
            mean_duration_ms: self.durations.get(),
            verdicts: verdicts.collect(),
            ..self.summary
        }
    }
}
