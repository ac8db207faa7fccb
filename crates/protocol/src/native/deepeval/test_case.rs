//! A test case with its verdicts → a result of an experiment.

use super::{
    fields::Fields,
    media::Attachments,
    metric,
    trace::{TraceRows, trace},
};
use crate::{IngestContext, RowError, numbers};
use model::library::{NewMedia, NewResult, Verdict};
use serde_json::{Map, Value, json};

/// What DeepEval calls the verdict on a case's expectations, which is no metric of the user's.
const EXPECTATIONS: &str = "Expectations";

/// A case: its result, the trace that it ran, the content that its texts name.
#[derive(Debug, Default)]
pub struct Case {
    pub result: NewResult,
    pub trace: Option<TraceRows>,
    pub media: Vec<NewMedia>,
    /// Parts of it that could not be read. The case is kept without them.
    pub rejected: Vec<RowError>,
}

/// Reads one case. `is_conversation`: it has turns instead of an input and an output.
pub(super) fn case(value: Value, is_conversation: bool, sdk: Option<&str>, context: &IngestContext) -> Result<Case, RowError> {
    let mut fields = Fields::of(value, "test case")?;
    let mut case = Case::default();
    read_trace(&mut case, &mut fields, sdk, context);
    let attachments = Attachments::take(&mut fields, "imagesMapping");
    let order = fields.take_as("order", Value::as_u64);
    let result = &mut case.result;
    result.name = fields.text("name");
    result.position = order;
    // A case that is reported again, as after a lost answer, is the same result.
    result.id = order.map(|order| format!("{}-{order}", if is_conversation { "conversation" } else { "case" }));
    result.success = fields.take_as("success", Value::as_bool);
    result.cost_usd = fields.take_as("evaluationCost", numbers::usd);
    let run_ms = fields.get("runDuration").and_then(numbers::non_negative).map(|seconds| seconds * 1e3);
    let answered_ms = fields.get("completionTime").and_then(numbers::non_negative).map(|seconds| seconds * 1e3);
    result.duration_ms = answered_ms.or(case.trace.as_ref().and_then(|trace| trace.duration_ms)).or(run_ms);
    let (input, output, expected, context_fields): (_, _, _, &[&str]) = if is_conversation {
        ("scenario", "turns", "expectedOutcome", &["userDescription", "context"])
    } else {
        ("input", "actualOutput", "expectedOutput", &["context", "retrievalContext", "toolsCalled", "expectedTools"])
    };
    result.input = fields.take(input).unwrap_or_default();
    result.output = fields.take(output).unwrap_or_default();
    result.expected_output = fields.take(expected).unwrap_or_default();
    let (verdicts, unread) = verdicts(&mut fields);
    result.verdicts = verdicts;
    case.rejected.extend(unread);
    let named = context_fields.iter().filter_map(|name| Some(((*name).to_owned(), fields.take(name)?)));
    let images = attachments.addresses().map(|images| ("images".to_owned(), images));
    result.context = object(named.chain(images).collect());
    fields.drop_unset(&["flaky"]);
    result.metadata = fields.into_value();
    case.media.extend(attachments.media);
    Ok(case)
}

fn object(fields: Map<String, Value>) -> Value {
    if fields.is_empty() { Value::Null } else { Value::Object(fields) }
}

fn read_trace(case: &mut Case, fields: &mut Fields, sdk: Option<&str>, context: &IngestContext) {
    let Some(value) = fields.take("trace") else { return };
    match trace(value, sdk.map(str::to_owned), context) {
        Ok(mut read) => {
            case.media = std::mem::take(&mut read.media);
            case.rejected.extend(read.rows.rejected.drain(..).map(|(_, error)| within("trace", error)));
            case.result.trace_id = Some(read.trace_id.to_hex());
            case.trace = Some(read);
        }
        Err(error) => case.rejected.push(within("trace", error)),
    }
}

fn within(place: &str, error: RowError) -> RowError {
    RowError::new(format!("{place}.{}", error.field), error.message)
}

/// One per name: namesakes are numbered.
fn verdicts(fields: &mut Fields) -> (Vec<Verdict>, Vec<RowError>) {
    let measured = fields.list("metricsData").into_iter();
    let expectations = fields.take("expectationsData").map(|data| match data {
        Value::Object(mut data) => {
            data.insert("name".to_owned(), json!(EXPECTATIONS));
            Value::Object(data)
        }
        other => other,
    });
    let (mut verdicts, mut unread) = (Vec::<Verdict>::new(), Vec::new());
    for data in measured.chain(expectations) {
        match metric::verdict(data) {
            Ok(mut verdict) => {
                let namesakes = verdicts.iter().filter(|known| base_name(known) == verdict.name).count();
                if namesakes > 0 {
                    verdict.name = format!("{} ({})", verdict.name, namesakes + 1);
                }
                verdicts.push(verdict);
            }
            Err(error) => unread.push(within("metricsData", error)),
        }
    }
    (verdicts, unread)
}

fn base_name(verdict: &Verdict) -> &str {
    match verdict.name.rsplit_once(" (") {
        Some((name, number)) if number.strip_suffix(')').is_some_and(|number| number.parse::<usize>().is_ok()) => name,
        _ => &verdict.name,
    }
}
