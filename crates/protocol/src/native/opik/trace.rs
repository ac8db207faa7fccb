//! A trace → the root span that stands for it.

use super::{
    NAMES,
    fields::Fields,
    observation::{Ids, begin},
    span_id, trace_id,
};
use crate::{
    IngestContext, RowError,
    native::{SpanReport, io},
};
use model::telemetry::SpanKind;

pub(super) fn read(mut fields: Fields, changed: Option<&str>, context: &IngestContext) -> Result<SpanReport, RowError> {
    let native = match changed {
        Some(id) => id.to_lowercase(),
        None => fields.required_id("id")?,
    };
    let trace = trace_id(&native);
    let mut report = begin(&mut fields, Ids { trace, span: span_id(&native), native }, context)?;
    let span = &mut report.span;
    span.kind = SpanKind::Chain;
    span.billed = false;
    span.session_id = fields.text("thread_id");
    io::read(span, NAMES, fields.take("input"), fields.take("output"), None);
    fields.into_rest(&mut span.payload.attributes);
    Ok(report)
}
