//! `trace_info`: what is said of a trace as a whole.

use super::{EXPERIMENT, trace_id};
use crate::{
    RowError,
    json_bounds::is_too_deep,
    native::json::{take_object, take_text},
    rules::MAX_JSON_LEVELS,
};
use model::{
    TraceId,
    telemetry::{Attributes, Span},
};
use serde_json::{Map, Value};

/// Keys of the metadata that say what the spans say themselves, or how large they are.
const KNOWN_OTHERWISE: [&str; 6] = [
    "mlflow.traceInputs",
    "mlflow.traceOutputs",
    "mlflow.trace.tokenUsage",
    "mlflow.trace.sizeStats",
    "mlflow.trace.sizeBytes",
    "mlflow.trace_schema.version",
];
/// Tags that are MLflow's own.
const OWN_TAG_PREFIX: &str = "mlflow.";

/// What a trace's root is to be told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TraceInfo {
    pub native_id: String,
    pub experiment_id: Option<String>,
    session: Option<String>,
    user: Option<String>,
    metadata: Attributes,
    attributes: Attributes,
}

/// `{"trace": {"trace_info": {…}}}`, as its client sends it, with the trace's id.
pub fn read_trace_info(body: &Value) -> Result<(TraceId, TraceInfo), RowError> {
    const FIELD: &str = "trace.trace_info";
    let info = body.get("trace").and_then(|trace| trace.get("trace_info")).and_then(Value::as_object);
    let mut fields = info.cloned().ok_or_else(|| RowError::new(FIELD, "expected an object"))?;
    if fields.values().any(is_too_deep) {
        return Err(RowError::new(FIELD, format!("expected at most {MAX_JSON_LEVELS} levels of lists and objects")));
    }
    let native_id = take_text(&mut fields, "trace_id").unwrap_or_default();
    let trace = trace_id(&native_id).ok_or_else(|| RowError::new("trace.trace_info.trace_id", "expected tr- and 32 hexadecimal digits"))?;
    let mut info = TraceInfo { native_id, experiment_id: experiment(&fields), ..TraceInfo::default() };
    let mut metadata = take_object(&mut fields, "trace_metadata").unwrap_or_default();
    info.session = take_text(&mut metadata, "mlflow.trace.session");
    info.user = take_text(&mut metadata, "mlflow.trace.user");
    metadata.retain(|name, _| !KNOWN_OTHERWISE.contains(&name.as_str()));
    // The application's own metadata has names of its own too.
    let (own, others): (Map<String, Value>, Map<String, Value>) =
        metadata.into_iter().partition(|(name, _)| name.starts_with(OWN_TAG_PREFIX));
    info.attributes.extend(own);
    info.metadata.extend(others);
    let tags = take_object(&mut fields, "tags").unwrap_or_default();
    info.metadata.extend(tags.into_iter().filter(|(name, _)| !name.starts_with(OWN_TAG_PREFIX)));
    info.attributes.extend(take_text(&mut fields, "client_request_id").map(|id| ("mlflow.client_request_id".to_owned(), id.into())));
    info.attributes.extend(info.experiment_id.clone().map(|id| (EXPERIMENT.to_owned(), id.into())));
    Ok((trace, info))
}

fn experiment(fields: &Map<String, Value>) -> Option<String> {
    let location = fields.get("trace_location")?;
    Some(location.get("mlflow_experiment")?.get("experiment_id")?.as_str()?.to_owned())
}

impl TraceInfo {
    /// Tells the root.
    pub fn apply(self, root: &mut Span) {
        root.session_id = self.session.or_else(|| root.session_id.take());
        root.user_id = self.user.or_else(|| root.user_id.take());
        root.payload.metadata.extend(self.metadata);
        root.payload.attributes.extend(self.attributes);
    }
}
