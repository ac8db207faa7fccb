//! Experiments: cases that were run, and what was judged of them. DeepEval calls one a test run, Langfuse a dataset run.

use super::{
    MAX_BATCH, MAX_VERDICTS,
    dataset::within,
    limits::{check_count, check_json, check_name, check_number, check_optional_id, check_text},
    summary::ExperimentSummary,
};
use crate::{Money, StoreError, StoreResult, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Experiment {
    pub id: String,
    /// Need not be unique: often the same code is run again.
    pub name: String,
    /// Whose items were run. The dataset may be gone.
    pub dataset_id: Option<String>,
    /// Whose client reported it: `deepeval`, `langfuse`, `api`, …
    pub protocol: String,
    pub description: Option<String>,
    /// Hyperparameters and the like.
    pub metadata: Value,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Of all its results, as of the read.
    pub summary: ExperimentSummary,
}

/// A report of an experiment. Of one that is known, what is told replaces what was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewExperiment {
    /// The client's own; made when there is none. A client that reports one experiment in several requests needs one.
    pub id: Option<String>,
    pub name: String,
    pub dataset_id: Option<String>,
    pub protocol: String,
    pub description: Option<String>,
    /// Null: nothing told.
    pub metadata: Value,
}

impl NewExperiment {
    pub fn check(&self) -> StoreResult<()> {
        check_optional_id("id", self.id.as_deref())?;
        check_name("name", &self.name)?;
        check_name("protocol", &self.protocol)?;
        check_optional_id("dataset_id", self.dataset_id.as_deref())?;
        check_text("description", self.description.as_deref())?;
        check_json("metadata", &self.metadata)
    }

    pub fn into_experiment(self, id: String, now: Timestamp) -> Experiment {
        Experiment {
            id,
            name: self.name,
            dataset_id: self.dataset_id,
            protocol: self.protocol,
            description: self.description,
            metadata: self.metadata,
            created_at: now,
            updated_at: now,
            summary: ExperimentSummary::default(),
        }
    }
}

impl Experiment {
    pub fn amend(&mut self, report: NewExperiment, now: Timestamp) {
        self.name = report.name;
        self.protocol = report.protocol;
        told(&mut self.dataset_id, report.dataset_id);
        told(&mut self.description, report.description);
        told_json(&mut self.metadata, report.metadata);
        self.updated_at = now;
    }
}

/// What one metric says about a result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    pub name: String,
    pub value: Option<f64>,
    pub label: Option<String>,
    /// What the value had to reach.
    pub threshold: Option<f64>,
    pub success: Option<bool>,
    pub reason: Option<String>,
    /// The judge.
    pub model: Option<String>,
    pub cost_usd: Option<Money>,
    /// Why there is no verdict.
    pub error: Option<String>,
    /// What else the client said of it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub metadata: Value,
}

impl Verdict {
    fn check(&self) -> StoreResult<()> {
        check_name("name", &self.name)?;
        check_number("value", self.value)?;
        check_number("threshold", self.threshold)?;
        check_text("label", self.label.as_deref())?;
        check_text("reason", self.reason.as_deref())?;
        check_text("model", self.model.as_deref())?;
        check_text("error", self.error.as_deref())?;
        check_json("metadata", &self.metadata)
    }
}

/// One case of an experiment. A JSON field that nobody told is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExperimentResult {
    /// One result of the experiment has it.
    pub id: String,
    pub experiment_id: String,
    /// The dataset's item that was run. It may be gone.
    pub item_id: Option<String>,
    pub name: Option<String>,
    /// Hex as telemetry has it where the client's ids are known; otherwise as written.
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub input: Value,
    pub output: Value,
    pub expected_output: Value,
    /// What else belongs to the case: retrieved texts, tools, turns, under the client's names.
    pub context: Value,
    pub metadata: Value,
    /// As the client told.
    pub success: Option<bool>,
    /// `success`, or else what error and verdicts say: failed when there is an error or any verdict failed, passed when all passed.
    pub passed: Option<bool>,
    pub duration_ms: Option<f64>,
    pub cost_usd: Option<Money>,
    pub error: Option<String>,
    /// One per name, in the order in which they came.
    pub verdicts: Vec<Verdict>,
    /// Its place in the experiment.
    pub position: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A report of a result. Of one that is known, what is told replaces what was, and verdicts replace their namesakes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewResult {
    /// The client's own; made when there is none.
    pub id: Option<String>,
    pub item_id: Option<String>,
    pub name: Option<String>,
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub input: Value,
    pub output: Value,
    pub expected_output: Value,
    pub context: Value,
    pub metadata: Value,
    pub success: Option<bool>,
    pub duration_ms: Option<f64>,
    pub cost_usd: Option<Money>,
    pub error: Option<String>,
    pub verdicts: Vec<Verdict>,
    /// `None`: behind all others.
    pub position: Option<u64>,
}

impl NewResult {
    pub fn check(&self) -> StoreResult<()> {
        check_optional_id("id", self.id.as_deref())?;
        check_optional_id("item_id", self.item_id.as_deref())?;
        check_text("name", self.name.as_deref())?;
        check_optional_id("trace_id", self.trace_id.as_deref())?;
        check_optional_id("span_id", self.span_id.as_deref())?;
        let documents = [&self.input, &self.output, &self.expected_output, &self.context, &self.metadata];
        let fields = ["input", "output", "expected_output", "context", "metadata"];
        fields.into_iter().zip(documents).try_for_each(|(field, value)| check_json(field, value))?;
        check_number("duration_ms", self.duration_ms)?;
        check_text("error", self.error.as_deref())?;
        if self.cost_usd.is_some_and(|cost| cost.as_picodollars().unsigned_abs() > MAX_COST.as_picodollars().unsigned_abs()) {
            return Err(StoreError::invalid("cost_usd", format!("must be at most {MAX_COST}")));
        }
        if self.position.is_some_and(|position| position > MAX_POSITION) {
            return Err(StoreError::invalid("position", format!("must be at most {MAX_POSITION}")));
        }
        check_count("verdicts", self.verdicts.len(), MAX_VERDICTS)?;
        let mut names = BTreeSet::new();
        for (index, verdict) in self.verdicts.iter().enumerate() {
            verdict.check().map_err(|error| within(&format!("verdicts[{index}]"), error))?;
            if !names.insert(verdict.name.as_str()) {
                return Err(StoreError::invalid(format!("verdicts[{index}].name"), "is there twice"));
            }
        }
        Ok(())
    }

    /// `position`: where it goes when the report does not say.
    pub fn into_result(self, id: String, experiment_id: String, position: u64, now: Timestamp) -> ExperimentResult {
        let mut result = ExperimentResult {
            id,
            experiment_id,
            item_id: None,
            name: None,
            trace_id: None,
            span_id: None,
            input: Value::Null,
            output: Value::Null,
            expected_output: Value::Null,
            context: Value::Null,
            metadata: Value::Null,
            success: None,
            passed: None,
            duration_ms: None,
            cost_usd: None,
            error: None,
            verdicts: Vec::new(),
            position,
            created_at: now,
            updated_at: now,
        };
        result.amend(self, now);
        result
    }
}

/// Far more results than an experiment has.
const MAX_POSITION: u64 = 1 << 40;
/// Of one result: a million dollars. 64 bits hold it in the units of [`Money`].
const MAX_COST: Money = Money::from_picodollars(1_000_000 * 1_000_000_000_000);

impl ExperimentResult {
    pub fn amend(&mut self, report: NewResult, now: Timestamp) {
        told(&mut self.item_id, report.item_id);
        told(&mut self.name, report.name);
        told(&mut self.trace_id, report.trace_id);
        told(&mut self.span_id, report.span_id);
        told_json(&mut self.input, report.input);
        told_json(&mut self.output, report.output);
        told_json(&mut self.expected_output, report.expected_output);
        told_json(&mut self.context, report.context);
        told_json(&mut self.metadata, report.metadata);
        told(&mut self.success, report.success);
        told(&mut self.duration_ms, report.duration_ms);
        told(&mut self.cost_usd, report.cost_usd);
        told(&mut self.error, report.error);
        self.position = report.position.unwrap_or(self.position);
        for verdict in report.verdicts {
            match self.verdicts.iter_mut().find(|known| known.name == verdict.name) {
                Some(known) => *known = verdict,
                None => self.verdicts.push(verdict),
            }
        }
        self.passed = self.judged();
        self.updated_at = now;
    }

    fn judged(&self) -> Option<bool> {
        if self.success.is_some() {
            return self.success;
        }
        let mut verdicts = self.verdicts.iter().map(|verdict| verdict.success);
        if self.error.is_some() || verdicts.clone().any(|success| success == Some(false)) {
            return Some(false);
        }
        (verdicts.len() > 0 && verdicts.all(|success| success == Some(true))).then_some(true)
    }

    /// Verdicts of several reports add up, and are bounded together.
    pub fn check_verdicts(&self) -> StoreResult<()> {
        check_count("verdicts", self.verdicts.len(), MAX_VERDICTS)
    }
}

/// Which experiments. What is told must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExperimentFilter {
    pub dataset_id: Option<String>,
    pub name: Option<String>,
    pub protocol: Option<String>,
}

/// Which results of an experiment. What is told must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultFilter {
    pub passed: Option<bool>,
    pub item_id: Option<String>,
    pub trace_id: Option<String>,
}

/// Checks a bulk of results: each by itself, its fields named `results[3].input`, and no id twice.
pub fn check_results(results: &[NewResult]) -> StoreResult<()> {
    check_count("results", results.len(), MAX_BATCH)?;
    let mut ids = BTreeSet::new();
    for (index, result) in results.iter().enumerate() {
        result.check().map_err(|error| within(&format!("results[{index}]"), error))?;
        if let Some(id) = &result.id
            && !ids.insert(id)
        {
            return Err(StoreError::invalid(format!("results[{index}].id"), "is there twice"));
        }
    }
    Ok(())
}

fn told<T>(known: &mut Option<T>, report: Option<T>) {
    if report.is_some() {
        *known = report;
    }
}

fn told_json(known: &mut Value, report: Value) {
    if !report.is_null() {
        *known = report;
    }
}
