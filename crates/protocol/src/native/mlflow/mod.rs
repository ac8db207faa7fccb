//! MLflow's tracking server, as its tracing client speaks to it. Spans come as OTLP, or as an artifact when the client is old; what is
//! said of a trace as a whole (session, user, tags) comes beside them and belongs to their root; assessments are scores.

mod assessment;
mod data;
mod experiment;
mod render;
mod trace_info;

pub use assessment::{amend_assessment, assessment_json, read_assessment};
pub use data::read_trace_data;
pub use experiment::{experiment_id, experiment_json, experiment_name};
pub use render::{trace_info_json, trace_json};
pub use trace_info::{TraceInfo, read_trace_info};

use crate::ids::{hex_bytes, hex_text};
use model::TraceId;

/// The convention of its spans, whichever way they came.
pub const CONVENTION: &str = "mlflow";
/// Among a root's attributes: the experiment its trace was logged to.
pub const EXPERIMENT: &str = "mlflow.experiment_id";

/// `tr-` and the id of the trace in hex.
pub fn trace_id(native: &str) -> Option<TraceId> {
    let bytes = hex_bytes(native.strip_prefix("tr-")?)?;
    TraceId::from_bytes(bytes.try_into().ok()?).ok()
}

pub fn native_id(trace: TraceId) -> String {
    format!("tr-{}", hex_text(trace.as_bytes()))
}
