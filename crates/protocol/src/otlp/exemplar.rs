//! Exemplars of a data point → the record's.

use super::{
    attributes::AttributeSet,
    ids::{id_text, is_unset},
    wire::{self, ExemplarValue},
};
use crate::rules::from_unix_nanos;
use model::telemetry::{Attributes, Exemplar};

/// Most exemplars kept of one point. SDKs keep one for each bucket at most.
const MAX_EXEMPLARS: usize = 1_000;

/// Those with a finite value, in their order.
pub(super) fn exemplars(wire: Vec<wire::Exemplar>, repaired: &mut bool) -> Vec<Exemplar> {
    wire.into_iter().take(MAX_EXEMPLARS).filter_map(|exemplar| read(exemplar, repaired)).collect()
}

fn read(wire: wire::Exemplar, repaired: &mut bool) -> Option<Exemplar> {
    let value = match wire.value? {
        ExemplarValue::AsDouble(value) => value,
        ExemplarValue::AsInt(value) => value as f64,
    };
    let id = |bytes: &[u8]| (!is_unset(bytes)).then(|| id_text(bytes));
    let mut attributes = Attributes::new();
    *repaired |= AttributeSet::new(wire.filtered_attributes).into_rest(&mut attributes);
    value.is_finite().then(|| Exemplar {
        time: from_unix_nanos(wire.time_unix_nano),
        value,
        trace_id: id(&wire.trace_id),
        span_id: id(&wire.span_id),
        attributes,
    })
}
