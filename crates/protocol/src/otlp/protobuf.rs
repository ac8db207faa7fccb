//! OTLP protobuf, row by row: the envelope is read first with each row as bytes, so that a row that cannot be read is rejected on
//! its own. The three requests have the same envelope, tag for tag.

use super::{
    bounds::{ENVELOPE, WireRow, count_values},
    decode::RowGroup,
    wire::{InstrumentationScope, Resource},
};
use crate::{
    DecodeError, RowError,
    rules::{MAX_VALUES, check_row_count},
};
use bytes::Bytes;
use prost::Message;
use std::sync::Arc;

#[derive(Clone, PartialEq, prost::Message)]
struct Envelope {
    #[prost(message, repeated, tag = "1")]
    resources: Vec<ResourceGroup>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceGroup {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scopes: Vec<ScopeGroup>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeGroup {
    #[prost(message, optional, tag = "1")]
    scope: Option<InstrumentationScope>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    rows: Vec<Bytes>,
}

pub(super) fn row_groups<T: WireRow + Message + Default>(body: Bytes) -> Result<Vec<RowGroup<T>>, DecodeError> {
    let mut budget = Budget { left: MAX_VALUES };
    budget.take(count_values(&body, &ENVELOPE, MAX_VALUES))?;
    let envelope = Envelope::decode(body).map_err(|error| {
        let (field, reason) = explain(&error);
        DecodeError { field, ..DecodeError::malformed(format!("not a valid OTLP protobuf body: {reason}")) }
    })?;
    check_row_count(envelope.resources.iter().flat_map(|resource| &resource.scopes).map(|scope| scope.rows.len()).sum())?;
    let mut groups = Vec::new();
    for resource_group in envelope.resources {
        let resource = Arc::new(resource_group.resource.unwrap_or_default());
        for scope_group in resource_group.scopes.into_iter().filter(|group| !group.rows.is_empty()) {
            let rows = scope_group.rows.into_iter().map(|bytes| read_row(bytes, &mut budget)).collect::<Result<_, _>>()?;
            groups.push(RowGroup { resource: Arc::clone(&resource), scope: scope_group.scope.unwrap_or_default(), rows });
        }
    }
    Ok(groups)
}

/// What is left of [`MAX_VALUES`] while a body is read.
struct Budget {
    left: usize,
}

impl Budget {
    fn take(&mut self, values: usize) -> Result<(), DecodeError> {
        let refusal = || {
            DecodeError::too_large(format!(
                "expected at most {MAX_VALUES} attributes, list items and points in one request: send smaller batches"
            ))
        };
        self.left = self.left.checked_sub(values).ok_or_else(refusal)?;
        Ok(())
    }
}

/// The outer error ends the body, the inner one is the row's own.
fn read_row<T: WireRow + Message + Default>(bytes: Bytes, budget: &mut Budget) -> Result<Result<T, RowError>, DecodeError> {
    let values = count_values(&bytes, T::SHAPE, T::MAX_VALUES);
    if values > T::MAX_VALUES {
        return Ok(Err(RowError::too_many_values(T::MAX_VALUES)));
    }
    budget.take(values)?;
    Ok(T::decode(bytes).map_err(|error| {
        let (field, reason) = explain(&error);
        RowError::new(field.as_deref().unwrap_or("row"), reason)
    }))
}

/// prost writes `… message: Outer.field: Inner.field: reason`. Gives the innermost field and the reason.
fn explain(error: &prost::DecodeError) -> (Option<String>, String) {
    let text = error.to_string();
    let path_and_reason = text.strip_prefix("failed to decode Protobuf message: ").unwrap_or(&text);
    let mut field = None;
    let mut reason = path_and_reason;
    while let Some((step, rest)) = reason.split_once(": ")
        && step.contains('.')
        && !step.contains(' ')
    {
        field = step.split_once('.').map(|(_, name)| name.to_owned());
        reason = rest;
    }
    (field, reason.to_owned())
}
