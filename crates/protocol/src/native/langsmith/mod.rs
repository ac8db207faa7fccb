//! LangSmith: runs, feedback and files, as its SDKs for Python and JavaScript send them.

mod attachments;
pub(crate) mod error;
mod events;
mod examples;
pub(crate) mod extra;
mod feedback;
mod render;
mod run;
mod submission;

pub use attachments::{ATTACHMENTS_ATTRIBUTE, UNKNOWN_TYPE, attach, medium, medium_id};
pub use examples::{ExampleForm, ITEM_ATTACHMENTS, SPLITS, SentExample, read_example_form, read_examples};
pub use extra::kind_of;
pub use feedback::{Feedback, FeedbackAbout, change, run_target};
pub use render::{feedback_json, files_json, object, run_json};
pub use submission::Attachment;

use crate::{
    DecodeError, IngestContext, RowError,
    ids::named_uuid,
    native::{NativeRows, io::Names},
};
use bytes::Bytes;
use model::telemetry::Incoming;
use submission::Submission;

/// Its name in `source.convention`, and what its ids are hashed under.
pub const CONVENTION: &str = "langsmith";
pub(crate) const NAMES: Names = Names { input: "inputs", output: "outputs" };
/// The attribute that holds the name of the project ("session") of a run.
pub const PROJECT_ATTRIBUTE: &str = "langsmith.project";
/// The attribute that holds the id of that project: [`project_id`].
pub const PROJECT_ID_ATTRIBUTE: &str = "langsmith.project_id";
/// The attribute that holds the example of a dataset that was run.
pub const REFERENCE_ATTRIBUTE: &str = "langsmith.reference_example_id";
/// The attribute that tells the ancestors of a run and its place among them.
pub const DOTTED_ORDER_ATTRIBUTE: &str = "langsmith.dotted_order";

/// Runs name their project; where the SDKs ask for its id, it is made of the name.
pub fn project_id(name: &str) -> String {
    named_uuid(&format!("{CONVENTION} project {name}"))
}

/// What a request says.
#[derive(Debug, Default)]
pub struct LangSmithRows {
    pub rows: NativeRows,
    /// Feedback whose trace the sender did not tell.
    pub unplaced: Vec<Feedback>,
    pub attachments: Vec<Attachment>,
}

/// The body of `POST /runs/multipart`.
pub fn read_form(body: &Bytes, boundary: &str, context: &IngestContext) -> Result<LangSmithRows, DecodeError> {
    Ok(rows(submission::from_form(body, boundary)?, context))
}

/// The body of `POST /runs/batch`.
pub fn read_batch(body: &Bytes, context: &IngestContext) -> Result<LangSmithRows, DecodeError> {
    Ok(rows(submission::from_batch(body)?, context))
}

/// The body of `POST /runs`, or with the id of the run that goes on, of `PATCH /runs/{id}`.
pub fn read_run(body: &Bytes, patched_id: Option<&str>, context: &IngestContext) -> Result<LangSmithRows, DecodeError> {
    Ok(rows(submission::from_run(body, patched_id)?, context))
}

/// The body of `POST /feedback`.
pub fn read_feedback(body: &Bytes, context: &IngestContext) -> Result<LangSmithRows, DecodeError> {
    Ok(rows(submission::from_feedback(body)?, context))
}

fn rows(submission: Submission, context: &IngestContext) -> LangSmithRows {
    let mut read = LangSmithRows { attachments: submission.attachments, ..LangSmithRows::default() };
    read.rows.rejected = submission.rejected;
    for report in submission.runs {
        let place = report.place;
        match run::read(report, context) {
            Ok(report) => read.rows.spans.push(report),
            Err(error) => read.rows.rejected.push((place, error)),
        }
    }
    for (place, fields) in submission.feedback {
        match feedback::read(place, fields, context) {
            Ok(feedback) => match feedback.target() {
                Some(target) => read.rows.scores.push(Incoming::new(feedback.aimed_at(target), None)),
                None => read.unplaced.push(feedback),
            },
            Err(error) => read.rows.rejected.push((place, error)),
        }
    }
    read.rows.rejected.sort_by_key(|(place, _)| *place);
    read
}

/// What an answer says of rows that were not taken.
pub fn refusal(rejected: &[(usize, RowError)]) -> Option<String> {
    let named: Vec<String> = rejected.iter().take(NAMED_REJECTIONS).map(|(place, error)| format!("part {place}: {error}")).collect();
    let more = rejected.len().saturating_sub(NAMED_REJECTIONS);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| named.join("; ") + &more)
}

/// Rejected rows named in an answer; the others are only counted.
const NAMED_REJECTIONS: usize = 10;
