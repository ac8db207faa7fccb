//! Time to first token, and the cost that the client worked out.

use super::super::{
    Draft,
    timing::{first_event, reported_cost},
};

pub(super) fn read(draft: &mut Draft) {
    first_event(draft, &["First Token Stream Event"]);
    reported_cost(draft, &["llm.cost.total"]);
}
