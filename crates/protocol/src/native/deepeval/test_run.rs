//! Test runs, and arenas of several → experiments.

use super::{
    CONVENTION,
    fields::Fields,
    short_name,
    test_case::{Case, case},
};
use crate::{IngestContext, RowError, rules::check_row_count};
use model::library::NewExperiment;
use serde_json::{Value, json};

/// Cases of one request, and those that could not be read.
#[derive(Debug, Default)]
pub struct Cases {
    pub cases: Vec<Case>,
    pub rejected: Vec<RowError>,
}

#[derive(Debug)]
pub struct TestRun {
    pub experiment: NewExperiment,
    pub cases: Cases,
}

/// What adds up to what the cases say: left out, because it grows with them.
const SUMS: [&str; 2] = ["metricsScores", "traceMetricsScores"];

/// Reads `POST /v1/test-run`: a run with its first cases.
pub fn test_run(value: Value, sdk: Option<&str>, context: &IngestContext) -> Result<TestRun, RowError> {
    let mut fields = Fields::of(value, "test run")?;
    let cases = cases(&mut fields, sdk, context)?;
    SUMS.iter().for_each(|name| drop(fields.take(name)));
    fields.drop_unset(&["official"]);
    let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let file = text("testFile").map(|path| path.rsplit(['/', '\\']).next().unwrap_or(path));
    let name = text("identifier").or(file).or_else(|| text("datasetAlias")).unwrap_or("Test run");
    let experiment = NewExperiment {
        id: None,
        name: short_name(name),
        dataset_id: text("datasetId").map(str::to_owned),
        protocol: CONVENTION.to_owned(),
        description: None,
        metadata: fields.into_value(),
    };
    Ok(TestRun { experiment, cases })
}

/// Reads `PUT /v1/test-run`: further cases of a run. Answers its id, too.
pub fn further_cases(value: Value, sdk: Option<&str>, context: &IngestContext) -> Result<(String, Cases), RowError> {
    let mut fields = Fields::of(value, "test run")?;
    let id = fields.required_text("testRunId")?;
    Ok((id, cases(&mut fields, sdk, context)?))
}

/// Reads `POST /v1/experiment`: the contestants of an arena, a run each. `id` is what they have in common.
pub fn comparison(value: Value, id: &str, sdk: Option<&str>, context: &IngestContext) -> Result<Vec<TestRun>, RowError> {
    let mut fields = Fields::of(value, "experiment")?;
    let name = fields.text("name").unwrap_or_else(|| "Arena".to_owned());
    let runs = fields.list("testRuns");
    runs.into_iter()
        .enumerate()
        .map(|(index, run)| {
            let mut run =
                test_run(run, sdk, context).map_err(|error| RowError::new(format!("testRuns[{index}].{}", error.field), error.message))?;
            run.experiment.name = short_name(&format!("{name}: {}", run.experiment.name));
            if let Value::Object(metadata) = &mut run.experiment.metadata {
                metadata.insert("comparison".to_owned(), json!({"id": id, "name": name}));
            }
            Ok(run)
        })
        .collect()
}

fn cases(fields: &mut Fields, sdk: Option<&str>, context: &IngestContext) -> Result<Cases, RowError> {
    let lists = [("testCases", false), ("conversationalTestCases", true)].map(|(list, turns)| (list, turns, fields.list(list)));
    check_row_count(lists.iter().map(|(.., items)| items.len()).sum()).map_err(|error| RowError::new("testCases", error.message))?;
    let mut read = Cases::default();
    for (list, is_conversation, items) in lists {
        for (index, item) in items.into_iter().enumerate() {
            let checked = case(item, is_conversation, sdk, context).and_then(|mut case| {
                let unread = std::mem::take(&mut case.rejected);
                read.rejected.extend(unread.into_iter().map(|error| within(list, index, error)));
                case.result.check().map_err(of_store)?;
                Ok(case)
            });
            match checked {
                Ok(case) => read.cases.push(case),
                Err(error) => read.rejected.push(within(list, index, error)),
            }
        }
    }
    Ok(read)
}

fn within(list: &str, index: usize, error: RowError) -> RowError {
    RowError::new(format!("{list}[{index}].{}", error.field), error.message)
}

/// What the library says of a document that it does not take.
pub(super) fn of_store(error: model::StoreError) -> RowError {
    match error {
        model::StoreError::Invalid { field, message } => RowError::new(field, message),
        other => RowError::new("body", other.to_string()),
    }
}
