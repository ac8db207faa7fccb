//! OTLP protobuf, row by row: the envelope is read first with each row as bytes, so that a row that cannot be read is rejected on
//! its own. The three requests have the same envelope, tag for tag.

use super::{
    decode::RowGroup,
    wire::{InstrumentationScope, Resource},
};
use crate::{DecodeError, RowError, rules::check_row_count};
use bytes::Bytes;
use prost::Message;

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

pub(super) fn row_groups<T: Message + Default>(body: Bytes) -> Result<Vec<RowGroup<T>>, DecodeError> {
    let envelope = Envelope::decode(body).map_err(|error| {
        let (field, reason) = explain(&error);
        DecodeError { message: format!("not a valid OTLP protobuf body: {reason}"), field }
    })?;
    check_row_count(envelope.resources.iter().flat_map(|resource| &resource.scopes).map(|scope| scope.rows.len()).sum())?;
    let mut groups = Vec::new();
    for resource_group in envelope.resources {
        let resource = resource_group.resource.unwrap_or_default();
        for scope_group in resource_group.scopes {
            groups.push(RowGroup {
                resource: resource.clone(),
                scope: scope_group.scope.unwrap_or_default(),
                rows: scope_group.rows.into_iter().map(read_row).collect(),
            });
        }
    }
    Ok(groups)
}

fn read_row<T: Message + Default>(bytes: Bytes) -> Result<T, RowError> {
    T::decode(bytes).map_err(|error| {
        let (field, reason) = explain(&error);
        RowError::new(field.as_deref().unwrap_or("row"), reason)
    })
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
